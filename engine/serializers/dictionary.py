"""The serializer that saves into a flat dict."""

from __future__ import annotations

from typing import Any

import numpy

from .. import backend
from ..serializer import Serializer

__all__ = ["DictionarySerializer"]


class DictionarySerializer(Serializer):
    """Saves values as NumPy arrays into one dict, whose keys are paths such as `l1/W`.

    Args:
        target: the dict; None for a new one.
        path: what all keys begin with.

    Attributes:
        target: the dict.
    """

    def __init__(self, target: dict[str, Any] | None = None, path: str = "") -> None:
        self.target: dict[str, Any] = {} if target is None else target
        self.path = path

    def __getitem__(self, key: str) -> DictionarySerializer:
        return DictionarySerializer(self.target, f"{self.path}{key.strip('/')}/")

    def __call__(self, key: str, value: Any) -> Any:
        key = self.path + key.lstrip("/")
        try:
            self.target[key] = _as_arrays(value)
        except TypeError as error:
            raise TypeError(f"saving {key}: {error}") from error
        return value


def _as_arrays(value: Any) -> Any:
    """`value` as an array on the host; a list or tuple as one of arrays.

    Raises:
        TypeError: it is neither an array, a number, a string nor None.
    """
    if isinstance(value, list | tuple):
        return type(value)(_as_arrays(element) for element in value)
    array = numpy.asarray(backend.to_host(value))
    if array.dtype.hasobject and not (value is None or isinstance(value, numpy.ndarray)):
        raise TypeError(f"a serializer takes arrays, numbers, strings and None, not {type(value).__name__}")
    return array
