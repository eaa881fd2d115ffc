"""Which element of an event is explained when nobody has chosen one."""

from __future__ import annotations

import numpy as np

from ..errors import BpdebugError
from ..log.schema import Kind
from ..timeline import Moment, TensorView
from ..timeline.names import dtype_kind
from .explanation import element_name

__all__ = ["made_here", "telling_element", "why_not_there"]

_MADE = ("output", "gradient out", "after", "delta")


def made_here(moment: Moment) -> list[TensorView]:
    """The tensors that the event made and whose values there are."""
    return [view for view in _made(moment) if view.there]


def why_not_there(moment: Moment) -> str:
    """Why there are no values of anything that the event made; "" if there are some, or if it made nothing."""
    made = _made(moment)
    if any(view.there for view in made):
        return ""
    return next((view.why_missing for view in made if view.tensor is not None), "")


def telling_element(moment: Moment, role: str = "") -> str | None:
    """The largest element by absolute value (NaN before all) of what the event made: `gW[3,5]`; None for none.

    Args:
        role: the tensor; by default the first that there is.
    """
    for view in made_here(moment):
        if role and view.role != role:
            continue
        try:
            array = view.array()
        except BpdebugError:
            continue
        if array.size:
            with np.errstate(all="ignore"):  # a number too large for float64 counts as infinite
                sizes = np.abs(array.astype(np.float64))
            place = int(sizes.argmax())  # NumPy gives the first NaN, if there is one
            indexes = np.unravel_index(place, array.shape) if array.ndim else ()
            return element_name(view.role, [int(i) for i in indexes])
    return None


def _made(moment: Moment) -> list[TensorView]:
    return [
        view
        for view in moment.tensors
        if view.group in _MADE
        and not (view.group == "output" and moment.kind is not Kind.forward)
        and (not view.dtype or dtype_kind(view.dtype) in ("f", "i", "u", "b"))
    ]
