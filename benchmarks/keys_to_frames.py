"""What one key costs, from the press to the last byte of its frame, in a real terminal of 200x60 cells.

Run as `python benchmarks/keys_to_frames.py [EVENTS]`, or through `looking.py`. The program runs in a pseudo-terminal
that reads all it writes; the figures are processor time of all its threads (from the kernel's own account, in
nanoseconds), so that a busy machine doesn't change them much.
"""

from __future__ import annotations

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
KEYS: Sequence[tuple[str, str]] = (
    ("step", "s"), ("step back", "S"), ("over", "n"), ("next iteration", "]"), ("previous iteration", "["),
    ("next phase", "}"), ("cross over", "x"), ("row down", "j"), ("page down", "\x1b[6~"), ("next pane", "\t"),
    ("last event", "G"), ("next iteration at the end", "["), ("first event", "g"), ("zoom", "z"), ("zoom back", "z"),
)  # fmt: skip


class Watched:
    """`bpdebug view` of a log, in a terminal of its own."""

    def __init__(self, log: str, keys: Sequence[str] = ()) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        self._state = tempfile.TemporaryDirectory()
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bpdebug", "view", log],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                 "XDG_STATE_HOME": self._state.name, "XDG_CONFIG_HOME": self._state.name},
        )  # fmt: skip
        os.close(theirs)

    def cpu_s(self) -> float:
        """Processor time of all threads so far."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
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

    def press(self, key: str) -> tuple[float, int]:
        """Processor seconds and bytes of the answer to a key."""
        before = self.cpu_s()
        os.write(self.ours, key.encode())
        written = self.read_until_quiet()
        return self.cpu_s() - before, written

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        self._state.cleanup()


def measure(log: str, rounds: int = 12) -> None:
    """Print the figures for the log in this directory."""
    starts = []
    for _ in range(3):
        watched = Watched(log)
        wall_s = watched.wait_for(b"REPLAY")
        starts.append((watched.cpu_s(), wall_s))
        watched.close()
    cpu, wall = (statistics.median(column) for column in zip(*starts, strict=True))
    print(f"first paint: {cpu * 1000:.0f} ms CPU, {wall * 1000:.0f} ms wall; goal 1000 ms")
    watched = Watched(log)
    try:
        watched.wait_for(b"REPLAY")
        for _ in range(200):  # what goes on in the background after opening
            before = watched.cpu_s()
            watched.read_until_quiet()
            if watched.cpu_s() - before < 0.002:
                break
        by_key: dict[str, list[float]] = {name: [] for name, _ in KEYS}
        sizes: list[int] = []
        for number in range(rounds):
            for name, key in KEYS:
                spent, written = watched.press(key)
                if number:  # the first round fills caches, and is told apart
                    by_key[name].append(spent)
                    sizes.append(written)
                elif spent > 0.06:
                    print(f"first time: {name:28} {spent * 1000:6.1f} ms")
        for name, times in by_key.items():
            print(
                f"key {name:32} median {statistics.median(times) * 1000:6.1f}  worst {max(times) * 1000:6.1f} ms"
            )
        every = sorted(spent for times in by_key.values() for spent in times)
        p50, p99 = (every[int(len(every) * share)] for share in (0.5, 0.99))
        print(f"all {len(every)} keys: p50 {p50 * 1000:.1f} ms (goal 30), p99 {p99 * 1000:.1f} ms (goal 60)")
        print(f"bytes a frame: median {statistics.median(sizes):,.0f}, most {max(sizes):,}")
        print(f"memory beside the log's pages: {watched.peak_mb():.0f} MB (goal 150)")
    finally:
        watched.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        write_training(directory, int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
        measure(directory)
