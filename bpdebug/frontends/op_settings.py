"""The settings of an op as JSON and arrays, so that a log can hold them, and back, so that the op can be made again.

What JSON has, stands for itself; a list is a tuple, the usual thing in settings. All else is an object with one key
that says what it is. Arrays stand beside the JSON: a mask that a dropout drew, an index array.

Nothing that a log names is imported or called: `decode` makes plain values, arrays, and named tuples, dataclasses and
ops out of the tables that it is given.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["SettingsDecoder", "Undecodable", "encode", "settings_beside"]


_PLAIN = (bool, int, float, str, type(None))


class Undecodable(ValueError):
    """The settings in a log aren't what `encode` makes."""


def settings_beside(attributes: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those settings that `attributes` don't tell already, under the same name and exactly."""
    return {
        name: value
        for name, value in settings.items()
        if type(value) not in _PLAIN
        or name not in attributes
        or type(attributes[name]) is not type(value)
        or attributes[name] != value
    }


def encode(value: Any, held: list[Any]) -> Any:
    """`value` as JSON; arrays are appended to `held`, and their place there stands for them.

    A value of a kind that is not told here becomes one that `decode` refuses: recording goes on.
    """
    if type(value) is float and not math.isfinite(value):
        return {"float": repr(value)}
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple):
        parts = [encode(part, held) for part in value]
        return {"named": [type(value).__name__, parts]} if hasattr(value, "_fields") else parts
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [encode(getattr(value, field.name), held) for field in dataclasses.fields(value)]
        return {"named": [type(value).__name__, parts]}
    if isinstance(value, list):
        return {"list": [encode(part, held) for part in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key, held), encode(part, held)] for key, part in value.items()]}
    if isinstance(value, slice):
        return {"slice": [encode(part, held) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return {"dtype": np.dtype(value).str}
    if isinstance(value, np.generic):
        held.append(np.asarray(value))
        return {"scalar": len(held) - 1}
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        held.append(value)
        return {"array": len(held) - 1}
    if hasattr(value, "settings") and hasattr(value, "op_name"):
        return {"op": [type(value).__name__, encode(value.settings(), held)]}
    if hasattr(value, "supported_array_types"):
        return {"device": str(value)}
    return {"foreign": type(value).__name__}


class SettingsDecoder:
    """Makes settings from what `encode` made.

    Args:
        held: the arrays, by their place.
        named: the named tuples and dataclasses that may occur, by their class's name.
        op: makes an op from its class's name and its settings.
        device: stands for every device: arrays of a log are in host memory.
        dtype: stands for every floating-point dtype, if given.
    """

    def __init__(
        self,
        held: Sequence[np.ndarray],
        named: Mapping[str, Any],
        op: Callable[[str, dict[str, Any]], Any],
        device: Any,
        dtype: Any = None,
    ) -> None:
        self._held = held
        self._named = named
        self._op = op
        self._device = device
        self._dtype = dtype
        self._kinds: dict[str, Callable[[Any], Any]] = {
            "float": float,
            "named": self._named_tuple,
            "list": lambda parts: [self.decode(part) for part in parts],
            "dict": lambda pairs: {self.decode(key): self.decode(part) for key, part in pairs},
            "slice": lambda parts: slice(*map(self.decode, parts)),
            "ellipsis": lambda _: Ellipsis,
            "dtype": self._read_dtype,
            "scalar": lambda place: self._array(place)[()],
            "array": self._array,
            "op": lambda pair: self._op(pair[0], self.decode(pair[1])),
            "device": lambda _: self._device,
        }

    def decode(self, value: Any) -> Any:
        """The value that `encode` was given.

        Raises:
            Undecodable: it didn't make this.
        """
        if isinstance(value, list):
            return tuple([self.decode(part) for part in value])
        if not isinstance(value, dict):
            return value
        try:
            ((kind, content),) = value.items()
            return self._kinds[kind](content)
        except Undecodable:
            raise
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            raise Undecodable(
                f"the recorded settings can't be read: {type(error).__name__}: {error}"
            ) from error

    def _array(self, place: Any) -> np.ndarray:
        if type(place) is not int or place < 0:
            raise Undecodable("an array of the recorded settings isn't there")
        return self._held[place]

    def _read_dtype(self, name: Any) -> np.dtype[Any]:
        read: np.dtype[Any] = np.dtype(name)
        return np.dtype(self._dtype) if self._dtype is not None and read.kind == "f" else read

    def _named_tuple(self, pair: Any) -> Any:
        name, parts = pair
        return self._named[name](*map(self.decode, parts))
