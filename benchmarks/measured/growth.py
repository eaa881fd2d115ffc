"""Does an op cost the same in a graph of 10 ops and in one of 100,000?

Run as a program it prints one JSON line: for each size of a graph, the CPU seconds an op of forward and backward.
"""

from __future__ import annotations

import json
import statistics
import time

import numpy as np

import engine

__all__ = ["SIZES"]

SIZES = (10, 100, 1_000, 10_000, 100_000)
ROUNDS = 5


def cost_of_op(ops: int) -> float:
    """CPU seconds an op: a chain of ops is computed and walked back, as often as makes 100,000 ops."""
    x = engine.Variable(np.ones(4, np.float32))
    begun = time.process_time()
    for _ in range(SIZES[-1] // ops):
        y = x
        for _ in range(ops):
            y = y + 1.0
        x.cleargrad()
        y.grad = x.array
        y.backward()
        del y
    return (time.process_time() - begun) / SIZES[-1]


def main() -> None:
    """Measure all sizes in turn, several times, and print the medians."""
    times: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            times[size].append(cost_of_op(size))
    print(json.dumps({size: statistics.median(costs) for size, costs in times.items()}))


if __name__ == "__main__":
    main()
