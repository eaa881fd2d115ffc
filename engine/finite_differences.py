"""Central differences: gradients from evaluations alone, and a look for kinks.

What `gradient_check` compares the engine's gradients with. Not precise: the error is about eps^2 times the third
derivative, plus rounding divided by eps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from . import backend

__all__ = ["NondifferentiableError", "numerical_grad"]


class NondifferentiableError(Exception):
    """Finite differences were asked for at a point where the function has a kink."""


def numerical_grad(
    f: Callable[[], Sequence[Any]],
    inputs: Sequence[Any],
    grad_outputs: Sequence[Any],
    eps: float = 1e-3,
    detect_nondifferentiable: bool = False,
    diff_atol: float = 0,
    diff_rtol: float = 1e-2,
    center_outputs: Sequence[Any] | None = None,
) -> list[Any]:
    """Gradients by central differences, element by element.

    Args:
        f: computes a tuple of arrays from `inputs`, which it reads; they are written into and restored.
        inputs: float arrays.
        grad_outputs: the gradient of each output, None for zero.
        eps: how far an element moves to either side.
        detect_nondifferentiable: look whether the outputs near each point lie on a parabola.
        diff_atol, diff_rtol: how far off it they may lie: atol + rtol * (largest - smallest of the five values).
        center_outputs: the outputs at `inputs`, if they are known already.

    Returns:
        One array an input.

    Raises:
        AssertionError: `inputs` or `grad_outputs` is no list or tuple, or `grad_outputs` doesn't fit the outputs.
        RuntimeError: an input holds no floats, or is no array.
        NondifferentiableError: there is a kink.
    """
    for name, given in (("inputs", inputs), ("grad_outputs", grad_outputs)):
        if not isinstance(given, tuple | list):
            raise AssertionError(
                f"numerical_grad: {name} must be a tuple of arrays, not {type(given).__name__}"
            )
    for x in inputs:
        if not backend.is_array(x):
            raise RuntimeError(f"numerical_grad: inputs must hold arrays, not {type(x).__name__}")
    if any(x.dtype.kind != "f" for x in inputs):
        raise RuntimeError("The dtype of input arrays must be kind of float")

    def outputs() -> tuple[Any, ...]:
        ys = tuple(f())
        expected = [None if gy is None else gy.shape for gy in grad_outputs]
        found = [None if y is None or gy is None else y.shape for y, gy in zip(ys, expected, strict=False)]
        if len(ys) != len(expected) or found != [
            None if y is None else shape for y, shape in zip(ys, expected, strict=True)
        ]:
            raise AssertionError(
                f"numerical_grad: the outputs' shapes are {[y if y is None else y.shape for y in ys]}, "
                f"those of grad_outputs {expected}"
            )
        return tuple(None if y is None else backend.to_host(y).copy() for y in ys)

    weights = [None if gy is None else backend.to_host(gy).astype(numpy.float64) for gy in grad_outputs]
    gradients = []
    for i, x in enumerate(inputs):
        gx = numpy.zeros(x.shape, x.dtype)
        for index in numpy.ndindex(x.shape):
            original = x[index].copy()

            def at(
                offset: float, x: Any = x, index: Any = index, original: Any = original
            ) -> tuple[Any, ...]:
                x[index] = original + offset
                try:
                    return outputs()
                finally:
                    x[index] = original

            ahead, behind = at(eps), at(-eps)
            if detect_nondifferentiable:
                middle = at(0) if center_outputs is None else [backend.to_host(y) for y in center_outputs]
                _require_parabola(
                    [behind, at(-eps / 2), middle, at(eps / 2), ahead], eps, diff_atol, diff_rtol, i, index
                )
            gx[index] = sum(
                float(((up.astype(numpy.float64) - down) * weight).sum())
                for up, down, weight in zip(ahead, behind, weights, strict=True)
                if weight is not None and up is not None
            ) / (2 * eps)
        gradients.append(backend.get_device_from_array(x).send(gx))
    return gradients


def _require_parabola(
    outputs: list[Any], eps: float, atol: float, rtol: float, i: int, index: tuple[int, ...]
) -> None:
    """Raise unless each output at five equidistant points lies on a parabola (root mean square deviation)."""
    basis, _ = numpy.linalg.qr(numpy.vander(numpy.linspace(-1, 1, 5), 3))
    for j, values in enumerate(zip(*outputs, strict=True)):
        if values[0] is None or not values[0].size:
            continue
        y = numpy.stack([numpy.asarray(value, numpy.float64) for value in values]).reshape(5, -1)
        deviation = numpy.sqrt(numpy.square(y - basis @ (basis.T @ y)).mean(0))
        rounding = 4 * numpy.finfo(values[0].dtype).eps * abs(y).max(0)
        allowed = atol + rtol * (y.max(0) - y.min(0)) + rounding
        if (deviation > allowed).any():
            worst = int((deviation - allowed).argmax())
            raise NondifferentiableError(
                "Tried to compute the numeric gradient on a non-differentiable point.\n"
                f"input {i} at {index}, output {j}: its values at -eps, -eps/2, 0, eps/2 and eps (eps = {eps}) are "
                f"{', '.join(f'{value:.6g}' for value in y[:, worst])}, which lie {deviation[worst]:.3g} off a "
                f"parabola; {allowed[worst]:.3g} is allowed"
            )
