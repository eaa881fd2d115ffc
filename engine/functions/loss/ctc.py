"""connectionist_temporal_classification: the loss of label sequences without alignment."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...errors import InvalidShape
from ...once_differentiable import OnceDifferentiable
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable, as_array, as_variable
from .. import either
from ..activation.log_softmax import log_softmax_of
from ..op import Example, Op
from .checks import require_choice, require_labels

__all__ = ["connectionist_temporal_classification"]

_NEVER = -1e10  # the logarithm of 0, with which one can still subtract


class ConnectionistTemporalClassification(Op):
    """y = -log of the probability of the labels t, summed over all alignments to the scores x."""

    op_name = "connectionist_temporal_classification"
    y_roles = ("y",)
    formula = "y = -log p(t | x);  gx = gy * (softmax(x) - posterior probability of each symbol at that time)"

    called = True

    def __init__(self, blank_symbol: int, reduce: str = "mean") -> None:
        require_choice(reduce)
        self.blank_symbol = blank_symbol
        self.reduce = reduce

    def attributes(self) -> dict[str, Any]:
        return {"blank_symbol": self.blank_symbol, "reduce": self.reduce}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        require(len(inputs) > 3, "in_types.size > 3", f"{len(inputs)} <= 3")
        input_length, label_length, t, *xs = inputs
        self.x_roles = ("input_length", "label_length", "t", *(f"x{time}" for time in range(len(xs))))
        require_labels(t)
        require_equal("t.ndim", t.ndim, "2", 2)
        for i, x in enumerate(xs):
            require_float(f"x[{i}]", x)
            require_equal(f"x[{i}].dtype", x.dtype, "x[0].dtype", xs[0].dtype)
            same = x.shape == xs[0].shape
            require(same, f"x[{i}].shape == x[0].shape", f"{x.shape} != {xs[0].shape}", InvalidShape)
        require_equal("t.shape[0]", t.shape[0], "x[0].shape[0]", xs[0].shape[0])
        require(xs[0].ndim == 2, "x[0].ndim == 2", f"{xs[0].ndim} != 2")
        for name, length in (("input_length", input_length), ("label_length", label_length)):
            require_equal(f"{name}.shape", length.shape, "x[0].shape[:1]", xs[0].shape[:1])
            require(length.dtype.kind == "i", f"{name}.dtype.kind == i", f"{length.dtype.kind} != i")
        if not 0 <= self.blank_symbol < xs[0].shape[1]:
            raise AssertionError(
                f"blank_symbol must be one of {xs[0].shape[1]} symbols, not {self.blank_symbol}"
            )
        xp = backend.get_array_module(t, *xs)
        dtype = xs[0].dtype
        wide = numpy.promote_types(dtype, numpy.float32)
        log_y = log_softmax_of(xp.stack(xs).astype(wide, copy=False), 2)
        lattice = _Lattice(xp, log_y, t, self.blank_symbol, input_length, label_length)
        self.gradient = lattice.gradient().astype(dtype)
        loss = lattice.loss
        return ((loss.mean() if self.reduce == "mean" else loss).astype(dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        batch = self.gradient.shape[1:]
        if self.reduce == "mean":
            gy = either.broadcast_to(gy * (1.0 / batch[0]), batch)
        else:
            gy = either.broadcast_to(either.reshape(gy, (batch[0], 1)), batch)
        gradients = tuple(gy * gradient for gradient in self.gradient)
        if isinstance(gy, Variable):
            advice = "its posterior is a constant of the backward rule, as in Chainer."
            arrays = tuple(gradient.array for gradient in gradients)
            inputs = (gy, *(x.get_variable() for x in self.inputs[3:]))  # type: ignore[index]
            gradients = OnceDifferentiable("connectionist_temporal_classification", arrays, advice).apply(
                inputs
            )
        return (None, None, None, *gradients)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        xs = tuple(rng.normal(size=(2, 4)) for _ in range(5))

        def loss(*xs: Any, **kwargs: Any) -> Any:
            t = xs[0].xp.asarray([[1, 2], [3, 3]])
            return connectionist_temporal_classification(list(xs), t, 0, **kwargs)

        def short(*xs: Any) -> Any:
            xp = xs[0].xp
            return loss(*xs, input_length=xp.asarray([5, 4]), label_length=xp.asarray([1, 2]), reduce="no")

        # The posterior is a constant of the backward rule, as in Chainer: no second derivatives.
        return [Example(loss, xs, twice=False), Example(short, xs, "lengths", twice=False)]


class _Lattice:
    """The alignments of a batch: at each time a place in `blank, label, blank, label, ... blank`.

    Reference: Graves et al. 2006.
    """

    def __init__(self, xp: Any, log_y: Any, t: Any, blank: int, input_length: Any, label_length: Any) -> None:
        self.xp = xp
        self.log_y = log_y
        batch = log_y.shape[1]
        places = 2 * t.shape[1] + 1
        self.path = xp.full((batch, places), blank, t.dtype)
        self.path[:, 1::2] = t
        self.samples = xp.arange(batch).reshape(-1, 1)
        self.emitted = log_y[:, self.samples, self.path]
        self.skips = xp.zeros(
            (batch, places), bool
        )  # from two places before, past a blank between two labels
        self.skips[:, 2:] = self.path[:, 2:] != self.path[:, :-2]
        self.times_there = input_length.reshape(-1, 1)
        place, last = xp.arange(places), 2 * label_length.reshape(-1, 1)
        self.final = xp.where((place == last) | (place == last - 1), 0.0, _NEVER).astype(log_y.dtype)
        self.alpha = self._forward()
        self.loss = -self._total()

    def _total(self) -> Any:
        """log p(t | x) of each sample."""
        return self._log_sum(self.alpha[-1] + self.final)

    def _log_sum(self, values: Any) -> Any:
        top = values.max(axis=1)
        return top + self.xp.log(self.xp.exp(values - top.reshape(-1, 1)).sum(axis=1))

    def _moved(self, values: Any, by: int) -> Any:
        """`values` moved along the places, `_NEVER` where nothing comes from."""
        moved = self.xp.full_like(values, _NEVER)
        if by > 0:
            moved[:, by:] = values[:, :-by]
        else:
            moved[:, :by] = values[:, -by:]
        return moved

    def _forward(self) -> list[Any]:
        """For each time: log probability of all that was emitted until then and of being at each place."""
        xp = self.xp
        first = xp.full_like(self.emitted[0], _NEVER)
        first[:, :2] = self.emitted[0][:, :2]
        alphas = [first]
        for time in range(1, len(self.emitted)):
            before = alphas[-1]
            now = xp.logaddexp(before, self._moved(before, 1))
            if before.shape[1] > 2:
                now = xp.logaddexp(now, xp.where(self.skips, self._moved(before, 2), _NEVER))
            alphas.append(xp.where(time < self.times_there, now + self.emitted[time], before))
        return alphas

    def gradient(self) -> Any:
        """The gradient of each sample's loss by the scores, (time, n, symbols)."""
        xp = self.xp
        gradients = []
        beta = self.final
        for time in range(len(self.emitted) - 1, -1, -1):
            there = time < self.times_there
            share = xp.where(there, xp.exp(self.alpha[time] + beta + self.loss.reshape(-1, 1)), 0)
            posterior = xp.zeros_like(self.log_y[time])
            xp.add.at(posterior, (self.samples, self.path), share.astype(posterior.dtype))
            gradients.append(xp.where(there, xp.exp(self.log_y[time]) - posterior, 0))
            onward = beta + self.emitted[time]
            before = xp.logaddexp(onward, self._moved(onward, -1))
            if onward.shape[1] > 2:
                skipping = self._moved(xp.where(self.skips, onward, _NEVER), -2)
                before = xp.logaddexp(before, skipping)
            beta = xp.where(there, before, beta)
        return xp.stack(gradients[::-1])


