"""VGG16Layers and VGG19Layers: stacks of small convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ....functions import dropout, max_pooling_2d, relu, softmax
from ....initializers import Normal, Zero
from ...connection.convolution_nd import Convolution2D
from ...connection.linear import Linear
from .layered import LayeredClassifier, available, prepared

__all__ = ["VGG16Layers", "VGG19Layers", "VGGLayers", "available", "prepare"]

_MEAN_BGR = (103.939, 116.779, 123.68)
_CHANNELS = (64, 128, 256, 512, 512)
_CONVOLUTIONS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def prepare(image: Any, size: tuple[int, int] | None = (224, 224)) -> numpy.ndarray:
    """An image as VGG wants it; see `layered.prepared` for arguments and result."""
    return prepared(image, size, _MEAN_BGR)


class VGGLayers(LayeredClassifier):
    """A classifier of 1000 classes by 16 or 19 layers with weights.

    Args:
        pretrained_model: an npz file with weights; `auto`: the one in the folder of datasets; None: random weights.
        n_layers: 16 or 19.

    Raises:
        ValueError: another number of layers.
        FileNotFoundError: there is no such file.

    Reference: Simonyan and Zisserman 2014.
    """

    mean_bgr = _MEAN_BGR
    default_features = "fc7"

    def __init__(self, pretrained_model: str | None = "auto", n_layers: int = 16) -> None:
        super().__init__()
        if n_layers not in _CONVOLUTIONS:
            raise ValueError(f"the n_layers argument should be either 16 or 19, but {n_layers} was given")
        self.weights_file = f"VGG_ILSVRC_{n_layers}_layers.npz"
        self._convolutions = _CONVOLUTIONS[n_layers]
        # Weights that come from a file needn't be drawn first.
        initial_w = Zero() if pretrained_model else Normal(scale=0.01)
        with self.init_scope():
            n_in = 3
            for block, (count, n_out) in enumerate(zip(self._convolutions, _CHANNELS, strict=True), 1):
                for i in range(1, count + 1):
                    setattr(self, f"conv{block}_{i}", Convolution2D(n_in, n_out, 3, 1, 1, initialW=initial_w))
                    n_in = n_out
            self.fc6 = Linear(512 * 7 * 7, 4096, initialW=initial_w)
            self.fc7 = Linear(4096, 4096, initialW=initial_w)
            self.fc8 = Linear(4096, 1000, initialW=initial_w)
        self._load(pretrained_model)

    @property
    def functions(self) -> dict[str, list[Callable[..., Any]]]:
        layers: dict[str, list[Callable[..., Any]]] = {}
        for block, count in enumerate(self._convolutions, 1):
            for i in range(1, count + 1):
                layers[f"conv{block}_{i}"] = [self[f"conv{block}_{i}"], relu]
            layers[f"pool{block}"] = [_pooled]
        layers["fc6"] = [self.fc6, relu, dropout]
        layers["fc7"] = [self.fc7, relu, dropout]
        return layers | {"fc8": [self.fc8], "prob": [softmax]}


class VGG16Layers(VGGLayers):
    """`VGGLayers` with 16 layers."""

    def __init__(self, pretrained_model: str | None = "auto") -> None:
        super().__init__(pretrained_model, 16)


class VGG19Layers(VGGLayers):
    """`VGGLayers` with 19 layers."""

    def __init__(self, pretrained_model: str | None = "auto") -> None:
        super().__init__(pretrained_model, 19)


def _pooled(x: Any) -> Any:
    return max_pooling_2d(x, ksize=2)
