"""Two child processes measured in turn, several times, and the ratio of their figures with its spread.

In turn, so that a machine that slows down slows both; a ratio for each round, so that the spread is known.
"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ChildFailed", "Ratio", "compare", "figures_of", "median_of"]

MEASURED = pathlib.Path(__file__).parent / "measured"
"""The children's programs; in a folder of their own, where `engine` is the engine and not `engine.py`."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment of a child, so that all frameworks compute on one thread."""


class ChildFailed(SystemExit):
    """A child ended with an error; the message says which and how. Ends the program where nobody catches it."""

    def __init__(self, command: Sequence[str], complaint: str) -> None:
        super().__init__(f"benchmarks: {' '.join(command)} failed:\n{complaint}")
        self.last_line = complaint.splitlines()[-1] if complaint else "no message"


@dataclass(frozen=True)
class Ratio:
    """Ours against a base: medians in seconds, the median ratio, and the lowest and highest of all rounds."""

    base: dict[str, float]
    ours: dict[str, float]
    ratio: float
    lowest: float
    highest: float


def figures_of(command: Sequence[str], program: str = "workloads.py") -> dict[str, float]:
    """Start one child on one thread and read the JSON line that it prints.

    Args:
        command: interpreter, then the program's arguments.
        program: a file of `measured`.

    Raises:
        ChildFailed: it did; says how.
    """
    root = str(MEASURED.parents[1])
    child = subprocess.run(
        [command[0], str(MEASURED / program), *command[1:]],
        capture_output=True, text=True, env=os.environ | ONE_THREAD | {"PYTHONPATH": root}, check=False,
    )  # fmt: skip
    if child.returncode:
        raise ChildFailed(command, child.stderr.strip())
    return json.loads(child.stdout.splitlines()[-1])


def compare(base: Sequence[str], ours: Sequence[str], rounds: int, by: str = "cpu_s") -> Ratio:
    """Run both commands `rounds` times in turn.

    Args:
        base: interpreter and arguments of `workloads.py` for what we compare with.
        ours: the same for us.
        rounds: at least 1.
        by: the figure whose ratio it is.
    """
    bases, mine = [], []
    for _ in range(rounds):
        bases.append(figures_of(base))
        mine.append(figures_of(ours))
    ratios = [our[by] / other[by] for our, other in zip(mine, bases, strict=True)]
    return Ratio(
        median_of(bases), median_of(mine), statistics.median(ratios), min(ratios), max(ratios)
    )  # fmt: skip


def median_of(figures: list[dict[str, float]]) -> dict[str, float]:
    """The median of every number; what is no number is taken from the first."""
    return {
        key: statistics.median(row[key] for row in figures) if isinstance(value, int | float) else value
        for key, value in figures[0].items()
    }
