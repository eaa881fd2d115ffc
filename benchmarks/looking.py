"""How long looking takes in a log of ten million events: open, jump, rows, state, search, and frames on the screen.

Run as `python benchmarks/looking.py [EVENTS]`; needs 64 bytes of disk an event. Prints each figure beside its
goal. Times are of the wall clock, over events drawn at random; the first question of a kind is listed apart where
it has to read what later ones find known.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import keys_to_frames
from bpdebug.breakpoints import breakpoint_from_text
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.stepping import Breakpoint
from bpdebug.timeline import Timeline
from tests.support.differing_log import write_differing
from tests.support.synthetic_log import write_training

ROWS_ON_SCREEN = 60


def main() -> None:
    """Write the log, ask, print."""
    wanted = keys_to_frames.events_wanted(__doc__)
    with tempfile.TemporaryDirectory() as directory:
        write_training(directory, wanted)
        measure(directory)
        keys_to_frames.measure(directory)
    with tempfile.TemporaryDirectory() as directory:
        write_differing(directory, wanted // 10)
        with LogReader(directory) as reader:
            print(f"a tenth of the events, of which each has tensors of its own: {len(reader):,}")
            stops(reader)


def measure(directory: str) -> None:
    """All figures for the log in `directory`."""
    begun = time.perf_counter()
    timeline = Timeline(LogReader(directory))
    rows = timeline.rows
    rows.row(0)
    report("open, first row", [time.perf_counter() - begun], 1000)
    count = len(timeline)
    print(f"{count:,} events")
    draw = random.Random(7)
    places = [draw.randrange(count) for _ in range(50)]

    timeline.parameters(count - 1)  # the imports and caches that any first question pays
    for name in ("step", "over", "over_back", "finish", "finish_back", "next_iteration", "previous_iteration",
                 "next_phase", "previous_phase", "cross"):  # fmt: skip
        each(f"move {name}", places, lambda seq, name=name: timeline.move(seq, name), 50)
    each("moment", places, timeline.moment, 50)
    each("jump: reveal, 60 rows, moment", places, lambda seq: _jump(timeline, seq), 50)
    fresh = Timeline(timeline.reader)
    each("state of all parameters, first question", [count - 1], fresh.parameters, 50)
    each("state of all parameters", places, timeline.parameters, 50)
    nowhere = [Breakpoint(kind=Kind.forward, scope="Net.l3", label="update:SGD")]
    each(
        "continue to a stop that never comes", [0], lambda seq: timeline.move(seq, "continue", nowhere), 1000
    )
    each("curves, first question", [0], lambda seq: timeline.curves(), 1000)
    stops(timeline.reader)
    each("unfold all, 60 rows at the end", [count - 1], lambda seq: _unfold_all(timeline), 1000)
    each("jump with all unfolded", places, lambda seq: _jump(timeline, seq), 50)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory, mapped pages of the log included':48} {peak:10.0f} MB")


def stops(reader: LogReader) -> None:
    """Breakpoints that stop nowhere, so that the whole log is searched, in both directions.

    One or two of each kind: of flags, of reports, of fields, of recorded statistics, of the elements of tensors.
    """
    for text in (
        "nan",
        "loss > 1e9",
        "iteration > 99999999",
        'op == "nothing" and norm(y) > 3',
        "norm(gx) > 1e9",
        "std(W) > 1e9",
        "any(abs(gx) > 1e9)",
        "max(abs(W.delta)) / std(W) > 1e9",
    ):
        for back in (False, True):
            timeline = Timeline(reader)
            begin = time.process_time()
            found = timeline.stops_of([breakpoint_from_text(text)])
            assert (
                found.last(len(timeline), failures=False) if back else found.first(0, failures=False)
            ) is None
            spent = time.process_time() - begin
            report(f"{'previous' if back else 'next'} stop: {text}", [spent], 3000)


def _jump(timeline: Timeline, seq: int) -> None:
    rows = timeline.rows
    row = rows.reveal(seq)
    for i in range(max(row - ROWS_ON_SCREEN // 2, 0), min(row + ROWS_ON_SCREEN // 2, len(rows))):
        rows.row(i)
    timeline.moment(seq)


def _unfold_all(timeline: Timeline) -> None:
    timeline.rows.unfold_all()
    _jump(timeline, len(timeline) - 1)


def each(name: str, places: list[int], ask: Callable[[int], object], goal_ms: float) -> None:
    """Time one question at each place."""
    times = []
    for seq in places:
        begun = time.perf_counter()
        ask(seq)
        times.append(time.perf_counter() - begun)
    report(name, times, goal_ms)


def report(name: str, times: list[float], goal_ms: float) -> None:
    """Print median and worst beside the goal."""
    middle, worst = statistics.median(times) * 1000, max(times) * 1000
    print(f"{name:48} median {middle:9.3f} ms  worst {worst:9.3f} ms  goal {goal_ms:6.0f} ms")


if __name__ == "__main__":
    main()
