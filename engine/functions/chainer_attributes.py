"""Attributes that Chainer's ops have, by which programs that walk a graph read their settings: `conv.creator.sy`.

For settings that the engine's ops keep under other names. Not for what an op works out in forward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .activation.rrelu import RReLU
from .array.cast import Cast
from .array.get_item import GetItem
from .array.im2col import Im2Col
from .connection.convolution import Convolution, Deconvolution
from .noise.dropout import Dropout
from .noise.zoneout import Zoneout
from .normalization.batch_normalization import BatchNormalization, FixedBatchNormalization
from .op import Op
from .pooling.average_pooling import AveragePooling
from .pooling.max_pooling import MaxPooling
from .pooling.roi_max_pooling import ROIMaxPooling2D, ROIPooling2D
from .pooling.unpooling import Unpooling

__all__ = ["ATTRIBUTES", "install"]


def _of_axis(path: str, axis: int) -> Callable[[Any], Any]:
    """Reads what stands at one axis of a tuple, such as `window.stride`."""

    def read(op: Any) -> Any:
        value = _at(path)(op)
        return None if value is None else value[axis]

    return read


def _at(path: str) -> Callable[[Any], Any]:
    """Reads an attribute, or one of an attribute."""
    names = path.split(".")

    def read(op: Any) -> Any:
        for name in names:
            op = getattr(op, name)
        return op

    return read


def _by_axis(**paths: str) -> dict[str, Callable[[Any], Any]]:
    """For `s="window.stride"`: `sy` and `sx`, of images."""
    return {
        f"{letter}{end}": _of_axis(path, axis)
        for letter, path in paths.items()
        for axis, end in enumerate("yx")
    }


def _high_and_wide(**paths: str) -> dict[str, Callable[[Any], Any]]:
    """For `k="window.kernel"`: `kh` and `kw`, of images."""
    return {
        f"{letter}{end}": _of_axis(path, axis)
        for letter, path in paths.items()
        for axis, end in enumerate("hw")
    }


_WINDOW = {
    "stride": _at("window.stride"),
    "pad": _at("window.pad"),
    "cover_all": _at("window.cover_all"),
    **_by_axis(s="window.stride"),
    **_high_and_wide(p="window.pad"),
}
_FILTERS = {
    **_WINDOW,
    "dilate": _at("window.dilate"),
    "groups": _at("window.groups"),
    **_by_axis(d="window.dilate"),
}
_POOL = {
    **_WINDOW,
    "ksize": _at("window.kernel"),
    "ndim": lambda op: len(op.window.kernel),
    **_high_and_wide(k="window.kernel"),
}
_STATISTICS = {
    "key_axis": lambda op: tuple(i for i in range(len(op.shape)) if i not in op.axis),
    "expander": lambda op: tuple(None if i in op.axis else slice(None) for i in range(len(op.shape))),
}
_ROI = {"spatial_scale": _at("scale"), **_high_and_wide(out="outsize")}

ATTRIBUTES: Mapping[type[Op], Mapping[str, Callable[[Any], Any]]] = {
    AveragePooling: _POOL,
    BatchNormalization: _STATISTICS,
    Cast: {"type": _at("dtype")},
    Convolution: _FILTERS,
    Deconvolution: {**_FILTERS, "outs": _at("lengths"), **_high_and_wide(out="lengths")},
    Dropout: {"dropout_ratio": _at("ratio")},
    FixedBatchNormalization: _STATISTICS,
    GetItem: {"slices": _at("index")},
    Im2Col: {**_high_and_wide(k="ksize", p="pad"), **_by_axis(s="stride", d="dilate")},
    MaxPooling: _POOL,
    ROIMaxPooling2D: _ROI,
    ROIPooling2D: _ROI,
    RReLU: {"lower": _at("low"), "upper": _at("high")},
    Unpooling: {**_POOL, "outs": _at("lengths"), **_high_and_wide(out="lengths")},
    Zoneout: {"zoneout_ratio": _at("ratio")},
}
"""Op, to Chainer's attributes of it: how each is read."""


def install() -> None:
    """Give the ops these attributes, to be read only."""
    for op, attributes in ATTRIBUTES.items():
        for name, read in attributes.items():
            setattr(op, name, property(read))
