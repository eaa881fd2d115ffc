"""GoogLeNet: convolutions of several sizes side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ....functions import (
    average_pooling_2d,
    dropout,
    local_response_normalization,
    max_pooling_2d,
    relu,
    softmax,
)
from ....initializers import LeCunUniform, Zero
from ...connection.convolution_nd import Convolution2D
from ...connection.inception import Inception
from ...connection.linear import Linear
from .layered import LayeredClassifier, available, prepared

__all__ = ["GoogLeNet", "available", "prepare"]

_MEAN_BGR = (104.0, 117.0, 123.0)
# name -> channels: in, 1 x 1, before and after 3 x 3, before and after 5 x 5, after pooling
_INCEPTIONS = {
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}
_FED_BY = {"loss1_fc2": "inception_4a", "loss2_fc2": "inception_4d"}


def prepare(image: Any, size: tuple[int, int] | None = (224, 224)) -> numpy.ndarray:
    """An image as GoogLeNet wants it; see `layered.prepared` for arguments and result."""
    return prepared(image, size, _MEAN_BGR)


class GoogLeNet(LayeredClassifier):
    """A classifier of 1000 classes, with two further classifiers halfway for the training.

    Args:
        pretrained_model: an npz file with weights; `auto`: the one in the folder of datasets; None: random weights.

    Raises:
        FileNotFoundError: there is no such file.

    Reference: Szegedy et al. 2014.
    """

    mean_bgr = _MEAN_BGR
    weights_file = "bvlc_googlenet.npz"
    default_features = "pool5"

    def __init__(self, pretrained_model: str | None = "auto") -> None:
        super().__init__()
        # Weights that come from a file needn't be drawn first.
        initial_w = Zero() if pretrained_model else LeCunUniform(scale=1.0)
        with self.init_scope():
            self.conv1 = Convolution2D(3, 64, 7, stride=2, pad=3, initialW=initial_w)
            self.conv2_reduce = Convolution2D(64, 64, 1, initialW=initial_w)
            self.conv2 = Convolution2D(64, 192, 3, stride=1, pad=1, initialW=initial_w)
            for name, channels in _INCEPTIONS.items():
                setattr(
                    self, f"inc{name}", Inception(*channels, conv_init=Zero() if pretrained_model else None)
                )
            self.loss3_fc = Linear(1024, 1000, initialW=initial_w)
            self.loss1_conv = Convolution2D(512, 128, 1, initialW=initial_w)
            self.loss1_fc1 = Linear(2048, 1024, initialW=initial_w)
            self.loss1_fc2 = Linear(1024, 1000, initialW=initial_w)
            self.loss2_conv = Convolution2D(528, 128, 1, initialW=initial_w)
            self.loss2_fc1 = Linear(2048, 1024, initialW=initial_w)
            self.loss2_fc2 = Linear(1024, 1000, initialW=initial_w)
        self._load(pretrained_model)

    @property
    def functions(self) -> dict[str, list[Callable[..., Any]]]:
        inceptions = {name: [self[f"inc{name}"]] for name in _INCEPTIONS}
        layers: dict[str, list[Callable[..., Any]]] = {
            "conv1": [self.conv1, relu],
            "pool1": [_pooled, _normalized],
            "conv2_reduce": [self.conv2_reduce, relu],
            "conv2": [self.conv2, relu, _normalized],
            "pool2": [_pooled],
        }
        for block in "345":
            layers |= {f"inception_{name}": steps for name, steps in inceptions.items() if name[0] == block}
            layers[f"pool{block}"] = [_pooled if block != "5" else _mean_over_image]
        layers |= {"loss3_fc": [_dropped, self.loss3_fc], "prob": [softmax]}
        for name in ("loss1", "loss2"):
            layers[f"{name}_fc2"] = [
                _averaged,
                self[f"{name}_conv"],
                relu,
                self[f"{name}_fc1"],
                relu,
                self[f"{name}_fc2"],
            ]
        return layers

    def _input_of(self, name: str, previous: Any, found: dict[str, Any]) -> Any:
        return found[_FED_BY[name]] if name in _FED_BY else previous


def _pooled(x: Any) -> Any:
    return max_pooling_2d(x, ksize=3, stride=2)


def _normalized(x: Any) -> Any:
    return local_response_normalization(x, n=5, k=1, alpha=1e-4 / 5)


def _mean_over_image(x: Any) -> Any:
    return average_pooling_2d(x, ksize=7, stride=1)


def _averaged(x: Any) -> Any:
    return average_pooling_2d(x, ksize=5, stride=3)


def _dropped(x: Any) -> Any:
    return dropout(x, ratio=0.4)
