"""MNIST and the datasets of the same format: Fashion-MNIST and Kuzushiji-MNIST."""

from __future__ import annotations

import gzip
import os
from typing import Any, NamedTuple

import numpy

from ..dataset import download
from .images import as_dataset

__all__ = [
    "get_fashion_mnist",
    "get_fashion_mnist_labels",
    "get_kuzushiji_mnist",
    "get_kuzushiji_mnist_labels",
    "get_mnist",
]


class _Source(NamedTuple):
    folder: str
    addresses: tuple[str, ...]
    md5: dict[str, str]


_FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
_MNIST = _Source(
    "pfnet/chainer/mnist",
    ("http://yann.lecun.com/exdb/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"),
    {
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
)
_FASHION = _Source(
    "pfnet/chainer/fashion-mnist",
    ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
)
_KUZUSHIJI = _Source(
    "pfnet/chainer/kuzushiji_mnist",
    ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
    {
        "train-images-idx3-ubyte.gz": "bdb82020997e1d708af4cf47b453dcf7",
        "train-labels-idx1-ubyte.gz": "e144d726b3acfaa3e44228e80efcd344",
        "t10k-images-idx3-ubyte.gz": "5c965bf0a639b31b8f53240b1b52f4d7",
        "t10k-labels-idx1-ubyte.gz": "7320c461ea6c1c855c0b718fb2a4b134",
    },
)


def get_mnist(
    withlabel: bool = True,
    ndim: int = 1,
    scale: float = 1.0,
    dtype: Any = None,
    label_dtype: Any = numpy.int32,
    rgb_format: bool = False,
) -> tuple[Any, Any]:
    """The training and the test images of MNIST: 60,000 and 10,000 handwritten digits of 28x28.

    Args:
        withlabel: whether an example is a pair of image and digit, or the image alone.
        ndim: 1: an image is (784,); 2: (28, 28); 3: (1, 28, 28).
        scale: the value of white.
        dtype: of the images; by default what `config.dtype` says.
        label_dtype: of the digits.
        rgb_format: whether an image with three axes is (3, 28, 28).

    Raises:
        RuntimeError: it isn't on disk and can't be downloaded.
    """
    return _get(_MNIST, withlabel, ndim, scale, dtype, label_dtype, rgb_format)


def get_fashion_mnist(
    withlabel: bool = True,
    ndim: int = 1,
    scale: float = 1.0,
    dtype: Any = None,
    label_dtype: Any = numpy.int32,
    rgb_format: bool = False,
) -> tuple[Any, Any]:
    """Images of clothes in the format of MNIST; see `get_mnist`. (Xiao et al. 2017)"""
    return _get(_FASHION, withlabel, ndim, scale, dtype, label_dtype, rgb_format)


def get_kuzushiji_mnist(
    withlabel: bool = True,
    ndim: int = 1,
    scale: float = 1.0,
    dtype: Any = None,
    label_dtype: Any = numpy.int32,
    rgb_format: bool = False,
) -> tuple[Any, Any]:
    """Images of cursive Japanese characters in the format of MNIST; see `get_mnist`. (Clanuwat et al. 2018)"""
    return _get(_KUZUSHIJI, withlabel, ndim, scale, dtype, label_dtype, rgb_format)


def get_fashion_mnist_labels() -> list[str]:
    """What the labels of Fashion-MNIST mean."""
    return [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]  # fmt: skip


def get_kuzushiji_mnist_labels() -> list[tuple[str, str]]:
    """What the labels of Kuzushiji-MNIST mean: pairs of romanized name and character."""
    return list(
        zip(("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), "おきすつなはまやれを", strict=True)
    )


def _get(
    source: _Source, withlabel: bool, ndim: int, scale: float, dtype: Any, label_dtype: Any, rgb: bool
) -> Any:
    return tuple(
        as_dataset(*_load(source, part), withlabel, ndim, scale, dtype, label_dtype, rgb)
        for part in ("train", "test")
    )


def _load(source: _Source, part: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Images (n, 784) and labels (n,), both uint8; from the cache, or downloaded."""
    path = os.path.join(download.get_dataset_directory(source.folder), f"{part}.npz")

    def make(made: str) -> tuple[numpy.ndarray, numpy.ndarray]:
        images, labels = (
            read_idx(download.fetch(first + name, source.md5[name], tuple(other + name for other in others)))
            for first, *others in (source.addresses,)
            for name in _FILES[part]
        )
        images = images.reshape(len(images), -1)
        numpy.savez_compressed(made, x=images, y=labels)
        return images, labels

    def load(found: str) -> tuple[numpy.ndarray, numpy.ndarray]:
        with numpy.load(found, allow_pickle=False) as file:
            return file["x"], file["y"]

    return download.cache_or_load_file(path, make, load)


def read_idx(path: str) -> numpy.ndarray:
    """An array of bytes in the IDX format, compressed with gzip.

    Raises:
        ValueError: the file has another format.
    """
    with gzip.open(path) as file:
        content = file.read()
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path} is no IDX file of bytes")
    ndim = content[3]
    shape = tuple(int(n) for n in numpy.frombuffer(content, ">i4", ndim, offset=4))
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * ndim).reshape(shape)
