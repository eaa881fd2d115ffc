"""Image files, with and without labels, loose or in zip archives; needs Pillow."""

from __future__ import annotations

import io
import os
import threading
import zipfile
from typing import Any

import numpy

from ..dataset.dataset_mixin import DatasetMixin
from ..dtypes import get_dtype
from ..errors import NoPillow
from ..utils.installed import is_installed

__all__ = [
    "ImageDataset",
    "LabeledImageDataset",
    "LabeledZippedImageDataset",
    "MultiZippedImageDataset",
    "ZippedImageDataset",
    "available",
]

available = is_installed("PIL")
"""Whether images can be read."""


def _read_image(file: Any, dtype: Any) -> numpy.ndarray:
    """An image file's content as (channels, h, w); a gray image has one channel."""
    try:
        from PIL import Image
    except ImportError as error:
        raise NoPillow("reading images needs Pillow; install it by: pip install pillow") from error
    with Image.open(file) as image:
        pixels = numpy.asarray(image, dtype=dtype)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    return pixels.transpose(2, 0, 1)


def _words_of_lines(path: Any) -> list[list[str]]:
    with open(path) as file:
        return [line.split() for line in file if line.strip()]


def _pairs(pairs: Any) -> list[tuple[str, int]]:
    if not isinstance(pairs, str | os.PathLike):
        return [(path, int(label)) for path, label in pairs]
    found = []
    for number, words in enumerate(_words_of_lines(pairs), 1):
        if len(words) != 2:
            raise ValueError(
                f"invalid format at line {number} in file {pairs}: a line must be a path and a label"
            )
        found.append((words[0], int(words[1])))
    return found


class ImageDataset(DatasetMixin):
    """Image files as arrays (channels, h, w).

    Args:
        paths: a list of paths, or the path of a file with one path a line.
        root: the folder that the paths start from.
        dtype: of the arrays; by default what `config.dtype` says.
    """

    def __init__(self, paths: Any, root: str = ".", dtype: Any = None) -> None:
        if isinstance(paths, str | os.PathLike):
            with open(paths) as file:
                paths = [line.strip() for line in file if line.strip()]
        self._paths = list(paths)
        self._root = root
        self._dtype = get_dtype(dtype)

    def __len__(self) -> int:
        return len(self._paths)

    def get_example(self, i: int) -> numpy.ndarray:
        """Image number i."""
        return _read_image(os.path.join(self._root, self._paths[i]), self._dtype)


class LabeledImageDataset(DatasetMixin):
    """Pairs of an image (channels, h, w) and a label.

    Args:
        pairs: a list of pairs of path and label, or the path of a file with a path and a label a line.
        root: the folder that the paths start from.
        dtype: of the images; by default what `config.dtype` says.
        label_dtype: of the labels.
    """

    def __init__(
        self, pairs: Any, root: str = ".", dtype: Any = None, label_dtype: Any = numpy.int32
    ) -> None:
        self._pairs = _pairs(pairs)
        self._root = root
        self._dtype = get_dtype(dtype)
        self._label_dtype = label_dtype

    def __len__(self) -> int:
        return len(self._pairs)

    def get_example(self, i: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Image and label number i."""
        path, label = self._pairs[i]
        image = _read_image(os.path.join(self._root, path), self._dtype)
        return image, numpy.array(label, dtype=self._label_dtype)


class _Archive:
    """A zip archive that threads and forked processes may read at the same time."""

    def __init__(self, path: Any) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file: zipfile.ZipFile | None = None
        self._process = -1

    def _opened(self) -> zipfile.ZipFile:
        if (
            self._file is None or self._process != os.getpid()
        ):  # a forked process needs a file position of its own
            self._file = zipfile.ZipFile(self.path)
            self._process = os.getpid()
        return self._file

    def names(self) -> list[str]:
        with self._lock:
            return [name for name in self._opened().namelist() if not name.endswith("/")]

    def read(self, name: str) -> io.BytesIO:
        with self._lock:
            return io.BytesIO(self._opened().read(name))

    def __getstate__(self) -> Any:
        return self.path

    def __setstate__(self, state: Any) -> None:
        self.__init__(state)  # type: ignore[misc]


class ZippedImageDataset(DatasetMixin):
    """All images of a zip archive, by the order of their names' entries.

    Args:
        zipfilename: the archive.
        dtype: of the arrays; by default what `config.dtype` says.
    """

    def __init__(self, zipfilename: Any, dtype: Any = None) -> None:
        self._archive = _Archive(zipfilename)
        self._names = self._archive.names()
        self._dtype = get_dtype(dtype)

    def __len__(self) -> int:
        return len(self._names)

    def get_example(self, i: int) -> numpy.ndarray:
        """Image number i as (channels, h, w)."""
        return _read_image(self._archive.read(self._names[i]), self._dtype)


class MultiZippedImageDataset(DatasetMixin):
    """All images of several zip archives, one archive after the other; arguments as for `ZippedImageDataset`."""

    def __init__(self, zipfilenames: Any, dtype: Any = None) -> None:
        self._parts = [ZippedImageDataset(name, dtype) for name in zipfilenames]
        self._places = [(part, i) for part in self._parts for i in range(len(part))]

    def __len__(self) -> int:
        return len(self._places)

    def get_example(self, i: int) -> numpy.ndarray:
        """Image number i as (channels, h, w)."""
        part, place = self._places[i]
        return part.get_example(place)


class LabeledZippedImageDataset(DatasetMixin):
    """Pairs of an image of a zip archive and a label.

    Args:
        zipfilename: the archive.
        labelfilename: a file with a name in the archive and a label a line.
        dtype: of the images; by default what `config.dtype` says.
        label_dtype: of the labels.
    """

    def __init__(
        self, zipfilename: Any, labelfilename: Any, dtype: Any = None, label_dtype: Any = numpy.int32
    ) -> None:
        self._archive = _Archive(zipfilename)
        self._pairs = _pairs(labelfilename)
        self._dtype = get_dtype(dtype)
        self._label_dtype = label_dtype

    def __len__(self) -> int:
        return len(self._pairs)

    def get_example(self, i: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Image and label number i."""
        name, label = self._pairs[i]
        image = _read_image(self._archive.read(name), self._dtype)
        return image, numpy.array(label, dtype=self._label_dtype)
