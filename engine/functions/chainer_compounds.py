"""Chainer's ops that are several ops here, and its ops that compute gradients of movements, products and pooling, as
classes under its names; see `made_of_ops`.
"""

from __future__ import annotations

from typing import Any

from .. import backend
from ..variable import Variable, as_array
from .activation.sigmoid import sigmoid
from .array.axes import expand_dims, moveaxis, rollaxis, squeeze, swapaxes
from .array.broadcast import broadcast_to
from .array.diagonal import diagonal
from .array.repeat import repeat
from .array.resize_images import resize_images
from .array.select_item import select_item
from .array.split_axis import separate
from .array.stack import dstack, hstack, stack, vstack
from .connection.bilinear import bilinear
from .loss.discriminative_loss import discriminative_margin_based_clustering_loss
from .loss.negative_sampling import negative_sampling
from .made_of_ops import Compute, MadeOfOpsClasses, as_mask, gradients_of
from .math.matmul import matmul
from .math.tensordot import tensordot
from .normalization.batch_normalization import batch_normalization, fixed_batch_normalization
from .normalization.local_response_normalization import local_response_normalization
from .pooling.upsampling import upsampling_2d

__all__ = ["CLASSES"]

CLASSES = MadeOfOpsClasses()


# ---- arrays ---------------------------------------------------------------------------------------------------


@CLASSES.of("array.dstack")
def Dstack() -> Compute:
    """`dstack` of all inputs."""
    return lambda *xs: dstack(xs)


@CLASSES.of("array.hstack")
def Hstack() -> Compute:
    """`hstack` of all inputs."""
    return lambda *xs: hstack(xs)


@CLASSES.of("array.vstack")
def Vstack() -> Compute:
    """`vstack` of all inputs."""
    return lambda *xs: vstack(xs)


@CLASSES.of("array.stack")
def Stack(axis: int) -> Compute:
    """`stack` of all inputs."""
    return lambda *xs: stack(xs, axis)


@CLASSES.of("array.separate")
def Separate(axis: int) -> Compute:
    """`separate`."""
    return lambda x: separate(x, axis)


@CLASSES.of("array.expand_dims")
def ExpandDims(axis: int) -> Compute:
    """`expand_dims`."""
    return lambda x: expand_dims(x, axis)


@CLASSES.of("array.squeeze")
def Squeeze(axis: Any = None) -> Compute:
    """`squeeze`."""
    return lambda x: squeeze(x, axis)


@CLASSES.of("array.swapaxes")
def Swapaxes(axis1: int, axis2: int) -> Compute:
    """`swapaxes`."""
    return lambda x: swapaxes(x, axis1, axis2)


@CLASSES.of("array.moveaxis")
def Moveaxis(source: Any, destination: Any) -> Compute:
    """`moveaxis`."""
    return lambda x: moveaxis(x, source, destination)


@CLASSES.of("array.rollaxis")
def Rollaxis(axis: int, start: int) -> Compute:
    """`rollaxis`."""
    return lambda x: rollaxis(x, axis, start)


@CLASSES.of("array.select_item")
def SelectItem() -> Compute:
    """`select_item` of x and t."""
    return select_item


def _reverse(function: Compute, shape: tuple[int, ...]) -> Compute:
    """From gy to gx of a linear function of one input of that shape."""
    gradients = gradients_of(function)

    def reverse(gy: Any) -> Any:
        xp = backend.get_array_module(gy)
        return gradients(Variable(xp.zeros(shape, gy.dtype)), gy)

    return reverse


@CLASSES.of("array.select_item")
def Assign(shape: tuple[int, ...], dtype: Any, t: Any) -> Compute:
    """gx from gy of `select_item`."""
    return _reverse(lambda x: select_item(x, t), tuple(shape))


