"""`gW[3,5]`: a tensor of an event, and one element of it, as a person types it."""

from __future__ import annotations

import re

from ..errors import UsageError
from ..text import shape_text
from ..timeline import Moment, TensorView

__all__ = ["find_element"]

_ELEMENT = re.compile(r"^(?P<role>.+?)\s*(?:\[(?P<index>[-+0-9,\s]*)\])?$", re.DOTALL)


def find_element(moment: Moment, text: str) -> tuple[TensorView, tuple[int, ...]]:
    """The tensor and the indexes that `text` means; a negative index counts from the end.

    Raises:
        UsageError: the event has no such tensor, or the tensor no such element.
    """
    text = text.strip()
    view = moment.tensor(text)  # the roles of several inputs look like elements: x[1]
    index = ""
    if view is None:
        found = _ELEMENT.match(text)
        if found is not None and found["index"] is not None:
            view = moment.tensor(found["role"])
            index = found["index"]
    if view is None:
        role = text.partition("[")[0].strip()
        meant = moment.tensor(role)
        if meant is not None:
            raise UsageError(f"{text}: an element is whole numbers in brackets, such as {example(meant)}")
        known = ", ".join(view.role for view in moment.tensors)
        has = f"it has {known}" if known else "it has no tensors"
        raise UsageError(f"{moment.address} has no tensor {role!r}: {has}")
    if view.shape is None:
        raise UsageError(f"{moment.address} has no {view.role}: {view.why_missing}")
    return view, _indexes(view, index)


def _indexes(view: TensorView, text: str) -> tuple[int, ...]:
    shape = view.shape or ()
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        raise UsageError(
            f"{view.role}[{text}]: an element is whole numbers, such as {example(view)}"
        ) from None
    if not numbers and all(length == 1 for length in shape):
        return (0,) * len(shape)
    if len(numbers) != len(shape):
        raise UsageError(
            f"{view.role} has shape {shape_text(shape)}: an element of it is {len(shape)} numbers,"
            f" such as {example(view)}"
        )
    for number, length in zip(numbers, shape, strict=True):
        if not -length <= number < length:
            raise UsageError(f"{view.role}[{text}] is outside: {view.role} has shape {shape_text(shape)}")
    return tuple(number % length for number, length in zip(numbers, shape, strict=True))


def example(view: TensorView) -> str:
    """An element that there is."""
    return f"{view.role}[{','.join('0' for _ in view.shape or ())}]"
