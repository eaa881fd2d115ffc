"""What becomes of a log when things go wrong: killed, disk full, damaged, flooded, very long.

Each part prints one line with its figures and ends with an error if a promise is broken. See README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import mmap
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "measured")]

from workloads import step_of  # noqa: E402

import engine  # noqa: E402
from bpdebug.errors import BpdebugError  # noqa: E402
from bpdebug.frontends.engine import watch  # noqa: E402
from bpdebug.log.reader import LogReader  # noqa: E402
from bpdebug.log.records import OutputBody  # noqa: E402
from bpdebug.log.schema import Kind  # noqa: E402
from bpdebug.log.writer import LogWriter  # noqa: E402
from bpdebug.recorder import Recorder  # noqa: E402
from bpdebug.verify import verify_run  # noqa: E402

PROMISED_MS = 50
_LEDGER_EVENTS = 1 << 20


def train(directory: pathlib.Path, ledger: mmap.mmap | None = None, steps: int = 10**9) -> None:
    """Train the small perceptron under a recorder; what it makes is also noted in `ledger`, if there is one."""
    noted = None if ledger is None else np.frombuffer(ledger, np.float64)

    def note(header: dict) -> None:
        if noted is not None:
            noted[1 + header["seq"] % (_LEDGER_EVENTS - 1)] = time.monotonic()
            noted[0] = header["seq"] + 1

    writer = LogWriter.create(directory)
    stop = watch(engine, Recorder(writer, note))
    step = step_of("engine", "2-3-1")
    for _ in range(steps):
        step()
    stop()
    writer.close()


def in_child(work: Callable[[], None]) -> int:
    """Fork, do the work there, and give the child's pid."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    return pid


def killed(folder: pathlib.Path, count: int) -> str:
    """kill -9 at random moments: how much of the end is missing, and whether the rest is whole."""
    lost_ms, lost_events, recorded = [], [], 0
    rng = random.Random(0)
    for turn in range(count):
        ledger = mmap.mmap(-1, 8 * _LEDGER_EVENTS)
        run = folder / "killed"
        pid = in_child(lambda run=run, ledger=ledger: train(run, ledger))
        noted = np.frombuffer(ledger, np.float64)
        while not noted[0]:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.4))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        made = int(noted[0])
        if (run / "run.json").exists():
            with LogReader(run) as reader:
                kept = len(reader)
                found = verify_run(reader)
                assert found.whole, f"kill {turn}: {found.lines}"
            recorded += kept
            lost_events.append(made - kept)
            lost_ms.append((noted[made] - noted[kept + 1]) * 1e3 if made > kept else 0.0)
            shutil.rmtree(run)
    late = sum(ms > PROMISED_MS for ms in lost_ms)
    return (
        f"{count} kills, {recorded:,} events: every log opens and is whole; of the end are missing"
        f" {np.median(lost_ms):.0f} ms (median), {max(lost_ms):.0f} ms (most), {max(lost_events)} events (most);"
        f" more than {PROMISED_MS} ms in {late}"
    )


def disk_full(folder: pathlib.Path, count: int) -> str:
    """A limit on the size of files, and a small file system where one can be mounted."""
    said = []
    for limit in (0, 4096, 100_000, 1_000_000):
        run = folder / f"limit-{limit}"

        def limited(run: pathlib.Path = run, limit: int = limit) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with contextlib.suppress(BpdebugError):  # not a byte can be written: said before the script runs
                train(run, steps=300)

        assert os.waitpid(in_child(limited), 0)[1] == 0, f"the script did not go on at {limit} bytes"
        said.append(f"{limit:,} bytes: {_events_of(run):,} events")
    small = folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        try:
            quiet = lambda: (os.dup2(os.open(os.devnull, os.O_WRONLY), 2), train(small / "run", steps=600))  # noqa: E731
            assert os.waitpid(in_child(quiet), 0)[1] == 0, "the script did not go on"
            said.append(f"a full 1 MiB tmpfs: {_events_of(small / 'run'):,} events")
        finally:
            subprocess.run(["umount", str(small)], check=True)
    else:
        said.append("no tmpfs could be mounted")
    return "; ".join(said) + "; each script went on to its end, each log opens"


def _events_of(run: pathlib.Path) -> int:
    if not (run / "run.json").exists() or not (run / "run.json").stat().st_size:
        return 0
    with LogReader(run) as reader:
        for seq in range(len(reader)):
            reader.body(seq)
        return len(reader)


