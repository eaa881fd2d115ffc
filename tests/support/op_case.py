"""One example of one op, and how it is computed: by the engine, and by finite differences.

For `op_tester`, which says what must be equal. The truth are central differences in float64 along random directions;
single elements are looked at only to say where a rule is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fake_module
import numpy

from engine import Variable, backend, backprop, events, no_backprop_mode
from engine.functions.op import Example, Op

__all__ = ["Case", "OpFault", "cases", "compare", "gradients", "observed", "seeds", "value_of"]

fake_module.install(backend)

SEED = 20
STEP = 1e-5  # of the central differences: their error is about STEP^2, their rounding 1e-16 / STEP
TOLERANCE = (
    1e-6  # of a directional derivative, relative; a rule that is wrong by 0.1% is 1000 times as far off
)
DIRECTIONS = 3


class OpFault(AssertionError):
    """An op breaks a rule that holds for every op."""


@dataclass(frozen=True)
class Case:
    """One example of one op."""

    op: type[Op]
    example: Example
    number: int

    @property
    def title(self) -> str:
        return f"{self.op.__name__} ({self.op.op_name}), example {self.example.name or self.number!r}"

    def fault(self, what: str, i: int | None = None) -> OpFault:
        """A fault of this op, of its input `i` if that is given."""
        who = self.title if i is None else f"{self.title}, input {self.role(i)}"
        return OpFault(f"{who}: {what}")

    def arrays(self, dtype: Any = numpy.float64) -> list[numpy.ndarray]:
        return [numpy.array(x, dtype=dtype) for x in self.example.x]

    def role(self, i: int) -> str:
        """The house's letter for the example's input `i`, its number if the op has no letter for it."""
        variables = [Variable(x) for x in self.arrays()]
        for event in observed(lambda: self.call(variables))[1]:
            if isinstance(event, events.ForwardFinished) and type(event.node) is self.op:
                nodes = list(event.x)
                if variables[i].node in nodes and nodes.index(variables[i].node) < len(self.op.x_roles):
                    return self.op.x_roles[nodes.index(variables[i].node)]
        return str(i)

    def call(self, variables: list[Variable]) -> list[Variable]:
        y = self.example.call(*variables)
        return list(y) if isinstance(y, tuple | list) else [y]


def cases(op: type[Op]) -> list[Case]:
    """The examples of an op.

    Raises:
        OpFault: it has none.
    """
    try:
        examples = op.examples(numpy.random.default_rng(SEED))
    except TypeError as error:
        raise OpFault(f"{op.__name__} ({op.op_name}): no examples: {error}") from error
    if not examples:
        raise OpFault(f"{op.__name__} ({op.op_name}): no examples")
    return [Case(op, example, i) for i, example in enumerate(examples)]


def observed(call: Callable[[], Any]) -> tuple[Any, list[events.Event]]:
    """What `call` gives, and the events of it."""
    seen: list[events.Event] = []
    stop = events.observe(seen.append)
    try:
        return call(), seen
    finally:
        stop()


def seeds(case: Case, ys: list[Variable]) -> list[Any]:
    """A random gradient for each output: the same numbers wherever and in whatever dtype the outputs are."""
    rng = numpy.random.default_rng(SEED + 1)
    return [y.xp.asarray(rng.normal(size=y.shape).astype(y.dtype)) for y in ys]


def gradients(
    case: Case, arrays: list[Any], recorded: bool, wanted: list[int] | None = None, only: int | None = None
) -> list[Any]:
    """The engine's gradients of the inputs (arrays or None), by a walk on arrays or on variables.

    Args:
        wanted: which inputs need a gradient; None for all.
        only: the one output at which a gradient arrives; None for all.
    """
    needed = range(len(arrays)) if wanted is None else wanted
    variables = [Variable(x, requires_grad=i in needed) for i, x in enumerate(arrays)]
    ys = case.call(variables)
    roots = []
    for j, (y, gy) in enumerate(zip(ys, seeds(case, ys), strict=True)):
        if only is None or j == only:
            y.grad = gy
            roots.append(y)
    backprop.backward(roots, enable_double_backprop=recorded)
    return [x.grad for x in variables]


def value_of(case: Case, arrays: list[Any]) -> float:
    """The outputs, multiplied with their seed gradients and added up: what `gradients` is the derivative of."""
    with no_backprop_mode():
        ys = case.call([Variable(x) for x in arrays])
    return sum(float((y.array * gy).sum()) for y, gy in zip(ys, seeds(case, ys), strict=True))


def difference(f: Callable[[list[Any]], float], arrays: list[Any], i: int, direction: Any) -> float:
    """The derivative of `f` at `arrays`, when input `i` moves along `direction`: a central difference."""
    ahead, behind = list(arrays), list(arrays)
    ahead[i] = numpy.asarray(arrays[i] + STEP * direction)
    behind[i] = numpy.asarray(arrays[i] - STEP * direction)
    return (f(ahead) - f(behind)) / (2 * STEP)


def compare(
    case: Case, f: Callable[[list[Any]], float], arrays: list[Any], gxs: list[Any], what: str
) -> None:
    """Compare gradients with central differences of `f` along random directions.

    Raises:
        OpFault: names the input and its worst element.
    """
    rng = numpy.random.default_rng(SEED + 2)
    for i, (x, gx) in enumerate(zip(arrays, gxs, strict=True)):
        gx = numpy.zeros_like(x) if gx is None else gx
        if gx.shape != x.shape:
            raise case.fault(f"{what} has shape {gx.shape}, the input has {x.shape}", _input(case, i))
        for _ in range(DIRECTIONS if x.size else 0):
            direction = rng.uniform(0.5, 1.5, x.shape) * rng.choice([-1, 1], x.shape)
            expected = difference(f, arrays, i, direction)
            scale = numpy.sqrt(numpy.square(gx * direction).sum()) + abs(expected) + 1e-3
            if not abs(float((gx * direction).sum()) - expected) <= TOLERANCE * scale:
                raise case.fault(_worst_element(f, arrays, gx, i, what), _input(case, i))


def _input(case: Case, i: int) -> int | None:
    """`i` if it counts an input; what comes behind the inputs are the output gradients."""
    return i if i < len(case.example.x) else None


def _worst_element(f: Callable[[list[Any]], float], arrays: list[Any], gx: Any, i: int, what: str) -> str:
    expected = numpy.empty_like(gx)
    for index in numpy.ndindex(gx.shape):
        unit = numpy.zeros_like(gx)
        unit[index] = 1
        expected[index] = difference(f, arrays, i, unit)
    off = numpy.nan_to_num(abs(gx - expected), nan=numpy.inf)
    worst = numpy.unravel_index(int(off.argmax()), gx.shape)
    place = tuple(map(int, worst))
    return f"{what} is {gx[worst]:.9g} at {place}, finite differences say {expected[worst]:.9g}"
