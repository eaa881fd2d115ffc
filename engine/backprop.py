"""Where backward walks begin: `Variable.backward`, `backward` for several roots, and `grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .backward_walk import Walk, twin
from .utils.deprecation import warn_deprecated

__all__ = ["backward", "backward_from", "grad"]


def backward_from(
    variables: Sequence[Any], retain_grad: bool, double: bool, loss_scale: float | None
) -> None:
    """`Variable.backward` for one or several roots; see there."""
    roots = []
    for variable in variables:
        if variable._grad is None:
            if variable.creator_node is None and variable._data is not None and variable._data.size != 1:
                continue  # a leaf: there is nothing behind it
            if variable._data is None or variable._data.size != 1:
                raise TypeError(
                    f"backward() starts from a gradient, and {variable.summary()} of shape "
                    f"{getattr(variable._data, 'shape', None)} has none.\n"
                    "Only a variable with one element starts from 1: reduce it with F.sum or F.mean, or assign "
                    "its .grad first."
                )
            if variable._data.ndim:
                warn_deprecated(
                    f"Variable.backward from one element of shape {variable._data.shape}",
                    "reduce it to shape () with F.squeeze, F.sum or F.mean first, or assign its .grad",
                    stacklevel=4,
                )
            seed = variable.xp.ones_like(variable._data)
            if loss_scale is not None:
                seed *= loss_scale
            variable._set_gradient(seed, None)
        roots.append((variable._node, variable.grad_var if double else variable._grad))
    if roots:
        Walk(retain_grad, double, loss_scale, None).run(roots, "backward")
    if not retain_grad:
        for variable in variables:
            if variable.creator_node is not None:
                variable._set_gradient(None, None)


def backward(
    outputs: Any,
    grad_outputs: Any = None,
    *,
    retain_grad: bool = False,
    enable_double_backprop: bool = False,
    loss_scale: float | None = None,
) -> None:
    """Run one backward walk from several variables at once.

    Args:
        outputs: a list or tuple of variables.
        grad_outputs: one gradient variable an output, or None where the output starts from its own `.grad`. An
            output without any gradient starts from nothing, also if it has one element only.

    Raises:
        TypeError: outputs is no list or tuple.
    """
    if not isinstance(outputs, list | tuple):
        raise TypeError(
            f"backward: outputs must be a tuple or a list of variables, not {type(outputs).__name__}; "
            "one variable has a backward() of its own"
        )
    for y, gy in zip(outputs, _one_each(grad_outputs, outputs), strict=True):
        if gy is not None:
            y.grad_var = gy
    starting = [y for y in outputs if y._grad is not None]
    backward_from(starting, retain_grad, enable_double_backprop, loss_scale)


def _one_each(grad_outputs: Sequence[Any] | None, outputs: Sequence[Any]) -> Sequence[Any]:
    """The given output gradients, None for each if none are given.

    Raises:
        ValueError: there are more or fewer than outputs.
        TypeError: they are no list or tuple.
    """
    if grad_outputs is None:
        return [None] * len(outputs)
    if not isinstance(grad_outputs, list | tuple):
        raise TypeError(f"grad_outputs must be a tuple or a list or None, not {type(grad_outputs).__name__}")
    if len(grad_outputs) != len(outputs):
        raise ValueError(
            f"grad_outputs must hold one gradient (or None) for each of the {len(outputs)} outputs, "
            f"not {len(grad_outputs)}"
        )
    return grad_outputs


def grad(
    outputs: Sequence[Any],
    inputs: Sequence[Any],
    grad_outputs: Sequence[Any] | None = None,
    grad_inputs: Sequence[Any] | None = None,
    set_grad: bool = False,
    retain_grad: bool = False,
    enable_double_backprop: bool = False,
    loss_scale: float | None = None,
) -> list[Any]:
    """Gradients of `outputs` with respect to `inputs`, without touching any `.grad`.

    Args:
        outputs: list or tuple of variables.
        inputs: list or tuple of variables of the same graph.
        grad_outputs: one variable (or None: ones) an output.
        grad_inputs: gradients to start from, one (or None) an input; the results include them.
        set_grad: assign the results to the inputs' `.grad`, too.
        retain_grad: keep the gradients of the variables in between.
        enable_double_backprop: give the results a graph.
        loss_scale: a factor on the gradients that `outputs` start from.

    Returns:
        One variable an input, None where the outputs don't depend on it.

    Raises:
        TypeError: outputs or inputs are no list or tuple.
    """
    from .variable import Variable, as_variable

    for name, value in (("outputs", outputs), ("inputs", inputs)):
        if not isinstance(value, list | tuple):
            raise TypeError(
                f"grad: {name} must be a tuple or a list of variables, not {type(value).__name__}."
            )
    roots = []
    for y, gy in zip(outputs, _one_each(grad_outputs, outputs), strict=True):
        if gy is None:
            seed = y.xp.ones_like(y.array)
            if loss_scale is not None:
                seed *= loss_scale
            gy = seed
        gy = as_variable(gy)
        roots.append((y._node, gy if enable_double_backprop else gy.array))
    walk = Walk(retain_grad, enable_double_backprop, loss_scale, {x._node for x in inputs})
    for x, gx in zip(inputs, grad_inputs or [None] * len(inputs), strict=True):
        if gx is not None:
            gx = as_variable(gx)
            walk.grads[x._node] = gx if enable_double_backprop else gx.array
    found = walk.run(roots, "grad")
    results = []
    for x in inputs:
        gx = found.get(x._node)
        if gx is not None and not isinstance(gx, Variable):
            gx = Variable(gx)
        results.append(gx)
        if set_grad:
            x.grad_var = None if gx is None else twin(gx, gx.array.copy())
    return results
