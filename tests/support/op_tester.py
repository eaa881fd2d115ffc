"""Checks one op of the engine by its own examples; what is wrong is said with op, example and input.

`CHECKS` is the table of all checks: each takes an op class and raises `OpFault`. `check_op` makes them all. How an
example is computed, and what finite differences say, is in `op_case`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy
from fake_device import FakeArray, HostCopyError, no_host_copies
from fake_module import fake
from op_case import SEED, Case, OpFault, cases, compare, gradients, observed, seeds, value_of

from engine import Variable, backprop, events
from engine.functions.op import Op

__all__ = ["CHECKS", "Case", "OpFault", "cases", "check_op"]

WORLDS = {"array walk": False, "variable walk": True}


def _per_case(check: Callable[[Case], None]) -> Callable[[type[Op]], None]:
    """A check of an op from a check of one example; exceptions of the op become faults, too."""

    def run(op: type[Op]) -> None:
        for case in cases(op):
            try:
                check(case)
            except OpFault:
                raise
            except Exception as error:
                raise case.fault(f"{type(error).__name__}: {error}") from error

    run.__doc__ = check.__doc__
    run.__name__ = check.__name__
    return run


# ---- the checks ----


def facts(op: type[Op]) -> None:
    """Name, letters, formula and attributes are there, in the house's letters."""
    who = f"{op.__name__} ({op.op_name})"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", op.op_name):
        raise OpFault(f"{who}: op_name must be a lower-case name")
    if not op.formula:
        raise OpFault(f"{who}: no formula")
    if wrong := re.findall(r"∂|\bd[xyWb]\b|\bgrad\b|\bgrad_\w*|\bdelta\b", op.formula):
        raise OpFault(f"{who}: formula says {wrong[0]!r}; a gradient is g and the letter, as in gx")
    if not op.y_roles:
        raise OpFault(f"{who}: no y_roles")
    if len({*op.x_roles, *op.y_roles}) != len(op.x_roles) + len(op.y_roles):
        raise OpFault(f"{who}: a letter stands for two things in {op.x_roles} and {op.y_roles}")
    for letter in op.y_roles:
        if not re.search(rf"\b{letter}\b", op.formula):
            raise OpFault(f"{who}: formula doesn't say what {letter} is")
    _per_case(_letters)(op)


def _letters(case: Case) -> None:
    seen = observed(lambda: case.call([Variable(x) for x in case.arrays()]))[1]
    for node, event in _nodes_of_op(case, seen):
        if case.op.x_roles and len(event.x) > len(case.op.x_roles):
            raise case.fault(f"{len(event.x)} inputs, but x_roles is {case.op.x_roles}")
        if lost := [name for name, attribute in node._kept if not hasattr(node, attribute)]:
            raise case.fault(
                f"the constructor's {lost[0]} is kept in no attribute of that name; kept_as can give another"
            )
        for key, value in node.attributes().items():
            parts = value if isinstance(value, list | tuple) else [value]
            if not all(part is None or isinstance(part, int | float | str) for part in parts):
                raise case.fault(f"attribute {key} is no plain value: {value!r}")
    for i in range(len(case.example.x)) if case.op.differentiable else ():
        letter = "x" if case.role(i).isdigit() else case.role(i)
        if not re.search(rf"\bg{letter}\b", case.op.formula):
            raise case.fault(f"formula doesn't say what g{letter} is: {case.op.formula!r}", i)


def _nodes_of_op(case: Case, seen: list[events.Event]) -> list[tuple[Any, events.ForwardFinished]]:
    found = [
        (event.node, event)
        for event in seen
        if isinstance(event, events.ForwardFinished) and type(event.node) is case.op
    ]
    if not found:
        raise case.fault("the example doesn't apply the op")
    return found


def first_order(case: Case) -> None:
    """Gradients equal central differences."""
    arrays = case.arrays()
    gxs = gradients(case, arrays, recorded=False)
    compare(case, lambda xs: value_of(case, xs), arrays, gxs, "gradient")


def second_order(case: Case) -> None:
    """Gradients of gradients, of inputs and output gradients, equal central differences of gradients."""
    if not case.example.twice or not case.op.differentiable:
        return
    count = len(case.example.x)
    xs = [Variable(x) for x in case.arrays()]
    ys = case.call(xs)
    gys = [Variable(gy) for gy in seeds(case, ys)]
    rng = numpy.random.default_rng(SEED + 3)
    weights = [numpy.asarray(rng.normal(size=x.shape)) for x in xs]

    def value(arrays: list[Any]) -> float:
        variables = [Variable(x) for x in arrays[:count]]
        found = backprop.grad(case.call(variables), variables, list(map(Variable, arrays[count:])))
        return sum(
            0.0 if gx is None else float((gx.array * weight).sum())
            for gx, weight in zip(found, weights, strict=True)
        )

    gxs = backprop.grad(ys, xs, gys, enable_double_backprop=True)
    pairs = [(gx, Variable(weight)) for gx, weight in zip(gxs, weights, strict=True) if gx is not None]
    ggs = backprop.grad([gx for gx, _ in pairs], xs + gys, [weight for _, weight in pairs])
    arrays = [v.array for v in xs + gys]
    compare(case, value, arrays, [None if g is None else g.array for g in ggs], "second-order gradient")


