"""What does watching cost? The same loop recorded (every tensor in full, on disk) and not, and what it leaves.

Beside it, what it costs in PyTorch to be watched by hooks, torchlens or DebugMode. See README.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from peers import TORCHLENS, PeerMissing, add_torchlens, python_of
from rounds import MEASURED, ChildFailed, Ratio, compare

GOALS = {"2-3-1": 4.0, "784-1000-1000-10": 1.25, "LeNet": 1.5}
STATS_GOAL = 1.10
"""With `--capture stats`, of all but the tiny workload."""
GPU_WORKLOADS = ("784-1000-1000-10", "2048-4096-4096-10", "LeNet")
GPU_GOALS = {"full": 1.25, "stats": 1.05}
"""On a GPU, by `--capture`: of time on the clock."""
GOAL_EVENTS_PER_S = 100_000
GOAL_BYTES_PER_EVENT = 200
WATCHERS = {
    "hooks": "hooks that clone",
    "hooks-saved": "hooks + torch.save",
    "torchlens": f"torchlens {TORCHLENS}",
    "debug-mode": "torch DebugMode",
}
"""Ways to watch PyTorch, as `measured/torch_watched.py` knows them: how the table names each."""


def main() -> None:
    """Print one row a workload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured (default: 7)")
    parser.add_argument("--only", choices=[*GOALS, *GPU_WORKLOADS[1:2]], help="one workload instead of all")
    parser.add_argument("--capture", default="full", help="how much is recorded, as for `bpdebug run`")
    parser.add_argument("--no-peers", action="store_true", help="leave out what watching costs in PyTorch")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="where it is trained")
    options = parser.parse_args()
    if options.device == "gpu":
        why = why_no_gpu()
        if why:
            print(f"no GPU here: {why}")
        else:
            recorded_on_gpu(
                [options.only] if options.only else GPU_WORKLOADS, options.capture, options.rounds
            )
        return

    if options.only and options.only not in GOALS:
        parser.error(f"{options.only} is measured with --device gpu only")
    workloads = [options.only] if options.only else list(GOALS)
    ours = recorded(workloads, options.capture, options.rounds)
    # The peers keep everything: there is nothing to compare another policy with.
    if options.capture == "full" and not options.no_peers:
        try:
            watched(ours, options.rounds)
        except PeerMissing as problem:
            print(f"not compared with PyTorch: {problem}")


def recorded(workloads: list[str], capture: str, rounds: int) -> dict[str, Ratio]:
    """One row a workload: our loop recorded against the same not recorded; returns what the rows say."""
    rows = {}
    print(
        f"{'one training step':<18} {'unrecorded':>12} {'recorded':>12} {'ratio':>7} {'lowest-highest':>15}"
        f" {'goal':>7} {'its thread':>11} {'wall ratio':>11} {'once':>8} {'events/s':>10}"
        f" {'bytes/event':>12} {'MB tensors':>11}"
    )
    for workload in workloads:
        plain = [sys.executable, "engine", workload]
        row = compare(plain, [*plain, "--recorded", "--capture", capture], rounds)
        rows[workload] = row
        goal = STATS_GOAL if capture == "stats" and workload != "2-3-1" else GOALS[workload]
        # What recording adds to a step, for the events of a step.
        added_s = row.ours["cpu_s"] - row.base["cpu_s"]
        events_per_s = row.ours["events"] / row.ours["steps"] / added_s if added_s > 0 else float("inf")
        spread = f"{row.lowest:.2f}-{row.highest:.2f}"
        print(
            f"{workload:<18} {row.base['cpu_s'] * 1e6:>9.1f} us {row.ours['cpu_s'] * 1e6:>9.1f} us"
            f" {row.ratio:>7.2f} {spread:>15} {f'<={goal:.2f}':>7}"
            f" {row.ours['thread_s'] / row.base['thread_s']:>11.2f} {row.ours['wall_s'] / row.base['wall_s']:>11.2f}"
            f" {row.ours['once_s'] * 1e3:>5.1f} ms {events_per_s:>10,.0f}"
            f" {row.ours['other_bytes'] / row.ours['events']:>12.0f} {row.ours['tensor_bytes'] / 1e6:>11.1f}",
            flush=True,
        )
    print(
        f"NumPy {row.ours['numpy']}; CPU time of all threads, 1 BLAS thread, medians of {rounds} "
        f"interleaved rounds\n"
        "its thread: ratio of the CPU time of the training's own thread, without the one that writes the log\n"
        f"once a run, not in the steps: {row.ours['load_s'] * 1e3:.0f} ms CPU to import what records, and the "
        "column `once` to open and close the log and to touch its buffers first\n"
        f"events/s: events a second of what recording adds; goal >= {GOAL_EVENTS_PER_S:,} on "
        f"2-3-1\nbytes/event: all files but the tensors; goal <= {GOAL_BYTES_PER_EVENT}\n"
    )
    return rows


