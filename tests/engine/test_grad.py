"""grad(): gradients that are asked for, with no `.grad` touched. As seen in Chainer 7.8.1."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
from engine import Variable


def floats(*values: float) -> numpy.ndarray:
    return numpy.array(values, dtype=numpy.float32)


def leaf(*values: float) -> Variable:
    return Variable(floats(*values))


def test_grad_touches_no_gradient() -> None:
    x = leaf(1, 2)
    x.grad = floats(5, 5)
    (gx,) = engine.grad([x * x], [x])
    assert gx.array.tolist() == [2, 4]
    assert (gx.creator, gx.requires_grad) == (None, True)
    assert x.grad.tolist() == [5, 5]


def test_grad_of_what_is_unrelated_is_none() -> None:
    x = leaf(1, 2)
    gx, gz = engine.grad([x * x], [x, leaf(1)])
    assert gx is not None
    assert gz is None


def test_grad_takes_output_and_input_gradients() -> None:
    x = leaf(1, 2)
    (gx,) = engine.grad([x * x], [x], [Variable(floats(10, 100))], [Variable(floats(1, 1))])
    assert gx.array.tolist() == [21, 401]


def test_grad_of_an_inner_variable_passes_on() -> None:
    x = leaf(1, 2)
    h = x * 3
    gh, gx = engine.grad([h * h], [h, x])
    assert gh.array.tolist() == [6, 12]
    assert gx.array.tolist() == [18, 36]
    assert h.grad is None
    gh, gx = engine.grad([h * h], [h, x], grad_inputs=[Variable(floats(100, 100)), None])
    assert gh.array.tolist() == [106, 112]
    assert gx.array.tolist() == [318, 336]


def test_grad_of_an_output_itself_is_its_seed() -> None:
    x = leaf(1, 2)
    y = x * 2
    gy, gx = engine.grad([y], [y, x])
    assert gy.array.tolist() == [1, 1]
    assert gx.array.tolist() == [2, 2]
    assert engine.grad([x], [x])[0].array.tolist() == [1, 1]


def test_grad_sets_gradients_where_asked() -> None:
    x = leaf(1, 2)
    h = x * 3
    y = h * h
    engine.grad([y], [h, x], set_grad=True)
    assert (h.grad.tolist(), x.grad.tolist(), y.grad) == ([6, 12], [18, 36], None)


def test_grad_retains_gradients_in_between_where_asked() -> None:
    x = leaf(1, 2)
    h = x * 3
    y = h * h
    engine.grad([y], [x], retain_grad=True)
    assert (h.grad.tolist(), x.grad, y.grad.tolist()) == ([6, 12], None, [1, 1])


def test_grad_goes_only_where_an_input_is_reached() -> None:
    visited = []

    class Side(engine.FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            visited.append(1)
            return gys

    x, z = leaf(1), leaf(1)
    (side,) = Side().apply((z,))
    engine.grad([x * side], [x])
    assert not visited


def test_grad_asks_not_whether_an_input_requires_one() -> None:
    x = Variable(floats(1, 2), requires_grad=False)
    h = x * 3
    gh, gx = engine.grad([h * h], [h, x])
    assert gh.array.tolist() == [6, 12]
    assert gx.array.tolist() == [18, 36]


@pytest.mark.parametrize("which", ["outputs", "inputs"])
def test_grad_wants_lists(which: str) -> None:
    x = leaf(1)
    arguments = {"outputs": [x], "inputs": [x]} | {which: x}
    with pytest.raises(TypeError, match=f"{which} must be a tuple or a list"):
        engine.grad(**arguments)


def test_grad_with_double_backprop_has_a_graph() -> None:
    x = leaf(1, 2)
    (gx,) = engine.grad([x * x], [x], enable_double_backprop=True)
    (ggx,) = engine.grad([gx], [x])
    assert ggx.array.tolist() == [2, 2]


@pytest.mark.parametrize(
    ("given", "error"), [([], ValueError), ([None, None], ValueError), (leaf(1), TypeError)]
)
def test_grad_wants_one_output_gradient_an_output(given: Any, error: type[Exception]) -> None:
    x = leaf(1)
    with pytest.raises(error, match="grad_outputs must"):
        engine.grad([x * x], [x], given)
    with pytest.raises(error, match="grad_outputs must"):
        engine.backward([x * x], given)
