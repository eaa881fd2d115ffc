"""What a step of a live script costs: from the key to the child's next event on the screen, in a real terminal.

Run as `python benchmarks/live_steps.py [--rounds N] [--columns N] [--lines N]`. A training runs under `bpdebug run` in
a pseudo-terminal; after each key the clock runs until the status line has the number of the event that the child made
for it. Beside the wall time stands processor time: of the thread that draws, of all of the screen's process, and of
the script's. Wall time means something only on a machine that has nothing else to do, so the load is printed, too, and
what a terminal alone takes to answer a key (`cat`), pressed in turn with the steps.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
import tty
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import keys_to_frames
from benchmarks.keys_to_frames import LONGEST_S, Watched

SCRIPT = """
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(0)
model = chainer.Sequential(L.Linear(20, 100), F.relu, L.Linear(100, 100), F.relu, L.Linear(100, 10))
optimizer = chainer.optimizers.Adam()
optimizer.setup(model)
for step in range(100_000):
    x = np.random.randn(32, 20).astype("f")
    t = np.random.randint(0, 10, 32)
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
"""
KEYS = (("step", "s"), ("step over", "n"), ("finish", "f"), ("next phase", "}"), ("next iteration", "]"))
GOAL_MS = 60


class Live(Watched):
    """`bpdebug run` with a script that is stepped."""

    last = 0
    """The child's latest event on the screen."""

    def child_cpu_s(self) -> float:
        """Processor time of the script's process so far."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        total = 0
        for child in {number for file in children for number in file.read_text().split()}:
            for task in Path(f"/proc/{child}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def step(self, key: str) -> tuple[float, float, float, float]:
        """Wall seconds until the event is there, and processor seconds: of drawing, of the screen, of the script."""
        drawing, screen, script = self.cpu_s(drawing=True), self.cpu_s(), self.child_cpu_s()
        begun = time.perf_counter()
        os.write(self.ours, key.encode())
        seen, end = b"", begun + LONGEST_S
        while not (
            found := [int(one) for one in _SHOWN.findall(seen.replace(b",", b"")) if int(one) > self.last]
        ):
            if time.perf_counter() > end:
                raise SystemExit(
                    f"no event came for {key!r} within {LONGEST_S:g} s; the screen wrote {seen[-500:]!r}"
                )
            if select.select([self.ours], [], [], 0.5)[0]:
                seen += os.read(self.ours, 1 << 20)
        wall = time.perf_counter() - begun
        self.last = max(found)
        self.read_until_quiet()
        return (
            wall, self.cpu_s(drawing=True) - drawing, self.cpu_s() - screen, self.child_cpu_s() - script
        )  # fmt: skip


# "event 12 of 12+", in a narrow place "12/12+": at the head both are the same number.
_SHOWN = re.compile(rb"(?:of |/)([0-9]+)\+")


class Echo:
    """`cat` in a terminal: what a key takes there and back with next to nothing in between."""

    def __init__(self) -> None:
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self._process = subprocess.Popen(["cat"], stdin=theirs, stdout=theirs)
        os.close(theirs)

    def key(self) -> float:
        """Wall seconds of one key."""
        begun = time.perf_counter()
        os.write(self._ours, b"s")
        os.read(self._ours, 1)
        return time.perf_counter() - begun

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


def measure(rounds: int) -> None:
    """Press each key so often, in turn with the control, and print the figures."""
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "train.py"
        script.write_text(SCRIPT)
        load = os.getloadavg()[0]
        live, echo = Live(["run", str(script)], directory), Echo()
        try:
            live.wait_for(b"of 0")
            live.read_until_quiet()
            for _ in range(20):  # imports, caches
                live.step("s")
            by_key: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name, _ in KEYS}
            control = []
            for _ in range(rounds):
                for name, key in KEYS:
                    by_key[name].append(live.step(key))
                    control.append(echo.key())
        finally:
            live.close()
            echo.close()
    print(f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} processors")
    print(
        f"{'key':16} {'wall p50':>9} {'p99':>7}   CPU p50: {'drawing':>7} {'screen':>7} {'script':>7}   (ms)"
    )
    by_key["all"] = [one for times in by_key.values() for one in times]
    for name, times in by_key.items():
        wall, drawing, screen, script_s = (sorted(column) for column in zip(*times, strict=True))
        cpu = [f"{_ms(statistics.median(column)):>7}" for column in (drawing, screen, script_s)]
        p99 = _ms(wall[int(len(wall) * 0.99)])
        print(f"{name:16} {_ms(statistics.median(wall)):>9} {p99:>7}            {' '.join(cpu)}")
    print(f"goal: {GOAL_MS} ms; the terminal alone: p50 {_ms(statistics.median(control))} ms")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often each key is pressed (default: 40)")
    parser.add_argument(
        "--columns", type=int, default=keys_to_frames.WIDTH, help="of the terminal (default: 200)"
    )
    parser.add_argument(
        "--lines", type=int, default=keys_to_frames.HEIGHT, help="of the terminal (default: 60)"
    )
    options = parser.parse_args()
    keys_to_frames.WIDTH, keys_to_frames.HEIGHT = options.columns, options.lines
    measure(options.rounds)
