"""npz archives: saving an object into one, and loading from one. Files go to and fro between us and Chainer."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import numpy

from .. import backend
from ..serializer import Deserializer
from .dictionary import DictionarySerializer
from .none_entry import NONE_ENTRY, is_none_entry

__all__ = ["NpzDeserializer", "load_npz", "save_npz"]

IgnoreNames = str | Callable[[str], bool] | Iterable[str | Callable[[str], bool]] | None


def save_npz(file: Any, obj: Any, compression: bool = True) -> None:
    """Save an object, such as a link or an optimizer, into an npz archive.

    Args:
        file: a path, which is taken as it is (no `.npz` is added), or a file opened for writing bytes.
        obj: what has a method `serialize`, or a dict of arrays by name.
        compression: whether the arrays are compressed.

    Raises:
        TypeError: a value is neither an array, a number, a string nor None.
    """
    if isinstance(file, str | os.PathLike):
        with open(file, "wb") as opened:
            save_npz(opened, obj, compression)
        return
    if isinstance(obj, dict):  # arrays by name, as a snapshot's writer has them
        arrays = obj
    else:
        serializer = DictionarySerializer()
        serializer.save(obj)
        arrays = serializer.target
    write_npz(file, arrays, compression)


def write_npz(file: Any, arrays: dict[str, Any], compression: bool) -> None:
    """Write arrays by name into an npz archive, None in a way that needs no pickle."""
    how = zipfile.ZIP_DEFLATED if compression else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", how, allowZip64=True) as archive:
        for name, value in arrays.items():
            array = numpy.asanyarray(value)
            if array.dtype.hasobject and (array.shape != () or array[()] is not None):
                raise TypeError(
                    f"save_npz: {name} is {_kind(array)}, which an npz archive can't hold without pickle; it "
                    "holds arrays, numbers, strings and None"
                )
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                if array.dtype.hasobject:
                    entry.write(NONE_ENTRY)
                else:
                    numpy.lib.format.write_array(entry, array, allow_pickle=False)


def _kind(array: numpy.ndarray) -> str:
    return f"of type {type(array[()]).__name__}" if array.shape == () else "an array of Python objects"


def load_npz(
    file: Any, obj: Any, path: str = "", strict: bool = True, ignore_names: IgnoreNames = None
) -> None:
    """Load an object from an npz archive that `save_npz` made, ours or Chainer's.

    Args:
        file: a path or a file opened for reading bytes.
        obj: what has a method `serialize`; parameters without shape get that of the file.
        path: where in the archive the object is, such as `updater/model:main/` in a snapshot.
        strict: whether each value must be in the file; if not, those that are missing stay as they are.
        ignore_names: names (or functions of a name, or a list of either) that are not loaded.

    Raises:
        KeyError: a value is missing.
        ValueError: an array has another shape, or holds Python objects other than None.
        TypeError: a value doesn't fit the type of the present one.
        FileNotFoundError: there is no such file.
    """
    with numpy.load(file, allow_pickle=False) as npz:
        NpzDeserializer(npz, path, strict, ignore_names).load(obj)


class NpzDeserializer(Deserializer):
    """Loads values from an npz archive.

    Args:
        npz: the archive as `numpy.load` gives it, or a dict of arrays.
        path, strict, ignore_names: as in `load_npz`.
    """

    def __init__(
        self, npz: Any, path: str = "", strict: bool = True, ignore_names: IgnoreNames = None
    ) -> None:
        self.npz = npz
        self.path = path
        self.strict = strict
        names: Any = () if ignore_names is None else ignore_names
        if isinstance(names, str) or callable(names):
            names = (names,)
        if not isinstance(names, Iterable) or not all(isinstance(n, str) or callable(n) for n in names):
            raise ValueError("ignore_names needs to be a callable, string or list of them.")
        self.ignore_names = tuple(names)

    def __getitem__(self, key: str) -> NpzDeserializer:
        return NpzDeserializer(self.npz, f"{self.path}{key.strip('/')}/", self.strict, self.ignore_names)

    def __call__(self, key: str, value: Any) -> Any:
        key = self.path + key.lstrip("/")
        if any(key == name if isinstance(name, str) else name(key) for name in self.ignore_names):
            return value
        if not self.strict and key not in self.npz:
            return value
        try:
            stored = self._read(key)
            return None if stored is None else fitted(stored, value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"loading {key}: {error}") from error

    def _read(self, key: str) -> Any:
        """The array under `key`, or None.

        Raises:
            KeyError: there is none.
            ValueError: it holds Python objects.
        """
        try:
            stored = self.npz[key]
        except ValueError:
            archive = getattr(self.npz, "zip", None)
            name = f"{key}.npy"
            if archive is not None and name in archive.namelist() and is_none_entry(archive.read(name)):
                return None
            raise
        if stored.dtype.hasobject and stored[()] is None:
            return None
        return stored


def fitted(stored: numpy.ndarray, value: Any) -> Any:
    """What was stored, in the type of the present `value`; an array is written into.

    Raises:
        ValueError: the shapes differ.
        TypeError: the types don't go together.
    """
    if value is None:
        return stored
    if backend.is_array(value):
        if not isinstance(value, numpy.ndarray):
            backend.copyto(value, stored)
            return value
        numpy.copyto(value, stored)
        return value
    wanted = type(value)
    is_whole = wanted is int and issubclass(stored.dtype.type, numpy.integer)
    is_number = issubclass(stored.dtype.type, numpy.number)
    if is_number and not is_whole and not numpy.can_cast(stored.dtype, wanted, casting="safe"):
        raise TypeError(
            f"Cannot safely deserialize from numpy array with dtype={stored.dtype} into a variable of type {wanted}."
        )
    # One element with axes: a number to the NumPy of Chainer's time, but not to NumPy's of today.
    return wanted(stored.item() if is_number and stored.size == 1 else stored)
