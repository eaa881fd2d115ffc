"""softmax_cross_entropy: the loss of one right class out of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from ... import backend
from ...configuration import config
from ...errors import InvalidScores
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable, as_variable
from .. import either
from ..activation.log_softmax import log_softmax, log_softmax_of
from ..activation.softmax import softmax
from ..op import Example, Op

__all__ = ["softmax_cross_entropy"]


class SoftmaxCrossEntropy(Op):
    """y = -log softmax(x) at the label t, the mean over the labels that count."""

    op_name = "softmax_cross_entropy"
    x_roles = ("x", "t")
    y_roles = ("y",)
    formula = (
        "y = mean of -log softmax(x)[t];  gx = gy * (softmax(x) - onehot(t)) / n, and 0 for ignored labels"
    )
    retained_x = (0,)

    def __init__(
        self,
        normalize: bool = True,
        cache_score: bool = True,
        class_weight: Any = None,
        ignore_label: int = -1,
        reduce: str = "mean",
        soft_target_loss: str = "cross-entropy",
    ) -> None:
        if reduce not in ("mean", "no"):
            raise ValueError(f"only 'mean' and 'no' are valid for 'reduce', but {reduce!r} is given")
        if class_weight is not None:
            if isinstance(class_weight, Variable):
                raise ValueError(
                    "class_weight should be a numpy.ndarray or cupy.ndarray, not a chainer.Variable: pass its .array"
                )
            if class_weight.ndim != 1:
                raise ValueError("class_weight.ndim should be 1")
            if class_weight.dtype.kind != "f":
                raise ValueError("The dtype of class_weight should be 'f'")
        self.normalize = normalize
        self.cache_score = cache_score
        self.class_weight = class_weight
        self.ignore_label = ignore_label
        self.reduce = reduce
        self.soft_target_loss = soft_target_loss

    def apply(self, inputs: Sequence[Any]) -> tuple[Variable, ...]:
        """Apply to scores and labels, or to scores and probabilities, for which the loss is made of other ops."""
        x, t = inputs
        if t.dtype.kind == "f":
            return (_soft_targets(x, t, self.reduce, self.soft_target_loss),)
        return super().apply(inputs)

    @property
    def y(self) -> Any:
        """softmax(x), as scripts look at it: once computed, unless the score isn't to be cached."""
        return getattr(self, "probability", None) if self.cache_score else None

    def attributes(self) -> dict[str, Any]:
        return {
            "normalize": self.normalize,
            "ignore_label": self.ignore_label,
            "reduce": self.reduce,
            "class_weight": self.class_weight is not None,
        }

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        self._check(x, t)
        xp = backend.get_array_module(x, t)
        log_y = log_softmax_of(x, 1)
        counted = t != self.ignore_label
        self.target = target = t * counted
        # How much each sample counts; with it the backward rule is one product.
        weight = counted.astype(x.dtype)
        if self.class_weight is not None:
            weight *= self.class_weight.astype(x.dtype)[target]
        loss = (
            0 - _at_labels(log_y, target)
        ) * weight  # 0 - 0 is 0, and -0 is not what a person calls no loss
        self.probability = xp.exp(log_y)
        if self.reduce == "no":
            self.weight = xp.expand_dims(weight, 1)
            return (loss,)
        count = counted.sum() if self.normalize else xp.asarray(max(len(x), 1))
        share = (1.0 / xp.maximum(count, 1)).astype(x.dtype)
        weight *= share
        self.weight = xp.expand_dims(weight, 1)
        return (loss.sum() * share,)

    def _check(self, x: Any, t: Any) -> None:
        require_float("x", x, InvalidScores)
        require(t.dtype.kind == "i", "t.dtype.kind == i", f"{t.dtype.kind} != i", InvalidScores)
        require_equal("t.ndim", t.ndim, "x.ndim - 1", x.ndim - 1, InvalidScores)
        require_equal("x.shape[0]", x.shape[0], "t.shape[0]", t.shape[0], InvalidScores)
        require_equal("x.shape[2:]", x.shape[2:], "t.shape[1:]", t.shape[1:], InvalidScores)
        if self.class_weight is not None and len(self.class_weight) != x.shape[1]:
            raise ValueError(
                f"class_weight has {len(self.class_weight)} entries, but x has {x.shape[1]} classes (x.shape[1])"
            )
        if isinstance(t, numpy.ndarray) and t.size:  # on a device this look would wait for the device
            if t.min() >= 0 and t.max() < x.shape[1]:
                return
            wrong = (t != self.ignore_label) & ((t < 0) | (t >= x.shape[1]))
            if wrong.any():
                kind = ValueError if config.debug else IndexError  # as Chainer has it
                raise kind(
                    f"softmax_cross_entropy: label {t[wrong].flat[0]} is out of bounds: x has {x.shape[1]} classes, "
                    f"0 to {x.shape[1] - 1} (and {self.ignore_label} means: don't count)"
                )

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        (gy,) = gys
        y = softmax(x) if isinstance(x, Variable) else self.probability
        classes = backend.get_array_module(self.target).arange(x.shape[1])
        onehot = self.target[:, None] == classes.reshape(-1, *(1,) * (x.ndim - 2))
        gx = (y - onehot.astype(x.dtype)) * self.weight
        if self.reduce == "no":
            gy = either.reshape(gy, (x.shape[0], 1, *x.shape[2:]))
        return gx * either.broadcast_to(gy, x.shape), None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        t = rng.integers(-1, 3, size=4)
        pixels = rng.integers(-1, 3, size=(2, 2, 2))
        weights = rng.uniform(0.5, 2, size=3)

        def loss(x: Any, **kwargs: Any) -> Any:
            labels = t if x.ndim == 2 else pixels
            return softmax_cross_entropy(x, x.xp.asarray(labels), **kwargs)

        x = rng.normal(size=(4, 3))
        return [
            Example(loss, (x,)),
            Example(lambda x: loss(x, reduce="no"), (x,), "one loss a sample"),
            Example(lambda x: loss(x, normalize=False), (x,), "divided by the batch size"),
            Example(lambda x: loss(x, class_weight=x.xp.asarray(weights)), (x,), "class weights"),
            Example(loss, (rng.normal(size=(2, 3, 2, 2)),), "a label a pixel"),
        ]