def both_worlds(case: Case) -> None:
    """The walk on variables gives the gradients of the walk on arrays, and so does any choice of inputs."""
    arrays = case.arrays()
    expected = gradients(case, arrays, recorded=False)
    for world, recorded in WORLDS.items():
        _same(case, gradients(case, arrays, recorded), expected, f"gradient of the {world}")
        for i in range(len(arrays)):
            alone = gradients(case, arrays, recorded, [i])
            wanted = [gx if j == i else None for j, gx in enumerate(expected)]
            _same(case, alone, wanted, f"gradient of the {world}, wanted alone,")
    count = len(case.call([Variable(x) for x in arrays]))
    if count > 1 and case.op.differentiable:
        parts = [gradients(case, arrays, False, only=j) for j in range(count)]
        sums = [sum(gx for gx in column if gx is not None) for column in zip(*parts, strict=True)]
        _same(case, sums, expected, "sum of the gradients that single outputs give")


def _same(case: Case, found: list[Any], expected: list[Any], what: str) -> None:
    for i, (one, other) in enumerate(zip(found, expected, strict=True)):
        if (one is None) != (other is None):
            raise case.fault(f"{what} is {one}, expected {other}", i)
        if one is None:
            continue
        one, other = _host(one), _host(other)
        if one.shape != other.shape or one.dtype != other.dtype:
            raise case.fault(f"{what} is {one.dtype}{one.shape}, expected {other.dtype}{other.shape}", i)
        if not numpy.allclose(one, other, rtol=1e-10, atol=1e-12, equal_nan=True):
            off = numpy.unravel_index(int(abs(one - other).argmax()), one.shape)
            raise case.fault(f"{what} is {one[off]:.9g} at {tuple(map(int, off))}, not {other[off]:.9g}", i)


def _host(array: Any) -> numpy.ndarray:
    return array.get() if type(array) is FakeArray else array


def dtypes_kept(case: Case) -> None:
    """Outputs have the dtype of the inputs, each gradient that of its input, also where dtypes are mixed."""
    for dtype in (numpy.float16, numpy.float32, numpy.float64):
        arrays = case.arrays(dtype)
        for y in case.call([Variable(x) for x in arrays]):
            if y.dtype != dtype and case.op.differentiable:
                raise case.fault(f"output is {y.dtype} for inputs of {numpy.dtype(dtype)}")
        _dtypes_of_gradients(case, arrays)
    for i in range(len(case.example.x) if len(case.example.x) > 1 else 0):
        for one, others in ((numpy.float16, numpy.float32), (numpy.float64, numpy.float32)):
            mixed = case.arrays(others)
            mixed[i] = mixed[i].astype(one)
            try:
                case.call([Variable(x) for x in mixed])
            except Exception as error:
                if type(error).__name__ == "InvalidType":
                    continue
                raise
            _dtypes_of_gradients(case, mixed)


def _dtypes_of_gradients(case: Case, arrays: list[Any]) -> None:
    for world, recorded in WORLDS.items():
        for i, (x, gx) in enumerate(zip(arrays, gradients(case, arrays, recorded), strict=True)):
            if gx is not None and type(gx) is not numpy.ndarray:
                raise case.fault(f"gradient of the {world} is no array but {type(gx).__name__}", i)
            if gx is not None and gx.dtype != x.dtype:
                raise case.fault(f"gradient of the {world} is {gx.dtype}, the input {x.dtype}", i)


def right_events(case: Case) -> None:
    """Each op and each step of the walk is an event with just the arrays that were computed."""
    for world, recorded in WORLDS.items():
        xs = [Variable(x) for x in case.arrays()]
        ys, told = observed(lambda xs=xs: case.call(xs))
        forward = [event for event in told if not isinstance(event, events.ForeignForward)]
        # Before an op that was not written here, an example of the tests of this tester, each time; else never.
        if len(told) - len(forward) != sum(event.node.foreign for event in forward):
            raise case.fault("ForeignForward isn't told of just the ops of foreign code")
        _nodes_of_op(case, forward)
        for event in forward:
            if not isinstance(event, events.ForwardFinished):
                raise case.fault(f"a forward pass emitted {type(event).__name__}")
            if [id(y.array) for y in event.y] != [id(y) for y in event.y_arrays]:
                raise case.fault("ForwardFinished holds other arrays than the output variables")
            if not event.in_graph or event.during is not None:
                raise case.fault("ForwardFinished of a forward op says that it is not in the graph")
        for y, gy in zip(ys, seeds(case, ys), strict=True):
            y.grad = gy
        _, walk = observed(
            lambda ys=ys, recorded=recorded: backprop.backward(ys, None, enable_double_backprop=recorded)
        )
        _check_walk(case, world, forward, walk, xs, ys)


