"""Every iteration trains on the same few examples of a larger data set."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ..facts.batching import slice_that_stays
from ..facts.history import History
from ..facts.records import Op
from ..finding import Finding

__all__ = ["find"]

_ITERATIONS = 5
_SPLIT = 0.4
_ON_PURPOSE = r"over-?fit|one batch|single batch|sanity|by heart|memoriz"
_FETCHES = r"\.next\s*\(\s*\)|\bnext\s*\("
_MAKES = r"Iterator\s*\("
_DRAWS = ("randint", "choice", "permutation", "sample")
_SEEDS = r"RandomState\s*\(\s*\w|random\.seed\s*\(\s*\w|default_rng\s*\(\s*\w"


def find(history: History) -> Iterator[Finding]:
    """The same content comes in new slices of a longer array, or a batch of an iterator is never replaced.

    Training on the whole of the data, or on one batch that was cut off before the loop (to see whether the model can
    learn it by heart), repeats an array, too, and stays silent; so does a slice of a good part of the data: the rest is
    kept for the test.
    """
    first: dict[int, list[Op]] = {}
    for op in history.training_ops():
        if op.fed and history.parameters_of(op) and 0 in op.fed:
            first.setdefault(op.site, []).append(op)
    for ops in first.values():
        contents = {op.x[0][1] for op in ops}
        iterations = {op.iteration for op in ops}
        if len(iterations) < _ITERATIONS or len(history.values.shape(ops[0].x[0][1])) < 2:
            continue
        if len(contents) != 1:
            line = _drawn_before_the_loop(history, ops) or _slice_of_each_turn(history, ops)
            if line is not None:
                yield _finding(history, ops, line, 0)
                return
            continue
        serials = {op.fed[0][0] for op in ops}
        rows = max(op.fed[0][1] for op in ops)
        size = history.values.shape(ops[0].x[0][1])[0]
        line = None
        if rows > size:
            if (
                size > _SPLIT * rows
                or len(serials) < len(iterations) - 1
                or history.script.mentions(_ON_PURPOSE)
            ):
                continue
            line = history.script.data_line(ops[0].site, r"\[[^\]]*:[^\]]*\]")
            line = line or history.script.loop_line(ops[0].site)
        elif len(serials) == 1 or rows == 0:
            line = (
                _fetched_once(history, ops[0])
                or _seeded_each_time(history, ops[0])
                or _iterator_made_anew(history, ops[0])
                or _made_alike(history, ops)
            )
            rows = 0
        else:
            line, rows = _made_alike(history, ops), 0
        if line is None:
            continue
        yield _finding(history, ops, line, rows)
        return


def _finding(history: History, ops: list[Op], line: tuple[str, int], rows: int) -> Finding:
    iterations = {op.iteration for op in ops}
    size = history.values.shape(ops[0].x[0][1])[0]
    whole = f" of {rows}" if rows else ""
    batches = len({op.x[0][1] for op in ops})
    turns = (
        f"{len(iterations)} iterations train on {batches} batches of {size} examples, each again and again"
    )
    return Finding(
        turns
        if 1 < batches <= len(iterations) // _ITERATIONS
        else f"all {len(iterations)} iterations train on the same batch of {size}{whole} examples",
        ops[0].scope or ops[0].label,
        seq=ops[1].seq,
        file=line[0],
        line=line[1],
        evidence={"examples": size, "examples in all": rows or None, "iterations": len(iterations)},
    )


def _drawn_before_the_loop(history: History, ops: list[Op]) -> tuple[str, int] | None:
    """The line that draws the numbers of examples once, where each iteration makes the same batch of them anew."""
    by_iteration: dict[int, list[int | None]] = {}
    for op in ops:
        by_iteration.setdefault(op.iteration, []).append(op.x[0][1])
    batches = list(by_iteration.values())
    if len({op.fed[0][0] for op in ops}) < len(batches) - 1 or any(
        batch != batches[0] for batch in batches[1:-1]
    ):
        return None
    return history.script.drawn_before(history.script.loop_line(ops[0].site), _DRAWS)


def _made_alike(history: History, ops: list[Op]) -> tuple[str, int] | None:
    """The line that makes the same batch anew in each iteration."""
    drawn = _drawn_before_the_loop(history, ops)
    if drawn is not None or history.script.mentions(_ON_PURPOSE):
        return drawn
    line = _reset_each_time(history, ops[0])
    # One array all the time is the whole of the data.
    if line is None and len({op.fed[0][0] for op in ops}) > 1:
        line = slice_that_stays(history, history.script.loop_line(ops[0].site), counts_starts=False)
    return line


def _slice_of_each_turn(history: History, ops: list[Op]) -> tuple[str, int] | None:
    """The line that cuts the same rows for all batches of an epoch, where each epoch has a batch of its own."""
    by_iteration = {op.iteration: op.x[0][1] for op in reversed(ops)}
    lengths = [len(list(same)) for _, same in groupby(by_iteration[at] for at in sorted(by_iteration))]
    if None in by_iteration.values() or len(lengths) < 2 or min(lengths[:-1]) < _ITERATIONS:
        return None  # the last turn may have been cut short
    return slice_that_stays(history, history.script.loop_line(ops[0].site), counts_starts=True)


def _fetched_once(history: History, op: Op) -> tuple[str, int] | None:
    """The line before the training loop that takes the one batch from an iterator."""
    loop = history.script.loop_line(op.site)
    around = history.script.loops_around(loop)
    if loop is None or not around:
        return None
    for line in history.script.lines_with(_FETCHES):
        if line[0] == loop[0] and line[1] < around[0] and not history.script.loops_around(line):
            return line
    return None


def _iterator_made_anew(history: History, op: Op) -> tuple[str, int] | None:
    """The line that makes an iterator where each iteration comes by: in the loop, or in an updater's own method."""
    made = [line for line in history.script.lines_with(_MAKES) if "repeat" not in history.script.text(line)]
    for path, number, _ in reversed(history.script.frames(op.site)):
        around = set(history.script.loops_around((path, number)))
        for line in made:
            if line[0] != path:
                continue
            if around & set(history.script.loops_around(line)):
                return line
            if not around and history.script.is_in_same_method(line, (path, number)):
                return line
    return None


