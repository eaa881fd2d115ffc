"""Classes of ops under Chainer's names whose constructors take what Chainer's take, where ours take something else.

`Convolution2DFunction(stride=2, pad=1)` gives our `Convolution`, whose settings are a window; `isinstance` holds for
the ops that stand in the graph under that label. Not for ops whose constructor agrees already: those are in
`chainer_paths` by their names alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..utils.conv import as_tuple
from .array.get_item import PutInZeros
from .array.im2col import Col2Im, Im2Col
from .connection.convolution import Convolution, Deconvolution
from .connection.lowering import Window
from .op import Op
from .pooling.average_pooling import AveragePooling
from .pooling.max_pooling import MaxPooling
from .pooling.roi_max_pooling import ROIPooling2D
from .pooling.unpooling import Unpooling
from .pooling.windows import PoolWindow

__all__ = ["CLASSES", "ChainersClass"]


class ChainersClass(type):
    """A class with Chainer's name and constructor; what it makes is an op of the engine.

    Args:
        make: the constructor; its name is the class's.
        op: of which op instances are.
    """

    def __new__(cls, make: Any, op: Any, variant: dict[str, Any] | None = None) -> Any:
        if variant is not None:  # a class statement: name, bases and members of a script's subclass
            bases = (_made_by(base) if isinstance(base, ChainersClass) else base for base in op)
            return type(make, tuple(bases), variant)
        members = {"__doc__": make.__doc__, "__signature__": inspect.signature(make), "__module__": __name__}
        return super().__new__(cls, make.__name__, (), members)

    def __init__(cls, make: Callable[..., Op], op: type[Op]) -> None:
        super().__init__(make.__name__, (), {})
        cls._make = make
        cls._op = op

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._make(*args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls._op) and instance.label == cls.__name__


def _made_by(chainers: ChainersClass) -> type[Op]:
    """The op of a class, constructed as in Chainer: what scripts' subclasses are derived from."""

    op: Any = chainers._op

    class _Made(op):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.__dict__.update(vars(chainers._make(*args, **kwargs)))

    return _Made


def _window(ndim: int, stride: Any, pad: Any, dilate: Any, groups: int, cover_all: bool = False) -> Window:
    return Window.of(ndim, stride, pad, dilate, groups, cover_all)


def ConvolutionND(
    ndim: int, stride: Any = 1, pad: Any = 0, cover_all: bool = False, dilate: Any = 1, groups: int = 1
) -> Op:
    """The op of `convolution_nd` over `ndim` axes; apply it to (x, W) or (x, W, b)."""
    return Convolution(_window(ndim, stride, pad, dilate, groups, cover_all))


def Convolution2DFunction(
    stride: Any = 1, pad: Any = 0, cover_all: bool = False, *, dilate: Any = 1, groups: int = 1
) -> Op:
    """The op of `convolution_2d`; apply it to (x, W) or (x, W, b)."""
    return ConvolutionND(2, stride, pad, cover_all, dilate, groups)


def DeconvolutionND(
    ndim: int, stride: Any = 1, pad: Any = 0, outsize: Any = None, dilate: Any = 1, groups: int = 1
) -> Op:
    """The op of `deconvolution_nd` over `ndim` axes; apply it to (x, W) or (x, W, b)."""
    lengths = None if outsize is None else as_tuple(outsize, ndim)
    return Deconvolution(_window(ndim, stride, pad, dilate, groups), lengths)


def Deconvolution2DFunction(
    stride: Any = 1, pad: Any = 0, outsize: Any = None, *, dilate: Any = 1, groups: int = 1
) -> Op:
    """The op of `deconvolution_2d`; apply it to (x, W) or (x, W, b)."""
    return DeconvolutionND(2, stride, pad, outsize, dilate, groups)


