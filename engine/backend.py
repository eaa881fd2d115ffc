"""Which array library an array belongs to, and where it lives.

Everything in the engine computes with the array module of its inputs. NumPy is always there; other libraries make
themselves known by `register_array_type` (CuPy does in `backends/cuda.py`, when the first CuPy array turns up).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, NoReturn

import numpy

__all__ = [
    "ChainerxDevice",
    "CpuDevice",
    "Device",
    "GpuDevice",
    "array_types",
    "copyto",
    "from_chx",
    "get_array_module",
    "get_device",
    "get_device_from_array",
    "is_array",
    "no_such_device",
    "register_array_type",
    "register_device",
    "start_timer",
    "timer_makers",
    "to_chx",
    "using_device",
]

_module_of_type: dict[type, Any] = {numpy.ndarray: numpy, numpy.memmap: numpy}
_device_of_type: dict[type, Callable[[Any], Device]] = {}
timer_makers: dict[type, Callable[[], Any]] = {}
"""Makes what measures time in the queue of a device, by the class of its arrays; empty where there is none."""
_device_makers: dict[str, Callable[[str], Device]] = {}


def register_array_type(
    array_type: type,
    module: ModuleType | Any,
    device_of: Callable[[Any], Device],
    start_timer: Callable[[], Any] | None = None,
) -> None:
    """Let the engine compute with arrays of `array_type`.

    Args:
        array_type: the array class.
        module: what offers NumPy's functions for it.
        device_of: gives the `Device` of such an array.
        start_timer: gives a `backends.device_timer.DeviceTimer`; None where work is done when a call returns.
    """
    _module_of_type[array_type] = module
    _device_of_type[array_type] = device_of
    if start_timer is not None:
        timer_makers[array_type] = start_timer


def start_timer(arrays: Iterable[Any]) -> Any:
    """A timer in the queue of the device that one of `arrays` (or None) is on; None where none is, or it fails."""
    for array in arrays:
        make = timer_makers.get(type(array))
        if make is not None:
            try:
                return make()
            except Exception:  # who wants to know the time must not end a training
                del timer_makers[type(array)]
    return None


def register_device(library: str, make: Callable[[str], Device]) -> None:
    """Let `get_device("@library:...")` answer; `make` gets what stands after the colon."""
    _device_makers[library] = make


def _module_of_new_type(array_type: type) -> Any:
    """The array module of a type seen for the first time, or None if it is no array."""
    if issubclass(array_type, numpy.ndarray):
        _module_of_type[array_type] = numpy
        return numpy
    if array_type.__module__.partition(".")[0] == "cupy" and array_type.__name__ == "ndarray":
        from .backends import cuda

        cuda.check_cuda_available()
        return _module_of_type.get(array_type)
    return None


def is_array(value: Any) -> bool:
    """Whether `value` is an array that the engine computes with."""
    array_type = type(value)
    return array_type in _module_of_type or _module_of_new_type(array_type) is not None


def array_types() -> tuple[type, ...]:
    """The array classes known until now, NumPy's first."""
    return tuple(known for known in _module_of_type if known is not numpy.memmap)


def get_array_module(*args: Any) -> Any:
    """The array module of the arguments (arrays, variables or anything else): NumPy unless one is on a device."""
    for arg in args:
        array_type = type(arg)
        module = _module_of_type.get(array_type)
        if module is numpy:
            continue
        if module is not None:
            return module
        array = getattr(arg, "array", None)
        if array is not None and hasattr(arg, "creator_node"):
            module = get_array_module(array)
        else:
            module = _module_of_new_type(array_type)
        if module is not None and module is not numpy:
            return module
    return numpy


class Device:
    """Where arrays live: `xp` is the module to compute with there, `name` what `get_device` takes."""

    name: str
    xp: Any

    def send(self, arrays: Any) -> Any:
        """Bring an array, or a tuple, list or dict of them, here; None stays None."""
        if isinstance(arrays, tuple | list):
            return type(arrays)(self.send(array) for array in arrays)
        if isinstance(arrays, dict):
            return {key: self.send(array) for key, array in arrays.items()}
        return None if arrays is None else self.send_array(arrays)

    def send_array(self, array: Any) -> Any:
        raise TypeError(f"{type(self).__name__} doesn't say how an array gets there")

    def use(self) -> None:
        """Make this the device on which new arrays are made; nothing to do on the CPU."""

    def create_context(self) -> Any:
        """A context manager inside which new arrays are made here."""
        return _Using(self)

    @property
    def supported_array_types(self) -> tuple[type, ...]:
        return (self.xp.ndarray,)

    def is_array_supported(self, array: Any) -> bool:
        """Whether an array is of a type that this device computes with."""
        return isinstance(array, self.supported_array_types)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ({self.name.removeprefix('@')})>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __enter__(self) -> Device:
        raise RuntimeError("a device is no context manager; say `with chainer.using_device(device):`")

    def __exit__(self, *args: Any) -> None:
        return None


class _Using:
    def __init__(self, device: Device) -> None:
        self.device = device

    def __enter__(self) -> Device:
        self.device.use()
        return self.device

    def __exit__(self, *args: Any) -> None:
        return None