def connectionist_temporal_classification(
    x: Any,
    t: Any,
    blank_symbol: int,
    input_length: Any = None,
    label_length: Any = None,
    reduce: str = "mean",
) -> Any:
    """The loss of label sequences whose alignment to the inputs isn't known.

    Args:
        x: list or tuple of scores (n, symbols), one for each time, float, before a softmax.
        t: labels (n, labels), integers.
        blank_symbol: the symbol that stands for no label.
        input_length: (n,) integers: how many times of each sample count; None for all.
        label_length: (n,) integers: how many labels each sample has; None for all.
        reduce: `mean` gives one number, `no` one loss a sample.

    Raises:
        TypeError: x is no list or tuple, or blank_symbol no int.
        InvalidType: shapes or dtypes don't fit.
        ValueError: reduce is neither.

    Reference: Graves, Fernandez, Gomez, Schmidhuber 2006.
    """
    if not isinstance(x, list | tuple):
        raise TypeError("x must be a list of Variables")
    if not isinstance(blank_symbol, int):
        raise TypeError("blank_symbol must be non-negative integer.")
    t = as_variable(t).array
    require_equal("t.ndim", t.ndim, "2", 2)
    xp = backend.get_array_module(t)
    input_length, label_length = (
        xp.full(len(t), full, numpy.int32) if length is None else as_array(length)
        for length, full in ((input_length, len(x)), (label_length, t.shape[1]))
    )
    return ConnectionistTemporalClassification(blank_symbol, reduce).apply(
        (input_length, label_length, t, *x)
    )[0]
