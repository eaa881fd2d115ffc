"""What an optimizer remembers is no longer a number it can work with."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Moved
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """The first state that isn't finite although gradient and parameter are: such as a square beyond float32."""
    told: set[int] = set()
    for update in history.updates:
        for moved in update.moved:
            name = _broken(history, moved)
            if name is None or update.number in told:
                continue
            told.add(update.number)
            parameter = history.name(moved.var)
            size = history.values.largest(moved.grad)
            yield Finding(
                f"{name} of {update.optimizer} for {parameter} isn't finite since update {update.t}, where the gradient"
                f" reaches {'a size' if size is None else f'{size:.3g}'}; its steps for these elements are 0 or NaN"
                " from there on",
                parameter,
                seq=moved.seq,
                site=update.made,
                evidence={"state": name, "largest gradient": size, "usual gradient": _usual(history, moved)},
                subjects=frozenset({parameter}),
            )


def _broken(history: History, moved: Moved) -> str | None:
    """The name of a state that this update broke; None where something else was broken before."""
    values = history.values
    if not (values.finite(moved.grad) and values.finite(moved.before)):
        return None
    return next((name for name, tensor in moved.state.items() if not values.finite(tensor)), None)


def _usual(history: History, moved: Moved) -> float | None:
    """The largest element of the gradient one update earlier."""
    earlier = [event for event in history.parameters[moved.var].moved if event.seq < moved.seq]
    return history.values.largest(earlier[-1].grad) if earlier else None
