"""What an exception says that leaves an op: which op, on what, at which line of the script."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
import engine.links as L
from engine import FunctionNode, Variable, failures
from engine.utils.type_check import InvalidType


def ones(*shape: int) -> Variable:
    return Variable(numpy.ones(shape, numpy.float32))


def notes_of(call: Any) -> list[str]:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the notes are what is tested
        call()
    return caught.value.__notes__


def test_a_failed_op_names_itself_its_inputs_and_the_line() -> None:
    (note,) = notes_of(lambda: F.linear(ones(2, 3), ones(4, 5)))
    op, line = note.splitlines()
    assert op == "linear (forward): inputs float32(2, 3), float32(4, 5)"
    assert line.startswith(f"  at {__file__}:")
    assert line.endswith("in <lambda>")


def test_an_exception_keeps_its_type_and_is_explained_once() -> None:
    class Outer(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (F.linear(inputs[0], inputs[1]).array,)

    with pytest.raises(InvalidType) as caught:
        Outer().apply((ones(2, 3), ones(4, 5)))
    assert len(caught.value.__notes__) == 1
    assert "performed in: LinearFunction (Forward)" in str(caught.value)


def test_an_exception_with_slots_is_explained_too() -> None:
    class Slotted(Exception):
        __slots__ = ()

    class Broken(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            raise Slotted

    assert notes_of(lambda: Broken().apply((ones(2),)))[0].startswith("Broken (forward): inputs float32(2,)")


def test_a_failed_backward_names_the_gradients_that_came_in() -> None:
    class Broken(FunctionNode):
        op_name = "broken"

        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            raise KeyError("W")

    y = F.sum(Broken().apply((ones(2, 3),))[0])
    (note,) = notes_of(y.backward)
    assert note.startswith("broken (backward): output gradients float32(2, 3)\n  at ")


def test_an_uninitialized_parameter_in_an_op_is_named_as_such() -> None:
    (note,) = notes_of(lambda: F.relu(engine.Parameter()))
    assert note.startswith("relu (forward): inputs an uninitialized variable")


def test_describe_names_dtype_and_shape() -> None:
    assert failures.describe(numpy.ones((2, 3))) == "float64(2, 3)"
    assert failures.describe(3) == "int"
    assert failures.describe(None) == "an uninitialized variable"


def test_the_line_is_the_innermost_outside_the_engine() -> None:
    assert failures.user_line().endswith("in test_the_line_is_the_innermost_outside_the_engine")


def test_wrong_outputs_are_explained_and_told_like_any_failure() -> None:
    class Numbers(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (3.0,)

    seen: list[Any] = []
    stop = engine.events.observe(seen.append)
    (note,) = notes_of(lambda: Numbers().apply((ones(2),)))
    stop()
    assert note.startswith("Numbers (forward): inputs float32(2,)\n  at ")
    assert [type(event) for event in seen] == [engine.events.ForeignForward, engine.events.Failed]


def test_a_mix_of_widths_says_where_numpy_2_widens() -> None:
    x = numpy.ones((2, 3), numpy.float32) * numpy.sqrt(2)
    (note,) = notes_of(lambda: L.Linear(3, 2)(x))
    assert "numpy.sqrt(2), where NumPy 1 kept float32" in note
    (note,) = notes_of(lambda: F.add(ones(2), Variable(numpy.ones(2))))
    assert "float64 beside float32" in note
    (note,) = notes_of(lambda: L.Linear(4, 2)(x.astype(numpy.float32)))
    assert "NumPy 1" not in note
