"""What the model is to predict is among what it is given: it learns to copy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.activations import is_cell
from ..facts.history import History
from ..facts.records import Op
from ..facts.training import among_known, upstream
from ..finding import Finding

__all__ = ["find"]

_LOSSES = (
    "softmax_cross_entropy", "sigmoid_cross_entropy", "mean_squared_error", "mean_absolute_error", "huber_loss",
)  # fmt: skip
_PASSES = 5
_LOOKS = 12
_JOINS = r"hstack|column_stack|concatenate|append|c_\[|loadtxt|genfromtxt|read_csv|\.values|DataFrame"
_MAKES = _JOINS + r"|astype|asarray|array\("


def find(history: History) -> Iterator[Finding]:
    """In each pass looked at, a column of the inputs is the target; or the last token that is embedded is the label.

    An autoencoder is given all that it gives back; a decoder is given the token before.
    """
    by_site: dict[int, list[Op]] = {}
    for op in history.training_ops():
        if op.label in _LOSSES and 1 in op.fed:
            by_site.setdefault(op.site, []).append(op)
    for ops in by_site.values():
        looked_at = among_known(history, ops, _LOOKS)
        if len({op.iteration for op in looked_at}) < _PASSES:
            continue
        found = _leaks(history, looked_at)
        if found is not None:
            yield found
            return


def _leaks(history: History, losses: list[Op]) -> Finding | None:
    """What the first leak is that all passes share."""
    tokens = [_last_embedded(op) for op in losses]
    if all(
        token is not None and _is_label(history, token, op) for token, op in zip(tokens, losses, strict=True)
    ):
        token = tokens[0]
        assert token is not None
        told = f"the labels of {_name(losses[0])} are the numbers that {_name(token)} has just looked up"
        return _finding(history, losses[0], token, told)
    entry, columns = None, None
    for op in losses:
        entry = _first_layer(op)
        found = set() if entry is None else _equal_columns(history, entry, op)
        columns = found if columns is None else columns & found
        if not columns:
            return None
    # A task made up of such inputs, to see whether a net can learn it, has its target cut out of them.
    if entry is None or not columns or history.script.data_line(entry.site, _JOINS) is None:
        return None
    return _finding(
        history,
        losses[0],
        entry,
        f"column {min(columns)} of the inputs of {_name(entry)} is the target itself",
    )


def _finding(history: History, loss: Op, entry: Op, told: str) -> Finding:
    line = None if entry.label == "embed_id" else history.script.data_line(entry.site, _MAKES)
    return Finding(
        f"{told}: the model learns to copy it, and will not have it later",
        _name(entry),
        seq=entry.seq,
        site=loss.site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"input": history.address(entry.seq), "loss": history.address(loss.seq)},
    )


def _last_embedded(loss: Op) -> Op | None:
    """The latest op behind a loss that was handed numbers to look up; None where another such follows its own."""
    return next((op for op in reversed(upstream([loss])) if op.label == "embed_id" and 0 in op.fed), None)


def _is_label(history: History, token: Op, loss: Op) -> bool:
    """Whether what is looked up are the labels; of whole sequences only where no cell could keep them for later."""
    looked_up, labels = history.values.array(token.x[0][1]), history.values.array(loss.x[1][1])
    if looked_up is None or labels is None or labels.size <= 2 or (labels == labels.flat[0]).all():
        return False
    if looked_up.shape != labels.shape and any(is_cell(op) for op in upstream([loss])):
        return False
    return bool(np.array_equal(looked_up.reshape(-1), labels.reshape(-1)))


def _first_layer(loss: Op) -> Op | None:
    layers = [
        op for op in upstream([loss]) if op is not loss and 0 in op.fed and len(op.x) > 1 and 1 not in op.fed
    ]
    return layers[0] if len(layers) == 1 else None


def _equal_columns(history: History, entry: Op, loss: Op) -> set[int]:
    """The columns of the inputs that equal the targets in all rows, of several that differ."""
    x, t = history.values.array(entry.x[0][1]), history.values.array(loss.x[1][1])
    if x is None or t is None or x.ndim != 2 or x.shape[1] < 2 or t.size != len(x) or t.size < 4:
        return set()
    t = t.reshape(-1)
    if (t == t[0]).all():
        return set()
    return set(np.flatnonzero((x == t[:, None]).all(axis=0)).tolist())


def _name(op: Op) -> str:
    return f"{op.scope}/{op.label}" if op.scope else op.label
