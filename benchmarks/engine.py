"""How fast is the engine? A training step against PyTorch (and real Chainer) on the CPU; growth; nobody listening.

One step is forward, loss, clearing the gradients, backward and SGD update, on one thread. The peers' environments are
made where they are missing, see `peers.py`. See README.md.
"""

from __future__ import annotations

import argparse
import os
import sys

from peers import PEERS, PeerMissing, python_of
from rounds import Ratio, compare, figures_of, median_of

GOALS = {"2-3-1": 2.0, "784-1000-1000-10": 1.0, "LeNet": 1.5, "LSTM": 2.0, "NStepLSTM": 2.0}
GOAL_UNOBSERVED = 1.01
GOAL_GROWTH = 1.5
UNOBSERVED = ("2-3-1", "784-1000-1000-10", "LeNet")


def main() -> None:
    """Print the rows that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", choices=PEERS, help="one peer instead of all")
    parser.add_argument(
        "--peer-python", help="with --peer: a Python that has it, or a folder for its environment"
    )
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured (default: 7)")
    parser.add_argument("--only", choices=GOALS, help="one workload, and neither growth nor unobserved")
    options = parser.parse_args()

    for peer in [options.peer] if options.peer else PEERS:
        given = options.peer_python or os.environ.get(f"{peer.upper()}_PYTHON")
        try:
            steps(
                peer, python_of(peer, given), [options.only] if options.only else list(GOALS), options.rounds
            )
        except PeerMissing as problem:
            print(f"not compared with {peer}: {problem}\n")
    if not options.only:
        unobserved(options.rounds)
        growth()


def steps(peer: str, python: str, workloads: list[str], rounds: int) -> None:
    """One row a workload: a training step of ours against a peer's."""
    print(f"{'training step':<18} {peer:>13} {'ours':>13} {'ratio':>7} {'lowest-highest':>15} {'goal':>6}")
    row: Ratio
    for workload in workloads:
        row = compare([python, peer, workload], [sys.executable, "engine", workload], rounds)
        goal = f"<={GOALS[workload]}" if peer == "torch" else ""
        spread = f"{row.lowest:.2f}-{row.highest:.2f}"
        print(
            f"{workload:<18} {row.base['cpu_s'] * 1e6:>10.1f} us {row.ours['cpu_s'] * 1e6:>10.1f} us"
            f" {row.ratio:>7.2f} {spread:>15} {goal:>6}",
            flush=True,
        )
    print(
        f"{peer} {row.base['version']}, NumPy there {row.base['numpy']}, here {row.ours['numpy']}; "
        f"CPU time, 1 BLAS thread, medians of {rounds} interleaved rounds\n"
    )


def unobserved(rounds: int) -> None:
    """One row a workload: the engine with no observer against the engine without its events, and against itself."""
    print(
        f"{'nobody listening':<18} {'no events':>13} {'ours':>13} {'ratio':>7} {'lowest-highest':>15} {'goal':>6}"
        f" {'control':>9} {'lowest-highest':>15}"
    )
    for workload in UNOBSERVED:
        figures = [figures_of([sys.executable, workload], "unobserved.py") for _ in range(min(rounds, 3))]
        row = median_of(figures)
        spread, control_spread = (
            f"{min(row[key] for row in figures):.3f}-{max(row[key] for row in figures):.3f}"
            for key in ("ratio", "control")
        )
        print(
            f"{workload:<18} {row['bare_s'] * 1e6:>10.1f} us {row['cpu_s'] * 1e6:>10.1f} us"
            f" {row['ratio']:>7.3f} {spread:>15} {f'<={GOAL_UNOBSERVED}':>6}"
            f" {row['control']:>9.3f} {control_spread:>15}",
            flush=True,
        )
    print("control: the engine against an untouched copy of itself, measured with it\n")


def growth() -> None:
    """One row a size of the graph: what an op of forward and backward costs, against the smallest."""
    print(f"{'ops in the graph':<18} {'an op':>13} {'ratio':>7} {'goal':>6}")
    costs = figures_of([sys.executable], "growth.py")
    smallest = next(iter(costs.values()))
    for size, cost_s in costs.items():
        print(f"{int(size):<18,} {cost_s * 1e6:>10.2f} us {cost_s / smallest:>7.2f} {f'<={GOAL_GROWTH}':>6}")


if __name__ == "__main__":
    main()
