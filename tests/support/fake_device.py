"""A strict fake device: arrays that behave like a GPU's, with no GPU.

`FakeArray` keeps its NumPy array to itself. Like CuPy's arrays it refuses what would silently copy to the host or
compute there: `numpy.asarray`, NumPy's functions and ufuncs, arithmetic with NumPy arrays. What copies to the host
openly (`float()`, `bool()`, `.item()`, `.get()`, `asnumpy`) works, is counted, and raises inside
`no_host_copies()`, at the very line. Its array module is `fake_module.fake`.

`install(backend)` makes an engine know it, so that `to_device("@fake:0")` works.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy

__all__ = ["FakeArray", "HostCopyError", "host_copies", "no_host_copies", "unwrap", "wrap"]

_REFUSAL = (
    "Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct one explicitly."
)


class HostCopyError(AssertionError):
    """Something was copied from the fake device to the host where the test forbids it."""


_copies = {"count": 0, "forbidden": 0}


def host_copies() -> int:
    """How many copies from the device to the host there were since the process began."""
    return _copies["count"]


@contextlib.contextmanager
def no_host_copies() -> Iterator[None]:
    """Inside, a copy to the host raises `HostCopyError` where it happens."""
    _copies["forbidden"] += 1
    try:
        yield
    finally:
        _copies["forbidden"] -= 1


def _to_host(array: FakeArray, how: str) -> numpy.ndarray:
    _copies["count"] += 1
    if _copies["forbidden"]:
        raise HostCopyError(f"{how} copies a {array.dtype}{array.shape} from the device to the host")
    return array._host.copy()


class FakeArray:
    """An array on the fake device; make one with `fake.asarray`."""

    __slots__ = ("__weakref__", "_host")
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # NumPy's ufuncs refuse it; `ndarray + fake` comes to `__radd__`, which refuses
    __array_priority__ = 100

    def __init__(self, host: numpy.ndarray) -> None:
        assert type(host) is numpy.ndarray, type(host)
        self._host = host

    # ---- what NumPy would do behind one's back ----

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(_REFUSAL)

    def __array_function__(self, function: Any, *args: Any) -> Any:
        raise TypeError(f"numpy.{function.__name__} was called with an array of the fake device")

    # ---- open copies to the host ----

    def get(self) -> numpy.ndarray:
        return _to_host(self, "get()")

    def item(self, *args: Any) -> Any:
        return _to_host(self, "item()").item(*args)

    def tolist(self) -> Any:
        return _to_host(self, "tolist()").tolist()

    def __bool__(self) -> bool:
        return bool(_to_host(self, "bool()"))

    def __float__(self) -> float:
        return float(_to_host(self, "float()"))

    def __int__(self) -> int:
        return int(_to_host(self, "int()"))

    def __index__(self) -> int:
        return operator.index(_to_host(self, "index()"))

    def __complex__(self) -> complex:
        return complex(_to_host(self, "complex()"))

    def __format__(self, spec: str) -> str:
        return format(_to_host(self, "format()"), spec)

    def __repr__(self) -> str:
        return repr(_to_host(self, "repr()"))

    def __str__(self) -> str:
        return str(_to_host(self, "str()"))

    # ---- shape and content ----

    @property
    def base(self) -> FakeArray | None:
        return None if self._host.base is None else wrap(numpy.asarray(self._host.base))

    @property
    def data(self) -> SimpleNamespace:
        """A pointer to the memory, under CuPy's name for it."""
        return SimpleNamespace(ptr=self._host.__array_interface__["data"][0])

    @property
    def device(self) -> SimpleNamespace:
        """The device's number, under CuPy's name for it."""
        return SimpleNamespace(id=0)

    @property
    def T(self) -> FakeArray:
        return wrap(self._host.T)

    def __len__(self) -> int:
        return len(self._host)

    def __iter__(self) -> Iterator[FakeArray]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> FakeArray:
        return wrap(self._host[unwrap_index(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._host[unwrap_index(index)] = unwrap(value)

    def __copy__(self) -> FakeArray:
        return wrap(self._host.copy())

    def __deepcopy__(self, memo: Any) -> FakeArray:
        return wrap(self._host.copy())


def wrap(result: Any) -> Any:
    """What NumPy computed, as it would come back from the device: numbers as 0-d arrays."""
    if isinstance(result, numpy.ndarray | numpy.generic):
        return FakeArray(numpy.asarray(result))
    if isinstance(result, tuple):  # also NumPy's named ones, which are made in another way
        return tuple(map(wrap, result))
    if isinstance(result, list):
        return list(map(wrap, result))
    return result


def unwrap(value: Any) -> Any:
    """The NumPy array in a `FakeArray`, also within tuples and lists; numbers as they are.

    Raises:
        TypeError: a NumPy array is among them.
    """
    if type(value) is FakeArray:
        return value._host
    if isinstance(value, numpy.ndarray):
        raise TypeError(f"Unsupported type {type(value)}: a NumPy array among arrays of the fake device")
    if isinstance(value, tuple | list):
        return type(value)(map(unwrap, value))
    return value


def unwrap_index(index: Any) -> Any:
    """An index, whose arrays may be on either side: the device uploads a NumPy index by itself."""
    if isinstance(index, tuple):
        return tuple(map(unwrap_index, index))
    return index if isinstance(index, numpy.ndarray) else unwrap(index)


def _method(name: str) -> Callable[..., Any]:
    def call(self: FakeArray, *args: Any, **kwargs: Any) -> Any:
        for refused in ("where", "initial"):
            if refused in kwargs:
                raise TypeError(f"{name}() got an unexpected keyword argument {refused!r}")
        out = kwargs.get("out")
        result = getattr(self._host, name)(
            *map(unwrap, args), **{key: unwrap(value) for key, value in kwargs.items()}
        )
        return out if out is not None else wrap(result)

    call.__name__ = name
    return call


def _binary(name: str) -> Callable[..., Any]:
    def call(self: FakeArray, other: Any) -> Any:
        if type(other) is not FakeArray and not numpy.isscalar(other):
            if isinstance(other, numpy.ndarray):
                unwrap(other)
            return NotImplemented
        result = getattr(self._host, name)(unwrap(other))
        if name.startswith("__i") and name != "__invert__":
            self._host = result  # NumPy gives a new object only where it must not work in place
            return self
        return wrap(result)

    call.__name__ = name
    return call


_PROPERTIES = "dtype flags imag itemsize nbytes ndim real shape size strides"
_METHODS = (
    "all any argmax argmin argsort astype clip conj copy cumprod cumsum diagonal dot fill flatten max mean min "
    "nonzero partition prod ravel repeat reshape round sort squeeze std sum swapaxes take trace transpose var view"
)
_ARITHMETIC = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift"
_COMPARISONS = "lt le eq ne gt ge"

for _name in _PROPERTIES.split():
    setattr(FakeArray, _name, property(lambda self, name=_name: _property(self, name)))
for _name in [*_METHODS.split(), "__neg__", "__pos__", "__abs__", "__invert__"]:
    setattr(FakeArray, _name, _method(_name))
for _name in _ARITHMETIC.split():
    for _kind in ("__{}__", "__r{}__", "__i{}__"):
        setattr(FakeArray, _kind.format(_name), _binary(_kind.format(_name)))
for _name in _COMPARISONS.split():
    setattr(FakeArray, f"__{_name}__", _binary(f"__{_name}__"))


def _property(array: FakeArray, name: str) -> Any:
    value = getattr(array._host, name)
    return wrap(value) if name in ("real", "imag") else value
