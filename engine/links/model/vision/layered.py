"""What the image classifiers share: named layers, preparing images, and reading weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy

from ....configuration import using_config
from ....dataset import concat_examples, download
from ....function import no_backprop_mode
from ....functions import mean, reshape
from ....link import Chain
from ....serializers import load_npz
from ....utils import imgproc
from ....utils.argument import assert_kwargs_empty, check_unexpected_kwargs
from ....utils.installed import is_installed
from ....variable import Variable

__all__ = ["LayeredClassifier", "available", "prepared"]

available = is_installed("PIL")
"""Whether image files can be prepared, under the name by which scripts ask."""

_SIZE = (224, 224)
_LARGER = (256, 256)


def prepared(image: Any, size: tuple[int, int] | None, mean_bgr: Sequence[float]) -> numpy.ndarray:
    """An image as such a network wants it: blue, green, red; minus the mean of the images it was trained on.

    Args:
        image: a `PIL.Image`, or an array (h, w), (h, w, channels) or (channels, h, w) with red first, 0 to 255.
        size: width and height to scale it to; None: as it is.
        mean_bgr: mean of each channel.

    Returns:
        (3, h, w), float32.

    Raises:
        RuntimeError: Pillow isn't installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise RuntimeError(
            "preparing images needs Pillow; install it by: pip install 'bpdebug[image]'"
        ) from error
    if isinstance(image, numpy.ndarray):
        if image.ndim == 3:
            if image.shape[0] in (1, 3):
                image = image.transpose(1, 2, 0)
            if image.shape[2] == 1:
                image = image[:, :, 0]
        image = Image.fromarray(image.astype(numpy.uint8))
    image = image.convert("RGB")
    if size is not None:
        image = image.resize(size)
    pixels = numpy.asarray(image, dtype=numpy.float32)[:, :, ::-1]
    return numpy.ascontiguousarray((pixels - numpy.asarray(mean_bgr, numpy.float32)).transpose(2, 0, 1))


class LayeredClassifier(Chain):
    """Base of image classifiers made of layers with names; a subclass defines `functions`, `mean_bgr`, `weights_file`.

    Attributes:
        available_layers: the names of the layers, in order.
    """

    mean_bgr: Sequence[float] = (0, 0, 0)
    weights_file = ""
    default_features = "prob"

    @property
    def functions(self) -> dict[str, list[Callable[..., Any]]]:
        """For each layer what it does, in order."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define functions")

    @property
    def available_layers(self) -> list[str]:
        return list(self.functions)

    def _load(self, pretrained_model: str | None) -> None:
        """Load weights: from a path; None: leave the random ones; `auto`: from the folder of datasets.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is a Caffe model.
        """
        if not pretrained_model:
            return
        path = pretrained_model
        if path == "auto":
            path = os.path.join(download.get_dataset_directory("pfnet/chainer/models"), self.weights_file)
            if not os.path.exists(path):
                raise FileNotFoundError(
                    f"{type(self).__name__}: the trained weights are not at {path}; put an npz file there that Chainer "
                    "has made of the Caffe model, or say pretrained_model=None for random weights"
                )
        if path.endswith(".caffemodel"):
            raise ValueError(
                f"{type(self).__name__}: {path} is a Caffe model, which this engine can't read; "
                "use an npz file that Chainer has made of it"
            )
        load_npz(path, self)

    @classmethod
    def convert_caffemodel_to_npz(cls, path_caffemodel: str, path_npz: str, n_layers: int = 50) -> None:
        """Not there: this engine doesn't read Caffe models.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            f"{cls.__name__}: {path_caffemodel} is a Caffe model, which this engine can't read; convert it with Chainer"
        )

    def forward(self, x: Any, layers: Iterable[str] | None = None, **kwargs: Any) -> dict[str, Variable]:
        """What layers give.

        Args:
            x: images as `prepare` makes them, (n, 3, h, w).
            layers: names of layers; None: `prob` alone. What comes behind the last of them isn't computed.

        Raises:
            KeyError: there is no such layer.
        """
        check_unexpected_kwargs(
            kwargs, test="test argument is not supported anymore. Use chainer.using_config"
        )
        assert_kwargs_empty(kwargs)
        wanted = ["prob"] if layers is None else list(layers)
        functions = self.functions
        for name in wanted:
            if name not in functions:
                raise KeyError(
                    f"{type(self).__name__} has no layer {name!r}; there are {', '.join(functions)}"
                )
        missing = set(wanted)
        found: dict[str, Any] = {}
        h = x
        for name, steps in functions.items():
            if not missing:
                break
            h = self._input_of(name, h, found)
            for step in steps:
                h = step(h)
            self._remember(name, h, found)
            missing.discard(name)
        return {name: found[name] for name in wanted}

    def _input_of(self, name: str, previous: Any, found: dict[str, Any]) -> Any:
        """What goes into a layer: what the one before gave."""
        return previous

    def _remember(self, name: str, h: Any, found: dict[str, Any]) -> None:
        found[name] = h

    def extract(
        self,
        images: Iterable[Any],
        layers: Iterable[str] | None = None,
        size: tuple[int, int] | None = _SIZE,
        **kwargs: Any,
    ) -> dict[str, Variable]:
        """What layers give for images, which are prepared first.

        Args:
            images: as for `prepare`.
            layers: names of layers; None: the features before the classes.
            size: width and height to scale to; None: as they are.
        """
        check_unexpected_kwargs(
            kwargs,
            test="test argument is not supported anymore. Use chainer.using_config",
            volatile="volatile argument is not supported anymore. Use chainer.using_config",
        )
        assert_kwargs_empty(kwargs)
        x = self._batch(images, size)
        return self(x, layers=[self.default_features] if layers is None else layers)

    def predict(self, images: Iterable[Any], oversample: bool = True) -> Variable:
        """The probabilities of the classes for images, (n, classes).

        Args:
            images: as for `prepare`.
            oversample: whether to take the mean over corners, middle and mirror images; else the middle alone.
        """
        x = self._batch(images, _LARGER)
        if oversample:
            x = imgproc.oversample(x, _SIZE)
        else:
            margin = (_LARGER[0] - _SIZE[0]) // 2
            x = x[:, :, margin : margin + _SIZE[0], margin : margin + _SIZE[0]]
        with using_config("train", False), no_backprop_mode():
            y = self(Variable(x))["prob"]
            if oversample:
                y = mean(reshape(y, (-1, 10, y.shape[1])), axis=1)
        return y

    def _batch(self, images: Iterable[Any], size: tuple[int, int] | None) -> Any:
        return concat_examples([prepared(image, size, self.mean_bgr) for image in images], self.device)
