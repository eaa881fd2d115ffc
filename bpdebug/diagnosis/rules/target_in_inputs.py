"""What the model is to predict is among what it is given: it learns to copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..facts.activations import is_cell
from ..facts.history import History
from ..facts.places import ops_by_place
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


_Finder = Callable[[np.ndarray, np.ndarray], set[Any]]


def find(history: History) -> Iterator[Finding]:
    """In each pass looked at, a column of the inputs is the target, or several say for a class each whether it is that;
    or the last token that is embedded is the label.

    An autoencoder is given all that it gives back; a decoder is given the token before.
    """
    labelled = (op for op in history.training_ops() if op.label in _LOSSES and 1 in op.fed)
    for ops in ops_by_place(history, labelled):
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
    entries = [_first_layer(op) for op in losses]
    known = [
        (entry.x[0][1], op.x[1][1]) for entry, op in zip(entries, losses, strict=True) if entry is not None
    ]
    entry = entries[0]
    # A task made up of such inputs, to see whether a net can learn it, has its target cut out of them.
    if len(known) < len(losses) or entry is None or history.script.data_line(entry.site, _JOINS) is None:
        return None
    columns = _shared(history, known, _equal_columns)
    if columns:
        told = f"column {min(columns)} of the inputs of {_name(entry)} is the target itself"
        return _finding(history, losses[0], entry, told)
    indicators = _shared(history, known, _indicators)
    if len({label for label, _ in indicators}) > 1:
        named = ", ".join(str(column) for column in sorted({column for _, column in indicators})[:4])
        told = f"columns {named} of the inputs of {_name(entry)} say of each class whether it is the target"
        return _finding(history, losses[0], entry, told)
    return None


def _shared(history: History, passes: list[tuple[int | None, int | None]], find: _Finder) -> set[Any]:
    """What is found in all passes, each given as the tensors of its inputs and its targets."""
    shared: set[Any] | None = None
    for inputs, targets in passes:
        x, t = history.values.array(inputs), history.values.array(targets)
        usable = x is not None and t is not None and x.ndim == 2 and t.size == len(x) >= 4
        found = find(x, t.reshape(-1)) if usable and x is not None and t is not None else set()
        shared = found if shared is None else shared & found
        if not shared:
            return set()
    return shared or set()


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


def _equal_columns(x: np.ndarray, t: np.ndarray) -> set[int]:
    """The columns of the inputs that equal the targets in all rows, of several that differ."""
    if x.shape[1] < 2 or (t == t[0]).all():
        return set()
    return set(np.flatnonzero((x == t[:, None]).all(axis=0)).tolist())


def _indicators(x: np.ndarray, t: np.ndarray) -> set[tuple[int, int]]:
    """Labels, each with a column of the inputs that is 1 where the target is that label, and 0 elsewhere.

    Inputs that are nothing else are what such a net is given on purpose. A label that no target has says nothing.
    """
    if t.dtype.kind not in "iu":
        return set()
    labels = np.unique(t)
    if not 2 <= len(labels) < x.shape[1]:
        return set()
    return {
        (int(label), column)
        for label in labels.tolist()
        for column in np.flatnonzero((x == (t == label)[:, None]).all(axis=0)).tolist()
    }


def _name(op: Op) -> str:
    return f"{op.scope}/{op.label}" if op.scope else op.label