def _reset_each_time(history: History, op: Op) -> tuple[str, int] | None:
    """The line that sends an iterator back to its start at each turn of the loop that takes batches from it."""
    line = history.script.loop_line(op.site)
    around = history.script.loops_around(line)
    names = {name.rpartition(".")[2] for name in history.script.matches(r"([\w.]+)\.next\s*\(\s*\)")}
    names |= set(history.script.matches(r"\bnext\s*\(\s*(?:\w+\.)*(\w+)"))
    for reset in history.script.lines_with(r"^\s*(\w+\.)*\w+\.reset\s*\(\s*\)\s*(#.*)?$"):
        text = history.script.text(reset).split("#", 1)[0]
        name = text.strip().rpartition(".")[0].rpartition(".")[2]
        if line is None or reset[0] != line[0] or name not in names or not around:
            continue
        # Under an `if` it would stand farther to the right: there it waits for the end of an epoch.
        if history.script.loops_around(reset) == around and _indent(text) == _indent(
            history.script.text(line)
        ):
            return reset
    return None


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _seeded_each_time(history: History, op: Op) -> tuple[str, int] | None:
    """The line in the training loop at which random numbers begin anew, so that each batch is drawn alike."""
    line = history.script.loop_line(op.site)
    around = set(history.script.loops_around(line))
    for seed in history.script.lines_with(_SEEDS):
        if line is not None and seed[0] == line[0] and around & set(history.script.loops_around(seed)):
            return seed
    return None
