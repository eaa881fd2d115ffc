"""How single ops are explained: one table by class name. An op that isn't in it is explained by its Jacobian.

A rule says it from the recorded tensors alone, without computing the op again, and in the words of the op.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..explanation import Sum
from ..recorded_op import RecordedOp
from . import (
    cells,
    contraction,
    convolution,
    embedding,
    lengths,
    linear,
    local,
    losses,
    normalization,
    pooling,
    reductions,
    renormalization,
    softmax,
)

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
    "LocalConvolution2DFunction": Rule(local.local, local.local_gradient),
    "SimplifiedDropconnect": Rule(local.dropconnect, local.dropconnect_gradient),
    "MaxPooling": Rule(pooling.largest, pooling.largest_gradient),
    "AveragePooling": Rule(pooling.average, pooling.average_gradient),
    "EmbedID": Rule(embedding.row, embedding.row_gradient),
    "Softmax": Rule(softmax.output, softmax.gradient),
    "LogSoftmax": Rule(softmax.log_output, softmax.log_gradient),
    "SoftmaxCrossEntropy": Rule(softmax.loss, softmax.loss_gradient),
    "BatchNormalization": Rule(normalization.batch, normalization.batch_gradient),
    "GroupNormalization": Rule(normalization.group, normalization.group_gradient),
    "LayerNormalization": Rule(normalization.group, normalization.group_gradient),
    "FixedBatchNormalization": Rule(renormalization.fixed, renormalization.fixed_gradient),
    "BatchRenormalizationFunction": Rule(renormalization.corrected, renormalization.corrected_gradient),
    "LSTM": Rule(cells.long_short, cells.long_short_gradient),
    "SLSTM": Rule(cells.sum_of_two, cells.sum_of_two_gradient),
    "TreeLSTM": Rule(cells.tree, cells.tree_gradient),
    "EinSum": Rule(contraction.einsum, contraction.einsum_gradient),
    "Inv": Rule(None, contraction.inverse_gradient),
    "BatchInv": Rule(None, contraction.inverse_gradient),
    "BatchDet": Rule(contraction.determinant, contraction.determinant_gradient),
    "NormalizeL2": Rule(lengths.unit, lengths.unit_gradient),
    "LocalResponseNormalization": Rule(lengths.nearby, lengths.nearby_gradient),
    "Max": Rule(reductions.selected, reductions.selected_gradient),
    "Min": Rule(reductions.selected, reductions.selected_gradient),
    "Prod": Rule(reductions.product, reductions.product_gradient),
    "Cumprod": Rule(reductions.product_so_far),
    "LogSumExp": Rule(reductions.log_sum, reductions.log_sum_gradient),
    "BatchL2NormSquared": Rule(reductions.squares, reductions.squares_gradient),
    "SigmoidCrossEntropy": Rule(losses.sigmoid_entropy, losses.sigmoid_entropy_gradient),
    "HuberLoss": Rule(losses.huber, losses.huber_gradient),
    "Hinge": Rule(losses.hinge, losses.hinge_gradient),
    "Contrastive": Rule(losses.contrastive, losses.contrastive_gradient),
    "Triplet": Rule(losses.triplet, losses.triplet_gradient),
}