def why_no_gpu() -> str:
    """Why nothing can be trained on a GPU here; "" where it can."""
    check = "from engine.backends import cuda; cuda.check_cuda_available()"
    child = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, cwd=MEASURED.parents[1], check=False
    )
    lines = [line for line in child.stderr.splitlines() if line.startswith("RuntimeError: ")]
    return lines[-1].removeprefix("RuntimeError: ") if lines else child.stderr[-200:]


def recorded_on_gpu(workloads: Sequence[str], capture: str, rounds: int) -> None:
    """One row a workload, as `recorded`, for a model and batches on a GPU, by time on the clock."""
    print(
        f"{'one training step on a GPU':<27} {'unrecorded':>12} {'recorded':>12} {'ratio':>7} {'lowest-highest':>15}"
        f" {'goal':>7} {'bytes/event':>12} {'MB tensors':>11}"
    )
    for workload in workloads:
        plain = [sys.executable, "engine", workload, "--device", "gpu"]
        row = compare(plain, [*plain, "--recorded", "--capture", capture], rounds, "wall_s")
        goal = f"<={GPU_GOALS[capture]:.2f}" if capture in GPU_GOALS else "-"
        print(
            f"{workload:<27} {row.base['wall_s'] * 1e6:>9.1f} us {row.ours['wall_s'] * 1e6:>9.1f} us"
            f" {row.ratio:>7.2f} {f'{row.lowest:.2f}-{row.highest:.2f}':>15} {goal:>7}"
            f" {row.ours['other_bytes'] / row.ours['events']:>12.0f} {row.ours['tensor_bytes'] / 1e6:>11.1f}",
            flush=True,
        )
    print(
        f"time on the clock, until the device is through and all is on disk; medians of {rounds} interleaved "
        "rounds"
    )


def watched(ours: dict[str, Ratio], rounds: int) -> None:
    """One row a workload and peer: PyTorch watched against PyTorch unwatched, beside ours.

    Raises:
        PeerMissing: no PyTorch; a single watcher that is missing or fails gets one line instead.
    """
    given = os.environ.get("TORCH_PYTHON")
    python = python_of("torch", given)
    missing, note = {}, ""
    try:
        add_torchlens(python, given)
    except PeerMissing as problem:
        missing["torchlens"] = str(problem)

    print(f"{'watched by':<38} {'unwatched':>13} {'watched':>13} {'ratio':>8} {'lowest-highest':>15}")
    for workload, our in ours.items():
        print_watched(f"{workload}, bpdebug, to disk", our)
        for watcher, name in WATCHERS.items():
            title = f"{workload}, {name}"
            if watcher in missing:
                print(f"{title:<38} not measured: {missing[watcher]}", flush=True)
                continue
            plain = [python, "torch", workload]
            try:
                row = compare(plain, [*plain, "--watched", watcher], rounds)
            except ChildFailed as failure:
                print(f"{title:<38} not measured: {failure.last_line}", flush=True)
                continue
            print_watched(title, row)
            note = f"PyTorch {row.base['version']}; "
    print(f"{note}CPU time of all threads, 1 thread, medians of {rounds} interleaved rounds")


def print_watched(title: str, row: Ratio) -> None:
    """One row of the table of `watched`."""
    print(
        f"{title:<38} {row.base['cpu_s'] * 1e6:>10.1f} us {row.ours['cpu_s'] * 1e6:>10.1f} us"
        f" {row.ratio:>8.2f} {f'{row.lowest:.2f}-{row.highest:.2f}':>15}",
        flush=True,
    )


if __name__ == "__main__":
    main()
