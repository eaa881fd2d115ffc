"""A hidden layer's squashing functions, or a cell's gates, sit at their ends, where the slope is nearly zero."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.activations import activation_of, is_cell, is_softmax, part_at_the_ends
from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import among_known, downstream, fall, layer_before, losses, weighted
from ..finding import Finding

__all__ = ["find"]

_PART = 0.8
_PART_OF_ROWS = 0.9
_ITERATIONS = 5
_LOOKS = 6
_ENOUGH_FALL = 0.3


def find(history: History) -> Iterator[Finding]:
    """Most elements at the ends from the first iterations on, in a layer with another one behind.

    Only in a run whose loss barely falls: a net that has learnt is often sure of itself.
    """
    if fall(losses(history)) > _ENOUGH_FALL:
        return
    for ops in ops_by_place(history, history.training_ops()):
        if not _squashes(ops[0]) or len({op.iteration for op in ops}) < _ITERATIONS:
            continue
        looked = among_known(history, ops, _LOOKS)
        parts = [part for part in (part_at_the_ends(history, op) for op in looked) if part is not None]
        if len(parts) >= 2 and min(parts) >= (_PART_OF_ROWS if is_softmax(ops[0]) else _PART):
            yield _finding(history, ops[0], parts)


def _squashes(op: Op) -> bool:
    """Whether it is a squashing op with weights behind it."""
    found = activation_of(op)
    squashes = is_cell(op) or is_softmax(op) or (found is not None and found.squashes)
    return squashes and any(weighted(later) for later in downstream([op]))


def _finding(history: History, op: Op, parts: list[float]) -> Finding:
    # A cell is a layer itself; what a softmax gets wants another scale, whatever layers it comes from.
    layer = None if is_cell(op) or is_softmax(op) else layer_before(op)
    where = (layer.scope if layer is not None else "") or op.scope or op.label
    parameters = [] if layer is None else history.parameters_of(layer)
    made = parameters[0].made if parameters else None
    if is_cell(op) and where in history.layers:
        made = history.layers[where].made
    what = f"{op.label} outputs of {where} are at their ends"
    if is_cell(op):
        what = f"gates of the {op.label} cell of {where} are at their ends"
    elif is_softmax(op):
        what = f"rows of the {op.label} in {where} give one element nearly all"
    return Finding(
        f"{parts[-1]:.0%} of the {what}, where the slope is nearly 0",
        where,
        seq=op.seq,
        site=op.site if made is None else made,
        evidence={"saturated at first": parts[0], "saturated at last": parts[-1]},
        subjects=frozenset({where, *(parameter.name for parameter in parameters)}),
    )
