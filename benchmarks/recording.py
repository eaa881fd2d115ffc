"""What does watching cost? The same loop recorded (every tensor in full, on disk) and not, and what it leaves.

See README.md.
"""

from __future__ import annotations

import argparse
import sys

from rounds import compare

GOALS = {"2-3-1": 4.0, "784-1000-1000-10": 1.25, "LeNet": 1.5}
STATS_GOAL = 1.10
"""With `--capture stats`, of all but the tiny workload."""
GOAL_EVENTS_PER_S = 100_000
GOAL_BYTES_PER_EVENT = 200


def main() -> None:
    """Print one row a workload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured (default: 7)")
    parser.add_argument("--only", choices=GOALS, help="one workload instead of all")
    parser.add_argument("--capture", default="full", help="how much is recorded, as for `bpdebug run`")
    options = parser.parse_args()

    print(
        f"{'one training step':<18} {'unrecorded':>12} {'recorded':>12} {'ratio':>7} {'lowest-highest':>15}"
        f" {'goal':>7} {'wall ratio':>11} {'events/s':>10} {'bytes/event':>12} {'MB tensors':>11}"
    )
    for workload in [options.only] if options.only else GOALS:
        plain = [sys.executable, "engine", workload]
        row = compare(plain, [*plain, "--recorded", "--capture", options.capture], options.rounds)
        goal = STATS_GOAL if options.capture == "stats" and workload != "2-3-1" else GOALS[workload]
        # What recording adds to a step, for the events of a step.
        added_s = row.ours["cpu_s"] - row.base["cpu_s"]
        events_per_s = row.ours["events"] / row.ours["steps"] / added_s if added_s > 0 else float("inf")
        spread = f"{row.lowest:.2f}-{row.highest:.2f}"
        print(
            f"{workload:<18} {row.base['cpu_s'] * 1e6:>9.1f} us {row.ours['cpu_s'] * 1e6:>9.1f} us"
            f" {row.ratio:>7.2f} {spread:>15} {f'<={goal:.2f}':>7}"
            f" {row.ours['wall_s'] / row.base['wall_s']:>11.2f} {events_per_s:>10,.0f}"
            f" {row.ours['other_bytes'] / row.ours['events']:>12.0f} {row.ours['tensor_bytes'] / 1e6:>11.1f}"
        )
    print(
        f"NumPy {row.ours['numpy']}; CPU time of all threads, 1 BLAS thread, medians of {options.rounds} "
        f"interleaved rounds\nonce a run, not in the steps: {row.ours['load_s'] * 1e3:.0f} ms CPU to import what "
        "records\n"
        f"events/s: events a second of what recording adds; goal >= {GOAL_EVENTS_PER_S:,} on "
        f"2-3-1\nbytes/event: all files but the tensors; goal <= {GOAL_BYTES_PER_EVENT}"
    )


if __name__ == "__main__":
    main()
