"""Where Chainer has its functions and their classes, where it isn't where we have them."""

from __future__ import annotations

import importlib
from typing import Any

from .. import module_paths
from ..utils.installed import is_installed
from . import chainer_attributes, chainer_classes, chainer_compounds, chainer_gradients
from .op import every_op

__all__ = ["NEEDING_SCIPY", "PATHS", "install"]

PATHS = {
    "activation.log_softmax": "logsumexp",
    "activation.maxout": "maxout",
    "activation.selu": "selu",
    "array.dstack": "dstack",
    "array.expand_dims": "expand_dims",
    "array.flatten": "flatten",
    "array.flip": "Flip flip",
    "array.fliplr": "FlipLR fliplr",
    "array.flipud": "FlipUD flipud",
    "array.hstack": "hstack",
    "array.moveaxis": "moveaxis",
    "array.pad_sequence": "PadSequence pad_sequence",
    "array.rollaxis": "rollaxis",
    "array.scatter_add": "ScatterAdd scatter_add",
    "array.separate": "separate",
    "array.space2depth": "Space2Depth space2depth",
    "array.squeeze": "squeeze",
    "array.swapaxes": "swapaxes",
    "array.tile": "Tile tile",
    "array.vstack": "vstack",
    "connection.convolution_2d": "convolution_2d",
    "connection.convolution_nd": "convolution_1d convolution_3d convolution_nd",
    "connection.deconvolution_2d": "deconvolution_2d",
    "connection.deconvolution_nd": "deconvolution_1d deconvolution_3d deconvolution_nd",
    "connection.embed_id": "EmbedIDFunction=EmbedID",
    "evaluation.r2_score": "R2_score=R2Score",
    "loss.decov": "DeCov decov",
    "loss.mean_absolute_error": "MeanAbsoluteError mean_absolute_error",
    "math.arctanh": "Arctanh arctanh",
    "math.basic_math": (
        "Absolute Add AddConstant Div DivFromConstant Mul MulConstant MultiAdd Neg PowConstVar PowVarConst PowVarVar "
        "Sub SubFromConstant absolute add div=math.div.div floordiv=math.div.floordiv matmul mul=math.mul.mul "
        "neg=math.sign.negative pow=math.power.power rdiv=math.div.rdiv rfloordiv=math.div.rfloordiv "
        "rpow=math.power.rpower rsub=math.sub.rsub sub=math.sub.sub"
    ),
    "math.batch_l2_norm_squared": "BatchL2NormSquared batch_l2_norm_squared",
    "math.bias": "bias",
    "math.ceil": "ceil",
    "math.cumprod": "Cumprod cumprod",
    "math.cumsum": "Cumsum cumsum",
    "math.digamma": "DiGamma digamma",
    "math.erf": "Erf erf",
    "math.erfc": "Erfc erfc",
    "math.erfcinv": "ErfcInv=Erfcinv erfcinv",
    "math.erfcx": "Erfcx erfcx",
    "math.erfinv": "ErfInv=Erfinv erfinv",
    "math.exponential": "Log10 Log2 log10 log2",
    "math.exponential_m1": "Expm1 expm1",
    "math.fix": "fix",
    "math.floor": "floor",
    "math.fmod": "Fmod fmod",
    "math.identity": "Identity identity",
    "math.lgamma": "LGamma lgamma",
    "math.linear_interpolate": "LinearInterpolate linear_interpolate",
    "math.log_ndtr": "LogNdtr log_ndtr",
    "math.logarithm_1p": "Log1p log1p",
    "math.matmul": "batch_matmul",
    "math.minimum": "Minimum minimum",
    "math.minmax": "ArgMax ArgMin argmax argmin",
    "math.ndtr": "Ndtr ndtr",
    "math.ndtri": "Ndtri ndtri",
    "math.polygamma": "PolyGamma polygamma",
    "math.sign": "sign",
    "math.sqrt": "rsqrt",
    "math.trigonometric": "Arccos Arcsin Arctan Arctan2 arccos arcsin arctan arctan2",
    "math.zeta": "Zeta zeta",
    "noise.gumbel_softmax": "gumbel_softmax",
    "normalization.group_normalization": "GroupNormalization group_normalization",
    "pooling.average_pooling_2d": "average_pooling_2d",
    "pooling.average_pooling_nd": "average_pooling_1d average_pooling_3d average_pooling_nd",
    "pooling.max_pooling_nd": "max_pooling_1d max_pooling_2d max_pooling_3d max_pooling_nd",
    "pooling.roi_average_align_2d": "ROIAverageAlign2D roi_average_align_2d",
    "pooling.roi_average_pooling_2d": "ROIAveragePooling2D roi_average_pooling_2d",
    "pooling.roi_max_pooling_2d": "ROIMaxPooling2D roi_max_pooling_2d",
    "pooling.roi_pooling_2d": "roi_pooling_2d",
    "pooling.spatial_pyramid_pooling_2d": "spatial_pyramid_pooling_2d",
    "pooling.unpooling_2d": "unpooling_2d",
    "pooling.unpooling_nd": "unpooling_1d unpooling_3d unpooling_nd",
    "pooling.upsampling_2d": "upsampling_2d",
}
"""Module, to the public functions and the ops' classes that Chainer has in it; `name=ours` where ours has another name.

Of Chainer's classes these are our ops themselves, most of which take what Chainer's take; those that took something
else are in `chainer_classes`. Classes of backward rules and of kernels, which have no counterpart, are left out.
"""


NEEDING_SCIPY = ("math.erfcinv", "math.erfcx", "math.erfinv", "math.ndtri")
"""Modules whose flag `available_cpu` says whether SciPy, by which they compute on the CPU, is there."""


def install() -> None:
    """Make the modules of the tables."""
    package = __package__ or ""
    functions = importlib.import_module(package)
    ops = {op.__name__: op for op in every_op() if op.__module__.startswith(package)}

    def find(name: str) -> Any:
        if "." in name:
            module, _, last = name.rpartition(".")
            return getattr(importlib.import_module(f"{package}.{module}"), last)
        return getattr(functions, name) if name in functions.__all__ else ops[name]

    module_paths.install(package, PATHS, find)
    for file in (chainer_classes, chainer_compounds, chainer_gradients):
        for path, classes in file.CLASSES.items():
            module = importlib.import_module(f"{package}.{path}")
            for made in classes:
                setattr(module, made.__name__, made)
    chainer_attributes.install()
    for path in NEEDING_SCIPY:
        module = importlib.import_module(f"{package}.{path}")
        module.available_cpu = is_installed("scipy")  # type: ignore[attr-defined]
