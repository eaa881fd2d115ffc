"""precision, recall and f1_score of every class, and classification_summary with all of them."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ..loss.checks import require_labels
from ..op import Example, Op

__all__ = ["classification_summary", "f1_score", "fbeta_score", "precision", "recall"]


class ClassificationSummary(Op):
    """Precision, recall, F-score and number of samples of every class."""

    op_name = "classification_summary"
    called = True
    x_roles = ("x", "t")
    y_roles = ("precision", "recall", "fbeta", "support")
    formula = (
        "precision = found rightly / found;  recall = found rightly / there;  "
        "fbeta = (1 + b^2) precision recall / (b^2 precision + recall);  support = there;  no gradient"
    )
    differentiable = False

    def __init__(self, label_num: int | None, beta: float, ignore_label: int) -> None:
        self.label_num = label_num
        self.beta = beta
        self.ignore_label = ignore_label

    def attributes(self) -> dict[str, Any]:
        return {"label_num": self.label_num, "beta": self.beta, "ignore_label": self.ignore_label}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        require_float("y", x)
        require_labels(t)
        require(x.ndim >= 2, "y.ndim >= 2", f"y.ndim is {x.ndim}")
        require_equal("y.shape without its axis 1", x.shape[:1] + x.shape[2:], "t.shape", t.shape)
        xp = backend.get_array_module(x, t)
        classes = self.label_num if self.label_num is not None else int(max(t.max() + 1, 0))
        counted = (t != self.ignore_label).ravel()
        labels = xp.arange(classes).reshape(-1, 1)
        there = (labels == t.ravel()) & counted
        found = (labels == x.argmax(axis=1).ravel()) & counted
        support, relevant, right = there.sum(axis=1), found.sum(axis=1), (there & found).sum(axis=1)
        precision, recall = right / relevant, right / support
        square = self.beta * self.beta
        fbeta = (1 + square) * precision * recall / (square * precision + recall)
        return precision, recall, fbeta, support

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return None, None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        t = rng.permutation([0, 0, 1, 1, 2, 2])
        x = rng.normal(size=(6, 3)) + 4 * (t.reshape(-1, 1) == [0, 1, 2])
        return [Example(lambda x: classification_summary(x, x.xp.asarray(t), 3), (x,))]


def classification_summary(
    y: Any, t: Any, label_num: int | None = None, beta: float = 1.0, ignore_label: int = -1
) -> Any:
    """Precision, recall, F-beta score and support of every class.

    Args:
        y: scores (n, classes, ...), float.
        t: labels (n, ...), integers.
        label_num: the number of classes; None looks at the labels, which on a device waits for it.
        beta: how much recall counts against precision.
        ignore_label: samples with this label don't count.

    Returns:
        Four variables of shape (classes,): precision, recall and F-beta score as float64, support as
        int64. NaN where a class was never
        found or isn't there.

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    return ClassificationSummary(label_num, beta, ignore_label).apply((y, t))


def precision(y: Any, t: Any, label_num: int | None = None, ignore_label: int = -1) -> Any:
    """Precision and support of every class; see `classification_summary`."""
    found = classification_summary(y, t, label_num, 1.0, ignore_label)
    return found[0], found[-1]


def recall(y: Any, t: Any, label_num: int | None = None, ignore_label: int = -1) -> Any:
    """Recall and support of every class; see `classification_summary`."""
    found = classification_summary(y, t, label_num, 1.0, ignore_label)
    return found[1], found[-1]


def fbeta_score(
    y: Any, t: Any, label_num: int | None = None, beta: float = 1.0, ignore_label: int = -1
) -> Any:
    """F-beta score and support of every class; see `classification_summary`."""
    found = classification_summary(y, t, label_num, beta, ignore_label)
    return found[2], found[-1]


def f1_score(y: Any, t: Any, label_num: int | None = None, ignore_label: int = -1) -> Any:
    """F1 score and support of every class; see `classification_summary`."""
    return fbeta_score(y, t, label_num, 1.0, ignore_label)
