"""Puts other rows of tensors into the body of an event: where the same content came to have several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..log import records as r

__all__ = ["replace_rows"]

_FIELDS: dict[type, tuple[str, ...]] = {
    r.ForwardBody: ("x", "y", "held", "rng_state"),
    r.BackwardStartedBody: ("roots", "seeds"),
    r.BackwardBody: ("gy", "gx"),
    r.GradAccumulatedBody: ("before", "add", "after"),
    r.GradientHookedBody: ("before", "after"),
    r.ParamUpdatedBody: ("before", "grad", "after"),
    r.ReportedBody: ("tensor",),
    r.FailedBody: ("operands",),
    r.EditedBody: ("before", "after"),
}
"""Where bodies name tensors: by row, by list of rows, or by list of slots (pairs of variable and row)."""


def replace_rows(body: Any, of: Callable[[Any], Any]) -> None:
    """Put `of(row)` in the place of each row, or None, that it has."""
    for name in _FIELDS.get(type(body), ()):
        setattr(body, name, _replaced(getattr(body, name), of))
    if type(body) is r.ParamUpdatedBody:
        for state in (body.state_before, body.state_after):
            for name in body.state_tensors:
                if name in state:
                    state[name] = of(state[name])


def _replaced(value: Any, of: Callable[[Any], Any]) -> Any:
    if not isinstance(value, list):
        return of(value)
    found: list[Any] = []
    for one in value:
        if isinstance(one, r.Slot):
            found.append(r.Slot(one.var, of(one.tensor)))
        elif isinstance(one, tuple):
            found.append((one[0], of(one[1])))
        else:
            found.append(of(one))
    return found
