"""CIFAR-10 and CIFAR-100: small color images."""

from __future__ import annotations

import os
import tarfile
from typing import Any

import numpy

from ..dataset import download
from ..dtypes import get_dtype
from .tuple_dataset import TupleDataset

__all__ = ["get_cifar10", "get_cifar100"]

# The binary editions: the same images in the same order as the pickled ones, and nothing to unpickle.
_CIFAR10 = (
    "cifar-10",
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "c32a1d4ab5d03f1284b67883e8d87530",
    {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]},
    1,
)
_CIFAR100 = (
    "cifar-100",
    "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    "03b5dce01913d631647c71ecec9e9cb8",
    {"train": ["train.bin"], "test": ["test.bin"]},
    2,
)
_PIXELS = 3 * 32 * 32


def get_cifar10(
    withlabel: bool = True, ndim: int = 3, scale: float = 1.0, dtype: Any = None
) -> tuple[Any, Any]:
    """The training and the test images of CIFAR-10: 50,000 and 10,000 images of 32x32 in ten classes.

    Args:
        withlabel: whether an example is a pair of image and class (int32), or the image alone.
        ndim: 1: an image is (3072,); 3: (3, 32, 32).
        scale: the largest value of a pixel.
        dtype: of the images; by default what `config.dtype` says.

    Raises:
        RuntimeError: it isn't on disk and can't be downloaded.

    Reference: Krizhevsky 2009.
    """
    return _get(_CIFAR10, withlabel, ndim, scale, dtype)


def get_cifar100(
    withlabel: bool = True, ndim: int = 3, scale: float = 1.0, dtype: Any = None
) -> tuple[Any, Any]:
    """CIFAR-100, with a hundred (fine) classes; see `get_cifar10`."""
    return _get(_CIFAR100, withlabel, ndim, scale, dtype)


def _get(source: Any, withlabel: bool, ndim: int, scale: float, dtype: Any) -> tuple[Any, Any]:
    if ndim not in (1, 3):
        raise ValueError(f"invalid ndim for images: {ndim}; it must be 1 or 3")
    parts = []
    content = _load(source)
    for part in ("train", "test"):
        images = content[f"{part}_x"]
        shape = (len(images), _PIXELS) if ndim == 1 else (len(images), 3, 32, 32)
        scaled = images.reshape(shape).astype(get_dtype(dtype))
        scaled *= scale / 255.0
        parts.append(TupleDataset(scaled, content[f"{part}_y"].astype(numpy.int32)) if withlabel else scaled)
    return parts[0], parts[1]


def _load(source: Any) -> dict[str, numpy.ndarray]:
    name, url, md5, members, label_bytes = source
    path = os.path.join(download.get_dataset_directory("pfnet/chainer/cifar"), f"{name}.npz")

    def make(made: str) -> dict[str, numpy.ndarray]:
        content = read_archive(download.fetch(url, md5), members, label_bytes)
        numpy.savez_compressed(made, **content)  # type: ignore[arg-type]
        return content

    def load(found: str) -> dict[str, numpy.ndarray]:
        with numpy.load(found, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}

    return download.cache_or_load_file(path, make, load)


def read_archive(path: str, members: dict[str, list[str]], label_bytes: int) -> dict[str, numpy.ndarray]:
    """Images and (last) labels of the archive's files.

    Args:
        path: the archive.
        members: the files of each part.
        label_bytes: how many labels an image has.
    """
    content = {}
    with tarfile.open(path, "r:gz") as archive:
        files = {os.path.basename(member.name): member for member in archive.getmembers() if member.isfile()}
        for part, names in members.items():
            blocks = [archive.extractfile(files[name]).read() for name in names]  # type: ignore[union-attr]
            rows = numpy.frombuffer(b"".join(blocks), numpy.uint8).reshape(-1, label_bytes + _PIXELS)
            content[f"{part}_x"] = rows[:, label_bytes:].copy()
            content[f"{part}_y"] = rows[:, label_bytes - 1].copy()
    return content
