"""A model together with its loss: what an optimizer trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...functions.evaluation.accuracy import accuracy
from ...functions.loss.softmax_cross_entropy import softmax_cross_entropy
from ...link import Chain
from ...reporter import report

__all__ = ["Classifier"]


class Classifier(Chain):
    """Calls a predictor on the input and compares its answer with the labels.

    Args:
        predictor: link (or function) from inputs to scores.
        lossfun: function of scores and labels; what the call returns.
        accfun: function of scores and labels, for information.
        label_key: which argument of the call holds the labels: an index among the positional ones, or a keyword.

    Attributes:
        y, loss, accuracy: the scores, the loss and the accuracy of the latest call.
        compute_accuracy: whether to call `accfun`.

    Raises:
        TypeError: `label_key` is neither int nor str.
    """

    compute_accuracy = True

    def __init__(
        self,
        predictor: Any,
        lossfun: Callable[..., Any] = softmax_cross_entropy,
        accfun: Callable[..., Any] = accuracy,
        label_key: int | str = -1,
    ) -> None:
        if not isinstance(label_key, int | str):
            raise TypeError(f"label_key must be int or str, but is {type(label_key)}")
        super().__init__()
        self.lossfun = lossfun
        self.accfun = accfun
        self.y = None
        self.loss = None
        self.accuracy = None
        self.label_key = label_key
        with self.init_scope():
            self.predictor = predictor

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The loss of one batch; loss and accuracy are reported, too.

        Args:
            args, kwargs: the labels (see `label_key`), and what the predictor is called with.

        Raises:
            ValueError: there are no labels among the arguments.
        """
        key = self.label_key
        if isinstance(key, int):
            if not -len(args) <= key < len(args):
                raise ValueError(
                    f"Label key {key} is out of bounds: the call has {len(args)} positional argument(s)"
                )
            t = args[key]
            place = key % len(args)
            args = args[:place] + args[place + 1 :]
        else:
            if key not in kwargs:
                raise ValueError(f'Label key "{key}" is not found among the keyword arguments of the call')
            t = kwargs.pop(key)
        self.y = None
        self.loss = None
        self.accuracy = None
        self.y = self.predictor(*args, **kwargs)
        self.loss = self.lossfun(self.y, t)
        report({"loss": self.loss}, self)
        if self.compute_accuracy:
            self.accuracy = self.accfun(self.y, t)
            report({"accuracy": self.accuracy}, self)
        return self.loss
