"""A value goes on as a plain array, and its layers get a part of their gradient only, by another way."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.detached import Detached, detached
from ..facts.history import History
from ..facts.records import Op
from ..facts.training import downstream, upstream
from ..finding import Finding

__all__ = ["find"]

_WALKS = 2
_COMPARING = ("contrastive", "triplet", "sub", "squared_error", "absolute_error", "mul", "concat", "stack")
"""Ops that compare two results of one net; mean_squared_error takes one of them as its target on purpose."""
_LOOKED = 200
_ON_PURPOSE = (
    r"detach|stop[\s_-]*(the[\s_-]*)?grad|straight[\s_-]*through|teacher|scheduled|target.?net|bootstrap"
)


def find(history: History) -> Iterator[Finding]:
    """The array meets variables of the same pass before something is learnt from it, in several passes.

    Or one of two results of the same layers is an array where the two are compared, as in a siamese net.
    Such an array as a target, in a probe that stands alone, or fed back to the cell that made it, is meant.
    """
    if history.script.mentions(_ON_PURPOSE):
        return
    cuts: dict[tuple[int, int], list[Detached]] = {}
    for found in detached(history)[:_LOOKED]:
        if _is_missed(history, found):
            cuts.setdefault((found.entry.site, found.place), []).append(found)
    for cut in cuts.values():
        if len({found.walk.seq for found in cut}) < min(_WALKS, len(history.walks)):
            continue
        first = cut[0]
        layer = _layer(history, first.made)
        line = history.script.array_line(first.entry.site)
        yield Finding(
            f"the value of {_name(first.made)} goes into {_name(first.entry)} as a plain array,"
            f" {'and elsewhere as' if first.both else 'beside the other result of the same layers, which is'} a"
            f" variable: {layer or 'what is behind it'} gets only a part of its gradient",
            layer or _name(first.made),
            seq=first.entry.seq,
            site=first.entry.site,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={
                "left the graph at": history.address(first.made.seq),
                "came in again at": history.address(first.entry.seq),
                "passes": len(cut),
            },
            subjects=frozenset({layer, first.made.scope, first.entry.scope}),
        )


def _is_missed(history: History, found: Detached) -> bool:
    if not found.both:
        return found.entry.label in _COMPARING and _is_twin(history, found)
    behind = downstream([found.entry])
    learns = any(history.parameters_of(op) for op in behind)
    if not learns or not any(history.parameters_of(op) for op in upstream([found.made])):
        return False
    return not _takes_itself_away(found) and not _is_fed_back(history, found) and _meets(history, found)


def _is_twin(history: History, found: Detached) -> bool:
    """Whether the very layers that made the array made another input of the op, too."""
    made = _layers_behind(history, found.made)
    return bool(made) and any(
        source is not None and _layers_behind(history, source) == made for source in found.entry.sources
    )


def _layers_behind(history: History, op: Op) -> set[int]:
    return {parameter.number for earlier in upstream([op]) for parameter in history.parameters_of(earlier)}


def _meets(history: History, found: Detached) -> bool:
    """Whether the array's way comes together with a variable's way out of the same value, before the loss does.

    Or the array is combined at once with what was learnt from the same origin, as a mean with its deviation.
    """
    partners = [source for source in found.entry.sources if source is not None]
    origin = {op.seq for op in upstream([found.made])}
    for partner in partners:
        before = upstream([partner])
        if any(op.seq in origin for op in before) and any(history.parameters_of(op) for op in before):
            return True
    cut = {op.seq for op in downstream([found.entry])}
    whole = {op.seq for op in downstream([found.made])}
    return any(
        _is_meeting(op, cut, whole) and history.values.shape(op.y[0][1]) not in ((), (1,))
        for op in downstream([found.entry])
        if op.y
    )


def _is_meeting(op: Op, cut: set[int], whole: set[int]) -> bool:
    sources = {source.seq for source in op.sources if source is not None}
    return bool(sources & cut) and bool(sources & whole - cut)


def _takes_itself_away(found: Detached) -> bool:
    """`z + q - z.array`: the gradient goes straight through, on purpose."""
    return found.entry.label == "sub" and any(
        source is not None and found.made in upstream([source]) for source in found.entry.sources
    )


def _is_fed_back(history: History, found: Detached) -> bool:
    """Whether an earlier step of the same cell had a part in the value: a prediction that is the next input."""
    own = {parameter.number for op in downstream([found.entry]) for parameter in history.parameters_of(op)}
    used = {parameter.number for op in upstream([found.made]) for parameter in history.parameters_of(op)}
    return bool(own) and own <= used


def _layer(history: History, made: Op) -> str:
    """The nearest layer in front of the cut."""
    for op in reversed(upstream([made])):
        for parameter in history.parameters_of(op):
            return parameter.layer or parameter.name
    return ""


def _name(op: Op) -> str:
    return f"{op.scope}/{op.label}" if op.scope else op.label
