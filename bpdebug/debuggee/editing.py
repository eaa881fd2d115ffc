"""Changes a tensor of the paused run, in the very array that the run goes on with, and records that."""

from __future__ import annotations

from typing import Any

from ..breakpoints.live import LiveStops
from ..conditions.edits import edited_content, parse_edit
from ..errors import ConditionError
from ..log.schema import FIRST_UNNAMED_VARIABLE, Kind
from ..protocol import Edit
from ..recorder import Recorder
from ..recorder.arrays import put_content, to_host

__all__ = ["apply_edit"]

_VARIABLES = {"x": "x", "y": "y", "gx": "x", "gy": "y", "roots": "roots"}
"""For fields with arrays: the field of the body with their variables."""


def apply_edit(edit: Edit, header: Any, recorder: Recorder, stops: LiveStops) -> str:
    """Carry out an edit at the event with this header.

    Returns:
        In words why it can't be done; "" when it is done and recorded.
    """
    try:
        operation = parse_edit(edit.text)
        array, variable = _target(edit, header, recorder)
        before, _ = to_host(array)
        before = before.copy()
        after = edited_content(before, operation, stops.event(header))
        put_content(array, after)
    except ConditionError as error:
        return error.reason
    except ValueError as error:
        return str(error)
    recorder.edited(variable, before, array, edit.text.strip(), edit.of)
    return ""


def _target(edit: Edit, header: Any, recorder: Recorder) -> tuple[Any, int]:
    """The array that is meant, and the number of its variable.

    Raises:
        ValueError: there is none.
    """
    if not edit.field:
        reference = recorder.parameters.get(edit.variable)
        parameter = None if reference is None else reference()
        if parameter is None:
            raise ValueError("the script doesn't have this parameter any more")
        array = parameter.array if edit.of == "value" else parameter.grad
        if array is None:
            raise ValueError("it holds no gradient now" if edit.of == "gradient" else "it holds no data")
        return array, edit.variable
    arrays = header["arrays"].get(edit.field, ())
    array = arrays[edit.place] if 0 <= edit.place < len(arrays) else None
    if array is None:
        raise ValueError("this event doesn't have the tensor any more")
    return array, _variable_of(edit, header)


def _variable_of(edit: Edit, header: Any) -> int:
    body = header["body"]
    if header["kind"] in (Kind.edited, Kind.grad_accumulated, Kind.gradient_hooked):
        return int(body.var)
    variables = getattr(body, _VARIABLES.get(edit.field, ""), [])
    if edit.place < len(variables):
        found = variables[edit.place]
        return int(found if isinstance(found, int) else found[0] if type(found) is tuple else found.var)
    return FIRST_UNNAMED_VARIABLE
