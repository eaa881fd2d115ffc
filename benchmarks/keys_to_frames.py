"""What starting and one key cost, to the last byte of the frame, in a real terminal of 200x60 cells.

Run as `python benchmarks/keys_to_frames.py [EVENTS]`, or through `looking.py`. The program runs in a pseudo-terminal
that reads all it writes; the figures are processor time (from the kernel's own account, in nanoseconds), so that a
busy machine doesn't change them much: of the thread that draws, and of all together, with what goes on in the
background. Python may keep compiled modules, as an installed program does, whatever the environment says.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.synthetic_log import write_training

WIDTH, HEIGHT = 200, 60
QUIET_S = 0.15
"""A frame is over when nothing came for so long."""
LONGEST_S = 20.0
SCRIPT = """
import numpy as np
import chainer
import chainer.functions as F

x = chainer.Variable(np.ones((2, 2), "f"))
for step in range(10):
    x = F.tanh(x)
"""
KEYS: Sequence[tuple[str, str]] = (
    ("step", "s"), ("step back", "S"), ("over", "n"), ("next iteration", "]"), ("previous iteration", "["),
    ("next phase", "}"), ("cross over", "x"), ("row down", "j"), ("page down", "\x1b[6~"),
    ("next pane", "\t"), ("previous pane", "\x1b[Z"), ("last event", "G"), ("next iteration at the end", "["),
    ("first event", "g"), ("zoom", "z"), ("zoom back", "z"),
)  # fmt: skip


class Watched:
    """`bpdebug` with these words behind it, in a terminal of its own.

    Args:
        words: `view`, `run`, and what they take.
        compiled: folder for compiled modules.
    """

    def __init__(self, words: Sequence[str], compiled: str) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        self._state = tempfile.TemporaryDirectory()
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bpdebug", *words],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            cwd=Path(__file__).resolve().parents[1],
            env={**environment, "PYTHONPYCACHEPREFIX": compiled, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                 "XDG_STATE_HOME": self._state.name, "XDG_CONFIG_HOME": self._state.name},
        )  # fmt: skip
        os.close(theirs)

    def cpu_s(self, drawing: bool = False) -> float:
        """Processor time so far of all threads, or of the one that draws."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            if drawing and task.name != str(self.process.pid):
                continue
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except FileNotFoundError:  # a thread that ended meanwhile
                continue
        return total / 1e9

    def peak_mb(self) -> float:
        """Most memory that it had of its own: without the pages of the log, which the system lends and takes back."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        values = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if " kB" in line}
        return int(values["RssAnon"]) / 1024

    def read_until_quiet(self) -> int:
        """Read what it writes until nothing comes any more; how many bytes."""
        count, end = 0, time.perf_counter() + LONGEST_S
        while time.perf_counter() < end:
            ready, _, _ = select.select([self.ours], [], [], QUIET_S)
            if not ready:
                break
            count += len(os.read(self.ours, 1 << 20))
        return count

    def wait_for(self, words: bytes) -> float:
        """Seconds from the start until it writes these words."""
        seen, end = b"", time.perf_counter() + LONGEST_S
        while words not in seen and time.perf_counter() < end:
            if select.select([self.ours], [], [], 0.5)[0]:
                seen += os.read(self.ours, 1 << 20)
        return time.perf_counter() - self.begun

    def press(self, key: str) -> tuple[float, float, int]:
        """Processor seconds of the answer to a key, of the drawing thread and of all; its bytes."""
        drawing, everything = self.cpu_s(drawing=True), self.cpu_s()
        os.write(self.ours, key.encode())
        written = self.read_until_quiet()
        return self.cpu_s(drawing=True) - drawing, self.cpu_s() - everything, written

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        self._state.cleanup()


def starts(log: str, compiled: str, rounds: int = 5) -> None:
    """Print what it takes to the first frame, and to the first event that a live script was stepped to."""
    script = Path(compiled) / "script.py"
    script.write_text(SCRIPT)
    views, runs, steps = [], [], []
    for number in range(rounds + 1):
        view = Watched(["view", log], compiled)
        viewed = (view.wait_for(b"REPLAY"), view.cpu_s())
        view.close()
        run = Watched(["run", str(script)], compiled)
        shown = (run.wait_for(b"of 0"), run.cpu_s())
        os.write(run.ours, b"s")
        stepped = (run.wait_for(b"of 1"), run.cpu_s())
        run.close()
        if number:  # the first round compiles what has changed
            views.append(viewed)
            runs.append(shown)
            steps.append(stepped)
    for name, times, goal in (
        ("view: first frame", views, 1000),
        ("run: first frame", runs, 1000),
        ("run: first stepped event", steps, 1500),
    ):
        wall, cpu = (sorted(column) for column in zip(*times, strict=True))
        print(
            f"{name:28} CPU of the screen median {statistics.median(cpu) * 1000:5.0f} ms, "
            f"wall median {statistics.median(wall) * 1000:5.0f}, least {wall[0] * 1000:5.0f} ms (goal {goal})"
        )


def measure(log: str, rounds: int = 12) -> None:
    """Print the figures for the log in this directory."""
    with tempfile.TemporaryDirectory() as compiled:
        starts(log, compiled)
        watched = Watched(["view", log], compiled)
        try:
            keys(watched, rounds)
        finally:
            watched.close()


def keys(watched: Watched, rounds: int) -> None:
    """Press each key so often, and print what it took."""
    watched.wait_for(b"REPLAY")
    for _ in range(200):  # what goes on in the background after opening
        before = watched.cpu_s()
        watched.read_until_quiet()
        if watched.cpu_s() - before < 0.002:
            break
    by_key: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in KEYS}
    sizes: list[int] = []
    for number in range(rounds):
        for name, key in KEYS:
            drawing, everything, written = watched.press(key)
            if number:  # the first round fills caches, and is told apart
                by_key[name].append((drawing, everything))
                sizes.append(written)
            elif everything > 0.06:
                print(f"first time: {name:28} {everything * 1000:6.1f} ms")
    for name, times in by_key.items():
        alone, together = (sorted(column) for column in zip(*times, strict=True))
        print(
            f"key {name:28} drawing: median {statistics.median(alone) * 1000:6.1f}  worst {alone[-1] * 1000:6.1f}"
            f"  all threads: {statistics.median(together) * 1000:6.1f}  {together[-1] * 1000:6.1f} ms"
        )
    pairs = [pair for times in by_key.values() for pair in times]
    for what, column in zip(("drawing", "all threads"), zip(*pairs, strict=True), strict=True):
        every = sorted(column)
        p50, p99 = (every[int(len(every) * share)] for share in (0.5, 0.99))
        print(
            f"{len(every)} keys, {what}: p50 {p50 * 1000:.1f} ms (goal 30), p99 {p99 * 1000:.1f} ms (goal 60)"
        )
    print(f"bytes a frame: median {statistics.median(sizes):,.0f}, most {max(sizes):,}")
    print(f"memory beside the log's pages: {watched.peak_mb():.0f} MB (goal 150)")


def events_wanted(about: str | None) -> int:
    """How long a log the command line asks for."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("events", type=int, nargs="?", default=10_000_000, help="default: 10,000,000")
    return int(parser.parse_args().events)


if __name__ == "__main__":
    wanted = events_wanted(__doc__)
    with tempfile.TemporaryDirectory() as directory:
        write_training(directory, wanted)
        measure(directory)
