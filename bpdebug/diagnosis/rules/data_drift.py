"""The data become smaller and smaller, or larger and larger: they are changed in place each time they are used."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.training import among_known, fall, is_one_training, losses
from ..finding import Finding

__all__ = ["find"]

_LOOKS = 40
_KNOWN = 8
_APART = 10.0
_ENOUGH_FALL = 0.5
_CHANGES = r"[*/]=|out\s*="
_IN_PLACE = r"[-+*/]=|\[[^\]]*\]\s*[-+*/]?=[^=]|out\s*="


def find(history: History) -> Iterator[Finding]:
    """The root mean square of what a first layer is handed ends tenfold below or above where it began.

    Going one way only: medians of the four quarters of the run follow one another. In a run that doesn't learn well, or
    where the script multiplies in place what it hands over.
    """
    if not is_one_training(history):
        return
    learns = fall(losses(history)) > _ENOUGH_FALL
    first_layers = (
        op
        for op in history.training_ops()
        if 0 in op.fed and history.parameters_of(op) and not any(source for source in op.sources[:1])
    )
    for ops in ops_by_place(history, first_layers):
        looked_at = among_known(history, ops, _LOOKS)
        sizes = [history.values.rms(op.x[0][1]) for op in looked_at]
        known = [size for size in sizes if size is not None]
        if len(known) < _KNOWN or len({op.iteration for op in ops}) < _KNOWN:
            continue
        quarter = len(known) // 4
        course = [statistics.median(known[part * quarter : (part + 1) * quarter]) for part in range(4)]
        if not (sorted(course) == course or sorted(course, reverse=True) == course):
            continue
        low, high = min(course[0], course[-1]), max(course[0], course[-1])
        if high <= 0 or low * _APART > high:
            continue
        line = history.script.data_line(ops[0].site, _CHANGES if learns else _IN_PLACE)
        if learns and line is None:
            continue
        where = ops[0].scope or ops[0].label
        yield Finding(
            f"the inputs of {where} go from a root mean square of {course[0]:.3g} to {course[-1]:.3g} within the run,"
            " as where data are changed in place each time they are used",
            where,
            seq=looked_at[-1].seq,
            site=ops[0].site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"root mean square, by quarters of the run": course},
            subjects=frozenset({where}),
        )
        return
