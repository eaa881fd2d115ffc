"""How fast is one training step of the engine, against PyTorch on the CPU?

One step is forward, loss, clearing the gradients, backward and SGD update, on one thread. See README.md.
"""

from __future__ import annotations

import argparse
import os
import sys

from rounds import compare
from workloads import WORKLOADS

GOALS = {"2-3-1": 2.0, "784-1000-1000-10": 1.0}


def main() -> None:
    """Print one row a workload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=("torch", "chainer"), default="torch")
    parser.add_argument(
        "--peer-python", default=os.environ.get("PEER_PYTHON"),
        help="a Python that has the peer installed (default: $PEER_PYTHON)",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured (default: 7)")
    parser.add_argument("--only", choices=WORKLOADS, help="one workload instead of all")
    options = parser.parse_args()
    if not options.peer_python:
        parser.error("say which Python has the peer installed: --peer-python or PEER_PYTHON")

    print(
        f"{'one training step':<18} {'peer':>11} {'ours':>11} {'ratio':>7} {'lowest-highest':>15} {'goal':>6}"
    )
    for workload in [options.only] if options.only else WORKLOADS:
        row = compare(
            [options.peer_python, options.peer, workload],
            [sys.executable, "engine", workload],
            options.rounds,
        )
        spread = f"{row.lowest:.2f}-{row.highest:.2f}"
        print(
            f"{workload:<18} {row.base['cpu_s'] * 1e6:>8.1f} us {row.ours['cpu_s'] * 1e6:>8.1f} us"
            f" {row.ratio:>7.2f} {spread:>15} {'<=' + str(GOALS[workload]):>6}"
        )
    print(
        f"peer: {options.peer} {row.base['version']}, NumPy there {row.base['numpy']}, here {row.ours['numpy']}; "
        f"CPU time, 1 BLAS thread, medians of {options.rounds} interleaved rounds"
    )


if __name__ == "__main__":
    main()