def _check_walk(
    case: Case, world: str, forward: list[Any], walk: list[Any], xs: list[Variable], ys: list[Variable]
) -> None:
    if not (isinstance(walk[0], events.BackwardStarted) and isinstance(walk[-1], events.BackwardFinished)):
        raise case.fault(f"{world}: BackwardStarted and BackwardFinished don't enclose the walk")
    steps = [event for event in walk if isinstance(event, events.BackwardStepped)]
    if {id(step.node) for step in steps} != {id(event.node) for event in forward} or len(steps) != len(
        forward
    ):
        raise case.fault(f"{world}: {len(forward)} forward ops, but {len(steps)} backward steps of them")
    if walk[0].node_count != len(steps):
        raise case.fault(f"{world}: node_count is {walk[0].node_count}, the walk made {len(steps)} steps")
    for event in walk:
        if isinstance(event, events.ForwardFinished) and (event.during is None or world == "array walk"):
            raise case.fault(
                f"{world}: the backward rule called the op {event.node.op_name} as if the script had"
            )
    for step in steps:
        if (len(step.gx), len(step.gy)) != (len(step.node.inputs), len(step.y)):
            raise case.fault(f"{world}: BackwardStepped has {len(step.gx)} gx and {len(step.gy)} gy")
    for i, x in enumerate(xs):
        parts = [gx for step in steps for node, gx in zip(step.x, step.gx, strict=True) if node is x.node]
        parts = [gx for gx in parts if gx is not None]
        if (x.grad is None) != (not parts) or (parts and not numpy.array_equal(sum(parts), x.grad)):
            raise case.fault(f"{world}: the gx of the events don't add up to the gradient", i)


def on_device(case: Case) -> None:
    """On a device it computes the same, with the device's functions only, and never waits for the host."""
    for world, recorded in WORLDS.items():
        arrays = case.arrays()
        try:
            with no_host_copies():
                on = [fake.asarray(x) for x in arrays]
                ys = [y.array for y in case.call([Variable(x) for x in on])]
                gxs = gradients(case, on, recorded)
        except HostCopyError as error:
            raise case.fault(f"on a device, {world}: {error}") from error
        except TypeError as error:
            raise case.fault(f"on a device, {world}: TypeError: {error}") from error
        for array in [*ys, *gxs]:
            if array is not None and type(array) is not FakeArray:
                raise case.fault(f"on a device, {world}: a result is on the host")
        for y, expected in zip(ys, case.call([Variable(x) for x in arrays]), strict=True):
            if not numpy.allclose(_host(y), expected.array, rtol=1e-10, atol=1e-12, equal_nan=True):
                raise case.fault("on a device the output differs from NumPy's")
        _same(case, gxs, gradients(case, arrays, recorded), f"on a device, gradient of the {world}")


def any_memory_layout(case: Case) -> None:
    """Inputs may be non-contiguous or read-only; nothing is written into them."""
    expected = gradients(case, case.arrays(), recorded=False)
    for name, change in _LAYOUTS.items():
        for world, recorded in WORLDS.items():
            arrays = [change(x) for x in case.arrays()]
            try:
                found = gradients(case, arrays, recorded)
            except ValueError as error:
                raise case.fault(f"{world}, inputs {name}: {error}") from error
            _same(case, found, expected, f"with inputs {name}, gradient of the {world}")


def _read_only(x: numpy.ndarray) -> numpy.ndarray:
    x.flags.writeable = False
    return x


def _spread(x: numpy.ndarray) -> numpy.ndarray:
    """`x` in every second element of a larger array."""
    larger = numpy.full((*x.shape, 2), numpy.nan)
    larger[..., 0] = x
    return larger[..., 0]


_LAYOUTS: dict[str, Callable[[numpy.ndarray], numpy.ndarray]] = {
    "in Fortran order": lambda x: numpy.asfortranarray(x),
    "reversed in memory": lambda x: numpy.flip(numpy.flip(x).copy()),
    "with gaps": _spread,
    "read-only": _read_only,
}

CHECKS: dict[str, Callable[[type[Op]], None]] = {
    "facts": facts,
    **{
        check.__name__: _per_case(check)
        for check in (
            first_order,
            second_order,
            both_worlds,
            dtypes_kept,
            right_events,
            on_device,
            any_memory_layout,
        )
    },
}


def check_op(op: type[Op]) -> None:
    """Make all checks.

    Raises:
        OpFault: the first thing that is wrong.
    """
    for check in CHECKS.values():
        check(op)


def defined_ops(names: Any) -> Iterator[type[Op]]:
    """The op classes in a namespace that are meant to be found: no bases, no private ones."""
    for value in vars(names).values():
        if (
            isinstance(value, type)
            and issubclass(value, Op)
            and value is not Op
            and not value.__name__.startswith("_")
        ):
            yield value