@CLASSES.of("array.diagonal")
def DiagonalGrad(out_shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Compute:
    """gx from gy of `diagonal`."""
    return _reverse(lambda x: diagonal(x, offset, axis1, axis2), out_shape)


@CLASSES.of("array.repeat")
def RepeatGrad(repeats: Any, axis: int | None, in_shape: tuple[int, ...], in_dtype: Any) -> Compute:
    """gx from gy of `repeat`."""
    return _reverse(lambda x: repeat(x, repeats, axis), in_shape)


@CLASSES.of("array.resize_images")
def ResizeImagesGrad(
    input_shape: tuple[int, ...], output_shape: tuple[int, int], mode: str, align_corners: bool
) -> Compute:
    """gx from gy of `resize_images`."""
    return _reverse(
        lambda x: resize_images(x, output_shape, mode=mode, align_corners=align_corners), input_shape
    )


# ---- products -------------------------------------------------------------------------------------------------


@CLASSES.of("math.tensordot")
def TensorDot(
    axes: Any = 2, a_axes: Any = None, b_axes: Any = None, c_axes: Any = None, dtype: Any = None
) -> Compute:
    """`tensordot` of a and b along `axes`; Chainer's own shortcuts (`a_axes` ...) are not looked at."""
    return lambda a, b: tensordot(a, b, axes)


@CLASSES.of("math.matmul")
def BatchMatMul(transa: bool = False, transb: bool = False) -> Compute:
    """`matmul` of two batches."""
    return lambda a, b: matmul(a, b, transa, transb)


@CLASSES.of("math.matmul")
def BatchMatMulGrad(transa: bool = False, transb: bool = False) -> Compute:
    """ga and gb from a, b and gy of `BatchMatMul`."""
    return gradients_of(lambda a, b: matmul(a, b, transa, transb))


@CLASSES.of("connection.bilinear")
def BilinearFunction() -> Compute:
    """`bilinear` of e1, e2, W and, if given, V1, V2 and b."""
    return bilinear


@CLASSES.of("connection.bilinear")
def BilinearFunctionGrad() -> Compute:
    """The gradients of e1, e2 and W from these and gy."""
    return gradients_of(bilinear)


@CLASSES.of("connection.linear")
def LinearGradData() -> Compute:
    """gx from W and gy of `linear`."""
    return lambda W, gy: matmul(gy, W)


@CLASSES.of("connection.linear")
def LinearGradWeight(w_dtype: Any) -> Compute:
    """gW from x and gy of `linear`."""
    return lambda x, gy: matmul(gy, x, transa=True)


def _filters_of(conv: Any, shape: tuple[int, ...]) -> Compute:
    """gW of that shape from x and gy of a convolution."""

    def gradient(x: Any, gy: Any) -> Any:
        W = Variable(backend.get_array_module(x).zeros(shape, x.dtype))
        again = type(conv).of_settings(conv.settings())
        return gradients_of(lambda x, W: again.apply((x, W))[0])(x, W, gy)[1]

    return gradient


@CLASSES.of("connection.convolution_2d")
def Convolution2DGradW(conv2d: Any, w_shape: tuple[int, ...], w_dtype: Any, w_layout: Any) -> Compute:
    """gW from x and gy of a `Convolution2DFunction`."""
    return _filters_of(conv2d, w_shape)


@CLASSES.of("connection.convolution_nd")
def ConvolutionNDGradW(convnd: Any) -> Compute:
    """gW from x and gy of a `ConvolutionND` that was applied."""
    return _filters_of(convnd, convnd.inputs[1].shape)


# ---- losses ---------------------------------------------------------------------------------------------------


@CLASSES.of("loss.negative_sampling")
def NegativeSamplingFunction(sampler: Any, sample_size: int, reduce: str = "sum") -> Compute:
    """`negative_sampling` of x, t and W."""
    return lambda x, t, W: negative_sampling(x, as_array(t), W, sampler, sample_size, reduce)


@CLASSES.of("loss.sigmoid_cross_entropy")
def SigmoidCrossEntropyGrad(reduce: str, count: Any, ignore_mask: Any, t: Any) -> Compute:
    """gx from x and gy of sigmoid_cross_entropy, whose mean is over `count` labels: those where `ignore_mask` holds."""

    def gradient(x: Any, gy: Any) -> Any:
        gx = (sigmoid(x) - as_array(t).astype(x.dtype)) * as_mask(ignore_mask, x)
        return gx * (gy if reduce == "no" else broadcast_to(gy / float(as_array(count)), gx.shape))

    return gradient


@CLASSES.of("loss.discriminative_loss")
def DiscriminativeMarginBasedClusteringLoss(
    delta_v: float = 0.5,
    delta_d: float = 1.5,
    max_embedding_dim: int = 10,
    norm: int = 1,
    alpha: float = 1.0,
    beta: float = 1.0,
    gamma: float = 0.001,
) -> Compute:
    """`discriminative_margin_based_clustering_loss` of embeddings and labels."""
    return lambda embeddings, labels: discriminative_margin_based_clustering_loss(
        embeddings, as_array(labels), delta_v, delta_d, max_embedding_dim, norm, alpha, beta, gamma
    )


# ---- normalization --------------------------------------------------------------------------------------------


@CLASSES.of("normalization.batch_normalization")
def BatchNormalizationGrad(
    eps: float,
    expander: Any,
    axis: tuple[int, ...],
    mean: Any,
    var: Any,
    inv_std: Any,
    key_axis: tuple[int, ...],
    impl: Any,
    forward_data: Any,
) -> Compute:
    """gx, ggamma and gbeta from x, gamma and gy of batch_normalization; the statistics are computed anew."""
    gradients = gradients_of(lambda x, gamma, beta: batch_normalization(x, gamma, beta, eps, axis=axis))
    return lambda x, gamma, gy: gradients(x, gamma, Variable(x.xp.zeros_like(gamma.array)), gy)


@CLASSES.of("normalization.batch_normalization")
def FixedBatchNormalizationGrad(
    eps: float, expander: Any, axis: tuple[int, ...], inv_std: Any, inv_var: Any
) -> Compute:
    """gx, ggamma, gbeta, gmean and gvar from x, gamma, mean, var and gy of fixed_batch_normalization."""
    gradients = gradients_of(
        lambda x, gamma, beta, mean, var: fixed_batch_normalization(x, gamma, beta, mean, var, eps, axis)
    )
    return lambda x, gamma, mean, var, gy: gradients(
        x, gamma, Variable(x.xp.zeros_like(gamma.array)), mean, var, gy
    )


@CLASSES.of("normalization.local_response_normalization")
def LocalResponseNormalizationGrad(
    n: int,
    k: float,
    alpha: float,
    beta: float,
    use_ideep: bool = False,
    scale: Any = None,
    indexes: Any = None,
    unit_scale: Any = None,
) -> Compute:
    """gx from x, y and gy of local_response_normalization; y is not looked at, since x gives it."""
    gradients = gradients_of(lambda x: local_response_normalization(x, n, k, alpha, beta))
    return lambda x, y, gy: gradients(x, gy)


# ---- windows --------------------------------------------------------------------------------------------------


def _gradient_of_applied(func: Any) -> Compute:
    """From gy to gx of a linear op that was applied."""

    def gradient(gy: Any) -> Any:
        return func.vjp((), (), (gy,), (0,))[0]

    return gradient


@CLASSES.of("pooling.average_pooling_2d")
def AveragePooling2DGrad(apool2d: Any) -> Compute:
    """gx from gy of an `AveragePooling2D` that was applied."""
    return _gradient_of_applied(apool2d)


@CLASSES.of("pooling.average_pooling_nd")
def AveragePoolingNDGrad(apoolnd: Any) -> Compute:
    """gx from gy of an `AveragePoolingND` that was applied."""
    return _gradient_of_applied(apoolnd)


@CLASSES.of("pooling.max_pooling_nd")
def MaxPoolingNDGrad(func: Any) -> Compute:
    """gx from gy of a `MaxPoolingND` that was applied."""
    return _gradient_of_applied(func)


@CLASSES.of("pooling.max_pooling_nd")
def MaxPoolingNDWithIndexes(func: Any) -> Compute:
    """The elements of x that a `MaxPoolingND`, which was applied, has found the largest ones of its own x."""
    return _reverse(_gradient_of_applied(func), func.indexes.shape)


@CLASSES.of("pooling.unpooling_2d")
def Unpooling2DGrad(unpooling2d: Any) -> Compute:
    """gx from gy of an `Unpooling2D` that was applied."""
    return _gradient_of_applied(unpooling2d)


@CLASSES.of("pooling.unpooling_nd")
def UnpoolingNDGrad(unpoolingnd: Any) -> Compute:
    """gx from gy of an `UnpoolingND` that was applied."""
    return _gradient_of_applied(unpoolingnd)


@CLASSES.of("pooling.upsampling_2d")
def Upsampling2D(
    indexes: Any, ksize: Any, stride: Any = None, pad: Any = 0, outsize: Any = None, cover_all: bool = True
) -> Compute:
    """`upsampling_2d` of x."""
    return lambda x: upsampling_2d(x, indexes, ksize, stride, pad, outsize, cover_all)


@CLASSES.of("pooling.upsampling_2d")
def Upsampling2DGrad(upsampling2d: Any) -> Compute:
    """gx from gy of an `Upsampling2D`."""
    return _reverse(lambda x: upsampling2d.apply((x,))[0], as_array(upsampling2d.indexes).shape)
