"""ResNet50Layers, ResNet101Layers and ResNet152Layers: layers that add to what they get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ....functions import average_pooling_2d, max_pooling_2d, relu, reshape, softmax
from ....initializers import HeNormal, Zero
from ....link import Chain
from ...connection.convolution_nd import Convolution2D
from ...connection.linear import Linear
from ...normalization.batch_normalization import BatchNormalization
from .layered import LayeredClassifier, available, prepared

__all__ = [
    "BottleneckA",
    "BottleneckB",
    "BuildingBlock",
    "ResNet50Layers",
    "ResNet101Layers",
    "ResNet152Layers",
    "ResNetLayers",
    "available",
    "prepare",
]

_MEAN_BGR = (103.063, 115.903, 123.152)
_BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def prepare(image: Any, size: tuple[int, int] | None = (224, 224)) -> numpy.ndarray:
    """An image as ResNet wants it; see `layered.prepared` for arguments and result."""
    return prepared(image, size, _MEAN_BGR)


class ResNetLayers(LayeredClassifier):
    """A classifier of 1000 classes by 50, 101 or 152 layers with weights.

    Args:
        pretrained_model: an npz file with weights; `auto`: the one in the folder of datasets; None: random weights.
        n_layers: 50, 101 or 152.
        downsample_fb: whether a block that halves the image does so in its 3 x 3 convolution (as Facebook's
            implementation does), not in the first one.

    Raises:
        ValueError: another number of layers.
        FileNotFoundError: there is no such file.

    Reference: He et al. 2015.
    """

    mean_bgr = _MEAN_BGR
    default_features = "pool5"

    def __init__(self, pretrained_model: str | None, n_layers: int, downsample_fb: bool = False) -> None:
        super().__init__()
        if n_layers not in _BLOCKS:
            raise ValueError(
                f"the n_layers argument should be either 50, 101, or 152, but {n_layers} was given"
            )
        self.weights_file = f"ResNet-{n_layers}-model.npz"
        # Weights that come from a file needn't be drawn first.
        initial_w = Zero() if pretrained_model else HeNormal(scale=1.0)
        counts = _BLOCKS[n_layers]
        with self.init_scope():
            self.conv1 = Convolution2D(3, 64, 7, 2, 3, initialW=initial_w)
            self.bn1 = BatchNormalization(64)
            self.res2 = BuildingBlock(counts[0], 64, 64, 256, 1, initial_w, downsample_fb)
            self.res3 = BuildingBlock(counts[1], 256, 128, 512, 2, initial_w, downsample_fb)
            self.res4 = BuildingBlock(counts[2], 512, 256, 1024, 2, initial_w, downsample_fb)
            self.res5 = BuildingBlock(counts[3], 1024, 512, 2048, 2, initial_w, downsample_fb)
            self.fc6 = Linear(2048, 1000, initialW=Zero() if pretrained_model else None)
        self._load(pretrained_model)

    @property
    def functions(self) -> dict[str, list[Callable[..., Any]]]:
        return {
            "conv1": [self.conv1, self.bn1, relu],
            "pool1": [_pooled],
            "res2": [self.res2],
            "res3": [self.res3],
            "res4": [self.res4],
            "res5": [self.res5],
            "pool5": [_mean_over_image],
            "fc6": [self.fc6],
            "prob": [softmax],
        }


class ResNet50Layers(ResNetLayers):
    """`ResNetLayers` with 50 layers."""

    def __init__(self, pretrained_model: str | None = "auto", downsample_fb: bool = False) -> None:
        super().__init__(pretrained_model, 50, downsample_fb)


class ResNet101Layers(ResNetLayers):
    """`ResNetLayers` with 101 layers."""

    def __init__(self, pretrained_model: str | None = "auto", downsample_fb: bool = False) -> None:
        super().__init__(pretrained_model, 101, downsample_fb)


class ResNet152Layers(ResNetLayers):
    """`ResNetLayers` with 152 layers."""

    def __init__(self, pretrained_model: str | None = "auto", downsample_fb: bool = False) -> None:
        super().__init__(pretrained_model, 152, downsample_fb)


class BuildingBlock(Chain):
    """Bottlenecks one after the other: `a`, then `b1`, `b2` ...

    Args:
        n_layers: how many.
        in_channels, mid_channels, out_channels: of the images going in, within, coming out.
        stride: of the first.
        initialW: initializer of the convolutions.
        downsample_fb: see `ResNetLayers`.
    """

    def __init__(
        self,
        n_layers: int | None = None,
        in_channels: Any = None,
        mid_channels: int | None = None,
        out_channels: int | None = None,
        stride: int | None = None,
        initialW: Any = None,
        downsample_fb: bool | None = None,
    ) -> None:
        super().__init__()
        if n_layers is None or mid_channels is None or out_channels is None or stride is None:
            raise TypeError(
                "BuildingBlock: n_layers, mid_channels, out_channels and stride must be given, but they are "
                f"{n_layers}, {mid_channels}, {out_channels} and {stride}"
            )
        self._names = ["a"] + [f"b{i}" for i in range(1, n_layers)]
        with self.init_scope():
            self.a = BottleneckA(
                in_channels, mid_channels, out_channels, stride, initialW, bool(downsample_fb)
            )
            for name in self._names[1:]:
                setattr(self, name, BottleneckB(out_channels, mid_channels, initialW))

    def forward(self, x: Any) -> Any:
        for name in self._names:
            x = self[name](x)
        return x


class BottleneckA(Chain):
    """Three convolutions, and one beside them that makes what is added fit.

    Args:
        in_channels, mid_channels, out_channels: of the images going in, within, coming out.
        stride: by how much the image gets smaller.
        initialW: initializer of the convolutions.
        downsample_fb: see `ResNetLayers`.
    """

    def __init__(
        self,
        in_channels: int,
        mid_channels: int,
        out_channels: int,
        stride: int = 2,
        initialW: Any = None,
        downsample_fb: bool = False,
    ) -> None:
        super().__init__()
        first, second = (1, stride) if downsample_fb else (stride, 1)
        with self.init_scope():
            self.conv1 = _convolution(in_channels, mid_channels, 1, first, 0, initialW)
            self.bn1 = BatchNormalization(mid_channels)
            self.conv2 = _convolution(mid_channels, mid_channels, 3, second, 1, initialW)
            self.bn2 = BatchNormalization(mid_channels)
            self.conv3 = _convolution(mid_channels, out_channels, 1, 1, 0, initialW)
            self.bn3 = BatchNormalization(out_channels)
            self.conv4 = _convolution(in_channels, out_channels, 1, stride, 0, initialW)
            self.bn4 = BatchNormalization(out_channels)

    def forward(self, x: Any) -> Any:
        h = relu(self.bn1(self.conv1(x)))
        h = relu(self.bn2(self.conv2(h)))
        return relu(self.bn3(self.conv3(h)) + self.bn4(self.conv4(x)))


class BottleneckB(Chain):
    """Three convolutions whose result is added to what went in.

    Args:
        in_channels, mid_channels: of the images going in and coming out, and within.
        initialW: initializer of the convolutions.
    """

    def __init__(self, in_channels: int, mid_channels: int, initialW: Any = None) -> None:
        super().__init__()
        with self.init_scope():
            self.conv1 = _convolution(in_channels, mid_channels, 1, 1, 0, initialW)
            self.bn1 = BatchNormalization(mid_channels)
            self.conv2 = _convolution(mid_channels, mid_channels, 3, 1, 1, initialW)
            self.bn2 = BatchNormalization(mid_channels)
            self.conv3 = _convolution(mid_channels, in_channels, 1, 1, 0, initialW)
            self.bn3 = BatchNormalization(in_channels)

    def forward(self, x: Any) -> Any:
        h = relu(self.bn1(self.conv1(x)))
        h = relu(self.bn2(self.conv2(h)))
        return relu(self.bn3(self.conv3(h)) + x)


def _convolution(n_in: int, n_out: int, ksize: int, stride: int, pad: int, initialW: Any) -> Convolution2D:
    return Convolution2D(n_in, n_out, ksize, stride, pad, nobias=True, initialW=initialW)


def _pooled(x: Any) -> Any:
    return max_pooling_2d(x, ksize=3, stride=2)


def _mean_over_image(x: Any) -> Any:
    return reshape(average_pooling_2d(x, x.shape[2:], stride=1), x.shape[:2])