def damaged(folder: pathlib.Path, count: int) -> str:
    """Random bytes anywhere in a log: its own errors or nothing, and no other."""
    run = folder / "damaged"
    train(run, steps=60)
    whole = {path.name: path.read_bytes() for path in run.iterdir()}
    rng = np.random.default_rng(0)
    changed = errors = 0
    while changed < count:
        name = sorted(whole)[int(rng.integers(len(whole)))]
        content = np.frombuffer(whole[name], np.uint8).copy()
        if not len(content):
            continue
        places = rng.integers(0, len(content), min(int(rng.integers(1, 3000)), count - changed))
        content[places] = rng.integers(0, 256, len(places))
        (run / name).write_bytes(content.tobytes())
        changed += len(places)
        errors += _read_all(run)
        (run / name).write_bytes(whole[name])
    return f"{changed:,} bytes changed: {errors:,} clear errors, no other"


def _read_all(run: pathlib.Path) -> int:
    """How many errors of ours reading everything gives; any other error comes through."""
    errors = 0
    try:
        reader = LogReader(run)
    except BpdebugError:
        return 1
    with reader:
        for ask, total in (
            (reader.body, len(reader)),
            (reader.address, len(reader)),
            (reader.array, reader.tensor_count),
        ):
            for number in range(total):
                try:
                    ask(number)
                except BpdebugError:
                    errors += 1
    return errors


def flooded(folder: pathlib.Path, count: int) -> str:
    """A script that prints 100 MB."""
    script = folder / "flood.py"
    script.write_text("import sys\nfor i in range(100):\n    sys.stdout.write('x' * 999_999 + '\\n')\n")
    command = [
        sys.executable,
        "-m",
        "bpdebug",
        "run",
        "--headless",
        "--quiet",
        "--log",
        str(folder / "flood"),
        str(script),
    ]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        passed = sum(len(piece) for piece in iter(lambda: process.stdout.read(1 << 20), b""))
        assert process.wait() == 0
    size = sum(path.stat().st_size for path in (folder / "flood").iterdir())
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return (
        f"{passed / 1e6:.0f} MB passed through in {time.perf_counter() - began:.1f} s, {size / 1e6:.0f} MB recorded,"
        f" at most {memory:.0f} MiB of memory"
    )


def long_run(folder: pathlib.Path, count: int) -> str:
    """Very many events from one process: memory must not grow with them."""

    def work() -> None:
        writer = LogWriter.create(folder / "long")
        label, thread = writer.text("stdout"), writer.thread("MainThread")
        body = OutputBody("stdout", "x" * 60)
        memory = []
        for number in range(count):
            if number % max(count // 10, 1) == 0:
                memory.append(_memory_mib())
            writer.append(Kind.output, body, label=label, thread=thread)
        writer.close()
        (folder / "memory").write_text(f"{memory[1]} {_memory_mib()}")

    assert os.waitpid(in_child(work), 0)[1] == 0
    early, late = map(float, (folder / "memory").read_text().split())
    began = time.perf_counter()
    with LogReader(folder / "long") as reader:
        opened_ms = (time.perf_counter() - began) * 1e3
        assert len(reader) == count
    assert late < early + 60, f"memory grew from {early:.0f} to {late:.0f} MiB"
    return f"{count:,} events: {early:.0f} MiB after a tenth, {late:.0f} MiB at the end; opened in {opened_ms:.0f} ms"


def _memory_mib() -> float:
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE / (1 << 20)


PARTS = {
    "killed": (killed, 200),
    "disk-full": (disk_full, 1),
    "damaged": (damaged, 1_000_000),
    "flooded": (flooded, 1),
    "long-run": (long_run, 10_000_000),
}


def main() -> None:
    """Run the parts, all unless some are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}")
    parser.add_argument(
        "--count", type=int, help="kills, changed bytes or events, in place of the part's own number"
    )
    options = parser.parse_args()
    for name in options.parts or PARTS:
        if name not in PARTS:
            parser.error(f"no part {name}; there are {', '.join(PARTS)}")
        part, count = PARTS[name]
        with tempfile.TemporaryDirectory() as folder:
            print(f"{name}: {part(pathlib.Path(folder), options.count or count)}", flush=True)


if __name__ == "__main__":
    main()
