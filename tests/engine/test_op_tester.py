"""The op tester is tested: each kind of fault fails, and the message names op, example and input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
import op_tester
import pytest
from op_tester import OpFault, check_op

from engine import Variable, backend
from engine.functions import either
from engine.functions import op as op_module
from engine.functions.op import Example, Op, every_op


@pytest.fixture(autouse=True)
def no_op_stays() -> Iterator[None]:
    """Ops that a test defines are gone for other tests."""
    before = list(op_module._ops)
    yield
    op_module._ops[:] = before


def weighted_sum(
    ga: Any = lambda gy, a, b: gy * b,
    gb: Any = lambda gy, a, b: gy * a,
    examples: Any = None,
    **names: Any,
) -> type[Op]:
    """An op y = a b with the given backward rules."""

    class Product(Op):
        op_name = "product"
        x_roles = ("a", "b")
        y_roles = ("y",)
        formula = "y = a b;  ga = gy b;  gb = gy a"
        retained_x = (0, 1)

        def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
            a, b = inputs
            return (a * b,)

        def vjp(self, xs: Any, ys: Any, gys: Any, wanted: Any) -> tuple[Any, ...]:
            a, b = xs
            found = ga(gys[0], a, b), gb(gys[0], a, b)
            if a.dtype == b.dtype:
                return found
            return either.cast(found[0], a.dtype), either.cast(found[1], b.dtype)

    def usual_examples(rng: Any) -> list[Example]:
        return [
            Example(
                lambda a, b: Product().apply((a, b))[0], (rng.normal(size=3), rng.normal(size=3)), "three"
            )
        ]

    Product.examples = staticmethod(examples or usual_examples)
    for name, value in names.items():
        setattr(Product, name, value)
    return Product


def fault_of(op: type[Op]) -> str:
    with pytest.raises(OpFault) as caught:
        check_op(op)
    return str(caught.value)


def test_a_right_op_passes() -> None:
    check_op(weighted_sum())


def test_a_rule_wrong_by_a_thousandth_fails_and_names_op_example_and_input() -> None:
    message = fault_of(weighted_sum(gb=lambda gy, a, b: gy * a * 1.001))
    assert message.startswith("Product (product), example 'three', input b: gradient is ")
    assert "finite differences say" in message


def test_one_wrong_element_is_located() -> None:
    def wrong_at_two(gy: Any, a: Any, b: Any) -> Any:
        factor = numpy.ones(3)
        factor[2] = 1.001
        return gy * b * factor

    message = fault_of(weighted_sum(ga=wrong_at_two))
    assert "input a: gradient is " in message
    assert " at (2,), " in message


def test_a_rule_right_once_and_wrong_twice_fails() -> None:
    def cut_off(gy: Any, a: Any, b: Any) -> Any:
        return gy * Variable(b.array) if isinstance(b, Variable) else gy * b

    message = fault_of(weighted_sum(ga=cut_off))
    assert "Product (product), example 'three', input b: second-order gradient is " in message


def test_a_second_derivative_wrong_by_a_thousandth_fails() -> None:
    class Bent(Op):
        op_name = "bent"
        x_roles = ("x",)
        y_roles = ("y",)
        formula = "y = x;  gx = gy, but its own gradient is a little off"

        def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
            return (inputs[0] * 1,)

        def vjp(self, xs: Any, ys: Any, gys: Any, wanted: Any) -> tuple[Any, ...]:
            return (gys[0] * (1.001 if self.inputs[0].creator_node is not None else 1),)  # type: ignore[index]

    def rule(gy: Any, a: Any, b: Any) -> Any:
        return Bent().apply((gy * b,))[0] if isinstance(gy, Variable) else gy * b

    assert "second-order gradient is" in fault_of(weighted_sum(ga=rule))


def test_walks_that_disagree_fail() -> None:
    def rule(gy: Any, a: Any, b: Any) -> Any:
        return gy * b * (1 + 1e-7) if isinstance(gy, Variable) else gy * b

    assert "input a: gradient of the variable walk is " in fault_of(weighted_sum(ga=rule))


def test_a_gradient_that_depends_on_who_else_wants_one_fails() -> None:
    op = weighted_sum()
    right = op.vjp
    op.vjp = lambda self, xs, ys, gys, wanted: [g * len(wanted) / 2 for g in right(self, xs, ys, gys, wanted)]  # type: ignore[method-assign]
    assert "input a: gradient of the array walk, wanted alone, is " in fault_of(op)


def test_a_rule_with_the_wrong_dtype_fails() -> None:
    def in_float64(gy: Any, a: Any, b: Any) -> Any:
        return gy * b if isinstance(gy, Variable) else gy * b * backend.get_array_module(b).ones(3)

    message = fault_of(weighted_sum(ga=in_float64))
    assert message == (
        "Product (product), example 'three', input a: gradient of the array walk is float64, the input float16"
    )


def test_an_output_of_the_wrong_dtype_fails() -> None:
    op = weighted_sum()
    op.forward = lambda self, inputs: ((inputs[0] * inputs[1]).astype(numpy.float64),)  # type: ignore[method-assign]
    assert "output is float64 for inputs of float16" in fault_of(op)


def test_a_rule_that_calls_numpy_on_a_device_array_fails() -> None:
    def in_numpy(gy: Any, a: Any, b: Any) -> Any:
        return gy * b if isinstance(gy, Variable) else numpy.multiply(gy, b)

    message = fault_of(weighted_sum(ga=in_numpy))
    assert message.startswith("Product (product), example 'three': on a device, array walk: TypeError: ")


def test_a_rule_that_waits_for_the_device_fails() -> None:
    def look(gy: Any, a: Any, b: Any) -> Any:
        largest = float(backend.get_array_module(a).abs(getattr(a, "array", a)).max())
        return gy * b if largest >= 0 else gy

    message = fault_of(weighted_sum(gb=lambda gy, a, b: gy * a, ga=look))
    assert "on a device, array walk: float() copies a float64() from the device to the host" in message


def test_a_rule_that_writes_into_what_it_got_fails() -> None:
    def write(gy: Any, a: Any, b: Any) -> Any:
        if isinstance(gy, Variable):
            return gy * b
        b *= 1
        return gy * b

    assert "inputs read-only: " in fault_of(weighted_sum(ga=write))


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("formula", "", "no formula"),
        ("formula", "y = a b;  ga = gy b", "input b: formula doesn't say what gb is"),
        ("formula", "y = a b;  dy/da = b", "formula says 'dy'"),
        ("formula", "ga = b gy;  gb = a gy", "formula doesn't say what y is"),
        ("op_name", "Product", "op_name must be a lower-case name"),
        ("y_roles", (), "no y_roles"),
        ("x_roles", ("a",), "2 inputs, but x_roles is ('a',)"),
        ("x_roles", ("y", "b"), "a letter stands for two things"),
        ("attributes", lambda self: {"table": {}}, "attribute table is no plain value"),
        ("_kept", (("axis", "axis"),), "the constructor's axis is kept in no attribute of that name"),
    ],
)
def test_missing_or_foreign_words_fail(name: str, value: Any, complaint: str) -> None:
    message = fault_of(weighted_sum(**{name: value}))
    assert "Product" in message
    assert complaint in message


def test_an_op_without_examples_fails_by_name() -> None:
    class Lonely(Op):
        op_name = "lonely"

    assert fault_of(weighted_sum(examples=lambda rng: [])) == "Product (product): no examples"
    with pytest.raises(OpFault, match=r"^Lonely \(lonely\): no examples"):
        op_tester.cases(Lonely)


def test_an_example_of_another_op_fails() -> None:
    other = weighted_sum()
    op = weighted_sum(examples=other.examples)
    assert "example 'three': the example doesn't apply the op" in fault_of(op)


def test_an_op_that_raises_fails_by_name() -> None:
    def broken(gy: Any, a: Any, b: Any) -> Any:
        raise KeyError("W")

    assert fault_of(weighted_sum(ga=broken)) == "Product (product), example 'three': KeyError: 'W'"


def test_a_rule_that_calls_ops_in_the_array_walk_fails() -> None:
    def by_op(gy: Any, a: Any, b: Any) -> Any:
        product = Variable(gy) * b if not isinstance(gy, Variable) else gy * b
        return product if isinstance(gy, Variable) else product.array

    assert "array walk: the backward rule called the op mul as if the script had" in fault_of(
        weighted_sum(ga=by_op)
    )


def test_ops_of_a_test_are_found_while_it_runs() -> None:
    op = weighted_sum()
    assert op in every_op()


def test_ops_of_other_tests_are_gone() -> None:
    assert "Product" not in {op.__name__ for op in every_op()}
