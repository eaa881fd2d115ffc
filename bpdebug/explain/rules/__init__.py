"""How single ops are explained: one table by class name. An op that isn't in it is explained by its Jacobian.

A rule says it from the recorded tensors alone, without computing the op again, and in the words of the op.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..explanation import Sum
from ..recorded_op import RecordedOp
from . import convolution, embedding, linear, lstm, normalization, pooling, softmax

__all__ = ["RULES", "Rule"]

Explainer = Callable[[RecordedOp, int, tuple[int, ...]], list[Sum] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """How the elements of one op are explained.

    Attributes:
        output: the terms of output k at an element; None, or a result of None, leaves it to the Jacobian.
        gradient: the terms of the gradient of input i at an element, likewise.
    """

    output: Explainer | None = None
    gradient: Explainer | None = None


RULES: dict[str, Rule] = {
    "LinearFunction": Rule(linear.output, linear.gradient),
    "MatMul": Rule(linear.product, linear.product_gradient),
    "Convolution": Rule(convolution.output, convolution.gradient),
    "Deconvolution": Rule(convolution.transposed_output, convolution.transposed_gradient),
    "MaxPooling": Rule(pooling.largest, pooling.largest_gradient),
    "AveragePooling": Rule(pooling.average, pooling.average_gradient),
    "EmbedID": Rule(embedding.row, embedding.row_gradient),
    "Softmax": Rule(softmax.output, softmax.gradient),
    "LogSoftmax": Rule(softmax.log_output, softmax.log_gradient),
    "SoftmaxCrossEntropy": Rule(softmax.loss, softmax.loss_gradient),
    "BatchNormalization": Rule(normalization.batch, normalization.batch_gradient),
    "GroupNormalization": Rule(normalization.group, normalization.group_gradient),
    "LayerNormalization": Rule(normalization.group, normalization.group_gradient),
    "LSTM": Rule(lstm.output, lstm.gradient),
}
