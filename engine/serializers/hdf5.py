"""HDF5 files: saving an object into one, and loading from one. Needs h5py, the extra `hdf5`."""

from __future__ import annotations

import os
from typing import Any

import numpy

from .. import backend
from ..serializer import Deserializer, Serializer
from ..utils.installed import is_installed
from .npz import fitted

__all__ = ["HDF5Deserializer", "HDF5Serializer", "load_hdf5", "save_hdf5"]

_available = is_installed("h5py")  # the flag of Chainer's by which test suites skip


def _h5py() -> Any:
    """The package h5py.

    Raises:
        RuntimeError: it is not installed; says what to type.
    """
    try:
        import h5py
    except ImportError as error:
        raise RuntimeError(
            f"h5py is not installed on your environment ({error}). Please install h5py to use HDF5 files: "
            "pip install 'bpdebug[hdf5]'"
        ) from error
    return h5py


class HDF5Serializer(Serializer):
    """Saves values into a group of an HDF5 file.

    Args:
        group: the group, as h5py gives it.
        compression: gzip level of arrays with more than one element.

    Raises:
        RuntimeError: h5py is not installed.
    """

    def __init__(self, group: Any, compression: int | None = 4) -> None:
        _h5py()
        self.group = group
        self.compression = compression

    def __getitem__(self, key: str) -> HDF5Serializer:
        return HDF5Serializer(self.group.require_group(key.strip("/")), self.compression)

    def __call__(self, key: str, value: Any) -> Any:
        h5py = _h5py()
        key = key.lstrip("/")
        if value is None:
            self.group.create_dataset(key, data=h5py.Empty("f"))
            return value
        array = numpy.asarray(backend.to_host(value))
        if array.dtype.kind == "U":  # HDF5 has no UCS-4; h5py writes strings as UTF-8
            self.group.create_dataset(key, data=array.astype(object), dtype=h5py.string_dtype())
        elif array.dtype.hasobject:
            raise TypeError(
                f"save_hdf5: {self.group.name}/{key} is of type {type(value).__name__}, which an HDF5 file can't "
                "hold; it holds arrays, numbers, strings and None"
            )
        else:
            compression = self.compression if array.size > 1 else None
            self.group.create_dataset(key, data=array, compression=compression)
        return value


def save_hdf5(filename: Any, obj: Any, compression: int | None = 4) -> None:
    """Save an object, such as a link or an optimizer, into an HDF5 file.

    Args:
        filename: a path.
        obj: what has a method `serialize`, or a dict of arrays by name.
        compression: gzip level, 0 to 9.

    Raises:
        RuntimeError: h5py is not installed.
    """
    with _h5py().File(os.fspath(filename), "w") as file:
        serializer = HDF5Serializer(file, compression)
        if isinstance(obj, dict):  # arrays by name, as a snapshot's writer has them
            for name, array in obj.items():
                serializer(name, None if array.dtype.hasobject else array)
        else:
            serializer.save(obj)


class HDF5Deserializer(Deserializer):
    """Loads values from a group of an HDF5 file.

    Args:
        group: the group, as h5py gives it.
        strict: whether each value must be there.

    Raises:
        RuntimeError: h5py is not installed.
    """

    def __init__(self, group: Any, strict: bool = True) -> None:
        _h5py()
        self.group = group
        self.strict = strict

    def __getitem__(self, key: str) -> HDF5Deserializer:
        name = key.strip("/")
        if not self.strict and name not in self.group:
            return HDF5Deserializer({}, False)
        return HDF5Deserializer(self.group[name], self.strict)

    def __call__(self, key: str, value: Any) -> Any:
        key = key.lstrip("/")
        if not self.strict and key not in self.group:
            return value
        stored = self.group[key]
        if stored.shape is None:  # h5py's Empty
            return None
        if _h5py().check_string_dtype(stored.dtype) is not None:
            array = numpy.asarray(stored.asstr()[()], dtype=str)
        else:
            array = numpy.asarray(stored)
        try:
            return fitted(array, value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"loading {self.group.name}/{key}: {error}") from error


def load_hdf5(filename: Any, obj: Any) -> None:
    """Load an object from an HDF5 file that `save_hdf5` made, ours or Chainer's.

    Raises:
        RuntimeError: h5py is not installed.
        KeyError: a value is missing.
        ValueError: an array has another shape.
    """
    with _h5py().File(os.fspath(filename), "r") as file:
        HDF5Deserializer(file).load(obj)