class CpuDevice(Device):
    """The host's memory, with NumPy."""

    name = "@numpy"
    xp = numpy

    def send_array(self, array: Any) -> numpy.ndarray:
        if hasattr(array, "creator_node"):
            raise TypeError(
                "send takes arrays, not variables: say variable.to_device(device), or send its .array"
            )
        return to_host(array)

    @staticmethod
    def from_array(array: Any) -> CpuDevice | None:
        return CpuDevice() if isinstance(array, numpy.ndarray) else None


class GpuDevice(Device):
    """One CUDA device, with CuPy.

    Raises:
        RuntimeError: there is no CuPy, or no usable device.
    """

    def __init__(self, index: int = 0) -> None:
        from .backends import cuda

        cuda.check_cuda_available()
        self.device: Any = cuda.Device(index)  # type: ignore[misc]
        self.name = f"@cupy:{index}"
        self.xp = cuda.cupy

    @staticmethod
    def from_device_id(device_id: int) -> GpuDevice:
        return GpuDevice(device_id)

    @staticmethod
    def from_array(array: Any) -> GpuDevice | None:
        device = get_device_from_array(array)
        return device if isinstance(device, GpuDevice) else None

    def send_array(self, array: Any) -> Any:
        with self.device:
            return self.xp.asarray(array)

    def use(self) -> None:
        self.device.use()

    def create_context(self) -> Any:
        return self.device


_device_makers["numpy"] = lambda _: CpuDevice()
_device_makers["native"] = lambda _: CpuDevice()
_device_makers["cupy"] = lambda index: GpuDevice(int(index or 0))
_device_makers["cuda"] = _device_makers["cupy"]


def to_host(array: Any) -> Any:
    """`array` as a NumPy array; a NumPy array comes back as it is, a number as a 0-d array."""
    module = _module_of_type.get(type(array), numpy)
    return numpy.asarray(array) if module is numpy else module.asnumpy(array)


def get_device(device_spec: Any) -> Device:
    """The device that `device_spec` names.

    Args:
        device_spec: a `Device`, `"@numpy"`, `"@cupy:1"`, a GPU's number (negative: the CPU), or an array module.

    Raises:
        ValueError: nobody knows that name, which begins with `@`.
        RuntimeError: a GPU was asked for and there is none, or a device of ChainerX (a name without `@`) or iDeep.
        TypeError: `device_spec` is nothing of the kind.
    """
    spec = device_spec
    if isinstance(spec, Device):
        return spec
    if (isinstance(spec, int) and not isinstance(spec, bool)) or (
        isinstance(spec, str) and spec.lstrip("-").isdigit()
    ):
        return CpuDevice() if int(spec) < 0 else GpuDevice(int(spec))
    if spec is numpy:
        return CpuDevice()
    if isinstance(spec, str):
        library, _, rest = spec.removeprefix("@").partition(":")
        if library in _device_makers and (spec.startswith("@") or library in ("native", "cuda")):
            return _device_makers[library](rest)
        if library == "intel64":
            no_such_device("iDeep")
    known = ", ".join(f"@{name}" for name in sorted(_device_makers) if name not in ("native", "cuda"))
    kind = TypeError if not isinstance(spec, str) else ValueError if spec.startswith("@") else RuntimeError
    raise kind(f"device: {spec!r} names no device; known are {known} (such as '@numpy' or '@cupy:0')")


def no_such_device(library: str) -> NoReturn:
    """Say that there is no ChainerX and no iDeep here.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError(
        f"{library} is not available: this engine computes with NumPy and CuPy ('@numpy', '@cupy:0')"
    )


class ChainerxDevice(Device):
    """Where ChainerX's arrays would live; for `isinstance`.

    Raises:
        RuntimeError: always, as ChainerX isn't there.
    """

    def __init__(self, device: Any = None) -> None:
        no_such_device("ChainerX")


def to_chx(array: Any) -> NoReturn:
    """Say that there is no ChainerX.

    Raises:
        RuntimeError: always.
    """
    no_such_device("ChainerX")


def from_chx(array: Any) -> Any:
    """`array`, or a list, tuple or dict of them, as it is: it never is on ChainerX."""
    return array


def get_device_from_array(*arrays: Any) -> Device:
    """The device of the first array (or variable, or parameter) that is on one; the CPU if there is none."""
    for array in arrays:
        if hasattr(array, "creator_node"):
            array = array.array
        if array is None:
            continue
        is_array(array)
        device_of = _device_of_type.get(type(array))
        if device_of is not None:
            return device_of(array)
    return CpuDevice()


def using_device(device_spec: Any) -> Any:
    """A context manager inside which new arrays are made on the device that `device_spec` names."""
    return get_device(device_spec).create_context()


def copyto(dst: Any, src: Any) -> None:
    """Copy the content of array `src` into array `dst`, wherever each of them is."""
    if get_array_module(dst) is numpy:
        numpy.copyto(dst, to_host(src))
    else:
        dst[...] = get_device_from_array(dst).send(src)


def cupy_is_loaded() -> bool:
    """Whether the script has imported CuPy."""
    return "cupy" in sys.modules
