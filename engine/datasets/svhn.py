"""Street View House Numbers: color images of single digits; needs SciPy to read them."""

from __future__ import annotations

import os
from typing import Any

import numpy

from ..dataset import download
from ..dtypes import get_dtype
from .tuple_dataset import TupleDataset

__all__ = ["get_svhn"]

_ADDRESS = "http://ufldl.stanford.edu/housenumbers/"
_MD5 = {
    "train": "e26dedcc434d2e4c54c9b2d4a06d8373",
    "test": "eb5a983be6a315427106f1b164d9cef3",
    "extra": "a93ce644f1a588dc4d68dda5feec44a7",
}


def get_svhn(
    withlabel: bool = True,
    scale: float = 1.0,
    dtype: Any = None,
    label_dtype: Any = numpy.int32,
    add_extra: bool = False,
) -> tuple[Any, ...]:
    """The training and the test images of SVHN, (3, 32, 32), and with `add_extra` the extra ones.

    Args:
        withlabel: whether an example is a pair of image and digit, or the image alone.
        scale: the largest value of a pixel.
        dtype: of the images; by default what `config.dtype` says.
        label_dtype: of the digits.
        add_extra: whether to give a third dataset.

    Raises:
        RuntimeError: it isn't on disk and can't be downloaded, or SciPy is missing.

    Reference: Netzer et al. 2011.
    """
    parts = []
    for part in ("train", "test", "extra") if add_extra else ("train", "test"):
        images, labels = _load(part)
        scaled = images.astype(get_dtype(dtype))
        scaled *= scale / 255.0
        parts.append(TupleDataset(scaled, labels.astype(label_dtype)) if withlabel else scaled)
    return tuple(parts)


def _load(part: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    path = os.path.join(download.get_dataset_directory("pfnet/chainer/svhn"), f"{part}.npz")

    def make(made: str) -> tuple[numpy.ndarray, numpy.ndarray]:
        try:
            from scipy import io  # type: ignore[import-untyped, unused-ignore]
        except ImportError as error:
            raise RuntimeError("reading SVHN needs SciPy: pip install 'bpdebug[scipy]'") from error
        content = io.loadmat(download.fetch(f"{_ADDRESS}{part}_32x32.mat", _MD5[part]))
        images = content["X"].transpose(3, 2, 0, 1).astype(numpy.uint8)
        labels = content["y"].reshape(-1).astype(numpy.uint8)
        labels[labels == 10] = 0  # the file counts the digit 0 as the tenth
        numpy.savez_compressed(made, x=images, y=labels)
        return images, labels

    def load(found: str) -> tuple[numpy.ndarray, numpy.ndarray]:
        with numpy.load(found, allow_pickle=False) as file:
            return file["x"], file["y"]

    return download.cache_or_load_file(path, make, load)