def MaxPoolingND(
    ndim: int,
    ksize: Any,
    stride: Any = None,
    pad: Any = 0,
    cover_all: bool = True,
    return_indices: bool = False,
) -> Op:
    """The op of `max_pooling_nd` over `ndim` axes; once applied it has `indexes`."""
    return MaxPooling(PoolWindow.of(ndim, ksize, stride, pad, cover_all))


def AveragePoolingND(
    ndim: int,
    ksize: Any,
    stride: Any = None,
    pad: Any = 0,
    cover_all: bool = False,
    pad_value: float | None = 0,
) -> Op:
    """The op of `average_pooling_nd` over `ndim` axes."""
    return AveragePooling(PoolWindow.of(ndim, ksize, stride, pad, cover_all), pad_value)


def AveragePooling2D(
    ksize: Any, stride: Any = None, pad: Any = 0, cover_all: bool = True, return_indices: bool = False
) -> Op:
    """The op of `average_pooling_2d`, which says `cover_all=False`."""
    return AveragePoolingND(2, ksize, stride, pad, cover_all)


def UnpoolingND(
    ndim: int, ksize: Any, stride: Any = None, pad: Any = 0, outsize: Any = None, cover_all: bool = True
) -> Op:
    """The op of `unpooling_nd` over `ndim` axes."""
    lengths = None if outsize is None else as_tuple(outsize, ndim)
    return Unpooling(PoolWindow.of(ndim, ksize, stride, pad, cover_all), lengths)


def Unpooling2D(
    ksize: Any, stride: Any = None, pad: Any = 0, outsize: Any = None, cover_all: bool = True
) -> Op:
    """The op of `unpooling_2d`."""
    return UnpoolingND(2, ksize, stride, pad, outsize, cover_all)


def GetItemGrad(slices: Any, in_shape: tuple[int, ...]) -> Op:
    """The op that puts an array into zeros of shape `in_shape` where `slices` say."""
    return PutInZeros(slices if isinstance(slices, tuple) else (slices,), in_shape)


def Im2ColGrad(
    ksize: Any, stride: Any, pad: Any, cover_all: bool, dilate: Any, in_shape: tuple[int, ...]
) -> Op:
    """The op that adds windows into an image of shape `in_shape`."""
    return Col2Im(Im2Col(ksize, stride, pad, cover_all, dilate), tuple(in_shape[2:]))


def _roi_pooling_2d(outh: int, outw: int, spatial_scale: float) -> Op:
    """The op of `roi_pooling_2d`; apply it to (x, rois)."""
    return ROIPooling2D((outh, outw), spatial_scale)


_roi_pooling_2d.__name__ = "ROIPooling2D"

CLASSES: dict[str, tuple[ChainersClass, ...]] = {
    "array.get_item": (ChainersClass(GetItemGrad, PutInZeros),),
    "array.im2col": (ChainersClass(Im2ColGrad, Col2Im),),
    "connection.convolution_2d": (ChainersClass(Convolution2DFunction, Convolution),),
    "connection.convolution_nd": (ChainersClass(ConvolutionND, Convolution),),
    "connection.deconvolution_2d": (ChainersClass(Deconvolution2DFunction, Deconvolution),),
    "connection.deconvolution_nd": (ChainersClass(DeconvolutionND, Deconvolution),),
    "pooling.average_pooling_2d": (ChainersClass(AveragePooling2D, AveragePooling),),
    "pooling.average_pooling_nd": (ChainersClass(AveragePoolingND, AveragePooling),),
    "pooling.max_pooling_nd": (ChainersClass(MaxPoolingND, MaxPooling),),
    "pooling.roi_pooling_2d": (ChainersClass(_roi_pooling_2d, ROIPooling2D),),
    "pooling.unpooling_2d": (ChainersClass(Unpooling2D, Unpooling),),
    "pooling.unpooling_nd": (ChainersClass(UnpoolingND, Unpooling),),
}
"""Module below `chainer.functions`, to the classes that it has besides those of `chainer_paths.PATHS`."""
