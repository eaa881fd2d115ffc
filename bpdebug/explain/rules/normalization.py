"""Normalizations: what reaches an element directly, and what through the mean and the variance that it shares."""

from __future__ import annotations

import numpy as np

from ..explanation import Column, Sum, element_name
from ..jacobian import named_places
from ..recorded_op import RecordedOp

__all__ = ["Normalized", "batch", "batch_gradient", "group", "group_gradient", "input_gradient"]

Element = tuple[int, ...]


class Normalized:
    """x normalized over some axes, and gamma and beta spread over all of x.

    Args:
        over_batch: over the batch, else over each sample's channels in so many groups.
        given: mean and variance, one a channel; by default those of x.
    """

    def __init__(
        self, op: RecordedOp, over_batch: bool, given: tuple[np.ndarray, np.ndarray] | None = None
    ) -> None:
        self.op = op
        x = self.x = op.x(0)
        eps = float(op.settings["eps"])
        if over_batch:
            axes = tuple(int(axis) for axis in op.settings.get("axis") or (0, *range(2, x.ndim)))
            shape = tuple(1 if j in axes else length for j, length in enumerate(x.shape))
            whole, self.axes = x, axes
        else:
            groups = int(op.settings.get("groups", 1))
            whole = x.reshape(len(x), groups, -1)
            self.axes = (2,)
            shape = (1, x.shape[1], *(1,) * (x.ndim - 2))
        self.parameter_shape = shape
        if given is None:
            mean, var = whole.mean(self.axes, keepdims=True), whole.var(self.axes, keepdims=True)
        else:
            mean, var = (array.reshape(shape) for array in given)
        self.mean, self.std = mean, np.sqrt(var + eps)
        self.xhat = ((whole - mean) / self.std).reshape(x.shape)
        self.whole_shape = whole.shape
        self.count = whole.size // max(mean.size, 1)
        self.gamma = np.broadcast_to(op.x(1).reshape(shape), x.shape)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Means over the normalized axes, where they belong in x."""
        means = values.reshape(self.whole_shape).mean(self.axes, keepdims=True)
        return np.broadcast_to(means, self.whole_shape).reshape(self.x.shape)

    def std_at(self, element: Element) -> float:
        """The standard deviation by which this element was divided."""
        return float(np.broadcast_to(self.std, self.whole_shape).reshape(self.x.shape)[element])

    def parameter_place(self, element: Element) -> Element:
        """The element of gamma and beta that belongs to an element of x."""
        shape = self.op.x_shape(1)
        flat = np.arange(int(np.prod(shape))).reshape(self.parameter_shape)
        found = int(np.broadcast_to(flat, self.x.shape)[element])
        return tuple(int(part) for part in np.unravel_index(found, shape)) if shape else ()

    def share(self, element: Element) -> np.ndarray:
        """Where in x the element of gamma or beta is used: flat places."""
        shape = self.op.x_shape(1)
        flat = np.arange(int(np.prod(shape))).reshape(self.parameter_shape)
        number = int(np.ravel_multi_index(element, shape)) if shape else 0
        return np.flatnonzero(np.broadcast_to(flat, self.x.shape).ravel() == number)


def batch(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = gamma xhat + beta, over the batch."""
    return _output(op, Normalized(op, over_batch=True), element)


def group(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = gamma xhat + beta, over the channels of a sample."""
    return _output(op, Normalized(op, over_batch=False), element)


def batch_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """See `_gradient`; over the batch."""
    return _gradient(op, Normalized(op, over_batch=True), i, element)


def group_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """See `_gradient`; over the channels of a sample."""
    return _gradient(op, Normalized(op, over_batch=False), i, element)


def _output(op: RecordedOp, part: Normalized, element: Element) -> list[Sum]:
    place = part.parameter_place(element)
    gamma, beta = (element_name(role, place) for role in ("gamma", "beta"))
    xhat = f"({element_name('x', element)} − mean) / std"
    return [
        Sum(
            (
                Column(lambda _: gamma, float(part.gamma[element])),
                Column(lambda _: xhat, float(part.xhat[element])),
            ),
            "gamma xhat",
        ),
        Sum((Column(lambda _: beta, float(op.x(2)[place])),), "beta"),
    ]


def _gradient(op: RecordedOp, part: Normalized, i: int, element: Element) -> list[Sum]:
    """gx: see `input_gradient`; ggamma = Σ gy xhat and gbeta = Σ gy over what shares them."""
    gy = op.gy()
    if gy is None:
        return []
    if i:
        flat = part.share(element)
        gys = Column(named_places("gy", gy.shape, flat), gy.ravel()[flat])
        if i == 2:
            return [Sum((gys,), f"Σ gy over the {len(flat)} elements that share it")]
        hats = Column(named_places("xhat", gy.shape, flat), part.xhat.ravel()[flat])
        return [Sum((gys, hats), f"Σ gy xhat over the {len(flat)} elements that share it")]
    return input_gradient(part, gy, element)


def input_gradient(
    part: Normalized, gy: np.ndarray, element: Element, r: np.ndarray | None = None
) -> list[Sum]:
    """gx = h / std, minus what goes through the mean, minus what goes through the variance, with h = gy gamma.

    Args:
        r: a factor of gamma, of the shape of x, that is called `r`; None for none.
    """
    h = gy * part.gamma if r is None else gy * part.gamma * r
    scale, of = ((), "gy gamma") if r is None else ((Column(lambda _: "r", float(r[element])),), "gy gamma r")
    std, n = part.std_at(element), part.count
    over = Column(lambda _: "1/std", 1 / std)
    mean_h, mean_hx = float(part.spread(h)[element]), float(part.spread(h * part.xhat)[element])
    gamma = element_name("gamma", part.parameter_place(element))
    xhat = element_name("xhat", element)
    through = f"of the {n} that share mean and std"
    return [
        Sum(
            (
                Column(lambda _: element_name("gy", element), float(gy[element])),
                Column(lambda _: gamma, float(part.gamma[element])),
                *scale,
                over,
            ),
            f"{of} / std",
            lambda _: "directly",
        ),
        Sum(
            (Column(lambda _: f"−mean of {of}", -mean_h), over),
            f"− mean({of}) / std",
            lambda _: f"through the mean {through}",
        ),
        Sum(
            (
                Column(lambda _: f"−{xhat}", -float(part.xhat[element])),
                Column(lambda _: f"mean of {of} xhat", mean_hx),
                over,
            ),
            f"− xhat mean({of} xhat) / std",
            lambda _: f"through the variance {through}",
        ),
    ]