def _at_labels(log_y: Any, label: Any) -> Any:
    """What stands at its label for each sample: (n, classes, ...) and (n, ...) to (n, ...)."""
    xp = backend.get_array_module(log_y)
    if log_y.ndim == 2:
        return log_y[xp.arange(len(label)), label]
    return xp.take_along_axis(log_y, label[:, None], 1)[:, 0]


def softmax_cross_entropy(
    x: Any,
    t: Any,
    normalize: bool = True,
    cache_score: bool = True,
    class_weight: Any = None,
    ignore_label: int = -1,
    reduce: str = "mean",
    enable_double_backprop: bool = False,
    soft_target_loss: str = "cross-entropy",
) -> Any:
    """Cross entropy of softmax(x) and the labels t.

    Args:
        x: scores of shape (n, classes, ...), float.
        t: labels, integers of shape (n, ...); or probabilities, floats of the shape of x.
        normalize: divide by the number of labels that count; else by the length of the batch. Probabilities count
            all, either way.
        cache_score, enable_double_backprop: for compatibility; the score is kept and second derivatives exist always.
        class_weight: (classes,), a factor on the loss of each class.
        ignore_label: samples with this label don't count.
        reduce: `mean` gives one number, `no` one loss a sample.
        soft_target_loss: for probabilities: `cross-entropy`, or `kl-divergence`, which is 0 at its least.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        IndexError: a label is no class.
        ValueError: an option has no such choice.
    """
    if soft_target_loss not in ("cross-entropy", "kl-divergence"):
        raise ValueError(
            f"soft_target_loss must be 'cross-entropy' or 'kl-divergence', but {soft_target_loss!r} is given"
        )
    t = as_variable(t)
    if t.dtype.kind == "f":  # no op of its own: its options for labels are not looked at
        return _soft_targets(x, t, reduce, soft_target_loss)
    op = SoftmaxCrossEntropy(normalize, cache_score, class_weight, ignore_label, reduce, soft_target_loss)
    return op.apply((x, t))[0]


def _soft_targets(x: Any, t: Any, reduce: str, soft_target_loss: str) -> Any:
    from ..math.sum import sum

    if reduce not in ("mean", "no"):
        raise ValueError(f"only 'mean' and 'no' are valid for 'reduce', but {reduce!r} is given")
    loss = -sum(log_softmax(x) * t, axis=1)
    if soft_target_loss == "kl-divergence":
        p = either.array_of(t)
        xp = backend.get_array_module(p)
        loss = loss + (p * xp.log(xp.where(p > 0, p, 1))).sum(1)
    if reduce == "no":
        return loss
    return sum(loss) * (1.0 / max(loss.size, 1))
