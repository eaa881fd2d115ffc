"""The inputs, or the labels, are all the same: there is nothing to learn from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.batching import example_without_number
from ..facts.history import History
from ..facts.records import Op
from ..facts.source_files import Line
from ..facts.training import among_known, is_one_training, upstream
from ..finding import Finding

__all__ = ["find"]

_ITERATIONS = 3
_ROWS = 4
_LOSING = r"//|astype\s*\(\s*(np\.|numpy\.)?(int|'i|\"i|bool|uint)|\bint\(|zeros|full|ones"
_ROUNDING = r"//|astype\s*\(\s*(np\.|numpy\.)?(int|'i|\"i|bool|uint)"
_HANDS_OVER = r"(Dataset|Iterator)\s*\("  # one line for inputs and labels, which may be whole numbers
_LEAVES_OUT = ("softmax_cross_entropy", "sigmoid_cross_entropy")
_LOST = ": they were lost on the way, by rounding to whole numbers perhaps"
_UNMAPPED = (
    "Look at how labels are made: a name or number that isn't known becomes the label that is ignored."
)
_SEEDS = r"RandomState\s*\(|\bseed\s*\(|default_rng\s*\("
_DRAWN_ANEW = "Look at how examples are made: a generator that begins anew for each gives the same each time."
_LABELLED = (
    "softmax_cross_entropy",
    "sigmoid_cross_entropy",
    "mean_squared_error",
    "mean_absolute_error",
    "huber_loss",
)


def find(history: History) -> Iterator[Finding]:
    """Every example that a layer is fed is equal to the first, over all iterations; likewise every label."""
    for (site, place), ops in _fed_ops(history).items():
        if len({op.iteration for op in ops}) < _ITERATIONS:
            continue
        value = _constant(history, ops, place)
        if value is None:
            continue
        labels = place > 0
        if labels and not is_one_training(history):
            continue  # a generator wants all its images to pass for real
        what = "labels" if labels else "inputs"
        whole = bool((value == np.round(value)).all())
        ignored = _ignored(ops[0], value) if labels else ""
        line = _line(history, site, labels, whole)
        why = ": there is nothing to tell apart" if labels else _LOST if whole else ""
        told = ", ".join(f"{float(number):g}" for number in value[:4])
        yield Finding(
            f"all {what} that {ops[0].label} is given are the same ({told}){ignored or why}",
            ops[0].scope or ops[0].label,
            seq=ops[0].seq,
            site=ops[0].site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"value": [float(v) for v in value[:4]], "batches": len(ops)},
            fix=_UNMAPPED if ignored else "" if whole else _DRAWN_ANEW,
        )
        return


def _ignored(op: Op, value: np.ndarray) -> str:
    """What is to be said where all labels are the one that the loss leaves out."""
    left_out = op.attrs.get("ignore_label", -1 if op.label in _LEAVES_OUT else None)
    if op.label not in _LEAVES_OUT or not (value == left_out).all():
        return ""
    return ", the label that the loss ignores: no example counts"


def _line(history: History, site: int, labels: bool, whole: bool) -> Line | None:
    """The statement that lost the differences: a data set's own, on the way of the names, or the only such one."""
    if (line := example_without_number(history)) is not None:
        return line
    if not whole:
        return history.script.data_line(site, _SEEDS, labels) or history.script.line_in_data_set(_SEEDS)
    line = (
        history.script.data_line(site, rf"^(?!.*{_HANDS_OVER}).*({_LOSING})", labels)
        or history.script.data_line(site, _LOSING, labels)
        or history.script.line_in_data_set(_ROUNDING)
    )
    return line or (history.script.labels_line(site) if labels else None)


def _fed_ops(history: History) -> dict[tuple[int, int], list[Op]]:
    """By call site and place: the ops with weights that are fed data, and the losses that are fed labels."""
    found: dict[tuple[int, int], list[Op]] = {}
    is_loss: dict[
        int, bool
    ] = {}  # by line: to look behind each op of a long recurrent run would take its square
    # A recurrent layer begins with zeros, and goes on with what it has computed.
    begins = {_layer(history, op) for op in history.training_ops() if 0 not in op.fed}
    for op in history.training_ops():
        own = _layer(history, op)
        if own and 0 in op.fed and op.label != "embed_id" and own not in begins:
            found.setdefault((op.site, 0), []).append(op)
        elif 1 in op.fed and op.label in _LABELLED:
            if op.site not in is_loss:
                is_loss[op.site] = _is_the_loss(history, op)
            if is_loss[op.site]:
                found.setdefault((op.site, 1), []).append(op)
    return found


def _layer(history: History, op: Op) -> frozenset[int]:
    return frozenset(parameter.number for parameter in history.parameters_of(op))


def _is_the_loss(history: History, op: Op) -> bool:
    """Whether all that is learnt goes through this op; a term beside others may pull towards one number."""
    walk = op.steps[0].walk
    if walk.root_op is None:
        return False
    behind = {other.seq for other in upstream([op])}
    return all(other.seq in behind for other in upstream([walk.root_op]) if history.parameters_of(other))


def _constant(history: History, ops: list[Op], place: int) -> np.ndarray | None:
    """The row that all rows of all batches are equal to."""
    first: np.ndarray | None = None
    for op in among_known(history, ops, 10):
        array = history.values.array(op.x[place][1])
        if array is None:
            continue
        if array.ndim < 1 or array.shape[0] < _ROWS or array.dtype.kind not in "fiub":
            return None
        rows = array.reshape(array.shape[0], -1)
        first = rows[0] if first is None else first
        if first.shape != rows[0].shape or not np.array_equal(rows, np.broadcast_to(first, rows.shape)):
            return None
    return first
