"""CuPy: the only file that imports it, and only when a script asks for a GPU.

Without CuPy or without a device everything here still imports; `available` is False and asking for a GPU raises
`RuntimeError` with what to do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import backend
from ..backend import GpuDevice
from .device_timer import timers_of

__all__ = [  # and, looked up when asked for: Device, Event, Stream, available, cupy, ndarray
    "DummyDevice",
    "DummyDeviceType",
    "GpuDevice",
    "check_cuda_available",
    "clear_memo",
    "copy",
    "cudnn_enabled",
    "elementwise",
    "fuse",
    "get_array_module",
    "get_device",
    "get_device_from_array",
    "get_device_from_id",
    "get_max_workspace_size",
    "memoize",
    "raw",
    "reduce",
    "set_max_workspace_size",
    "should_use_cudnn",
    "should_use_cudnn_tensor_core",
    "special_functions",
    "to_cpu",
    "to_gpu",
]

cudnn_enabled = False

_state: dict[str, Any] = {}


def _load() -> dict[str, Any]:
    """Import CuPy once; remember why if it can't be used."""
    if _state:
        return _state
    try:
        import cupy as module
    except ImportError as error:
        _state.update(cupy=None, why=f"CuPy is not installed ({error})")
        return _state
    try:
        count = module.cuda.runtime.getDeviceCount()
    except Exception as error:  # a missing driver raises a type of its own
        _state.update(cupy=module, why=f"CUDA has no usable device ({error})")
        return _state
    _state.update(cupy=module, why="" if count else "CUDA has no device")
    if count:
        backend.register_array_type(
            module.ndarray,
            module,
            lambda array: backend.GpuDevice(array.device.id),
            timers_of(module.cuda),
        )
    return _state


def __getattr__(name: str) -> Any:
    if name == "available":
        return not _load()["why"]
    if name == "cupy":
        return _load()["cupy"]
    if name == "Device":
        return _load()["cupy"].cuda.Device if _load()["cupy"] else DummyDeviceType
    if name in ("Event", "Stream"):
        return getattr(_load()["cupy"].cuda, name) if _load()["cupy"] else _NoGpu
    if name == "ndarray":
        return _load()["cupy"].ndarray if _load()["cupy"] else _NoArray
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _NoArray:
    """Stands for `cuda.ndarray` where there is no CuPy: no array is one."""


class _NoGpu:
    """Stands for CuPy's streams and events where there is no CuPy: none can be made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        check_cuda_available()


class DummyDeviceType:
    """Stands for a CUDA device where there is none: using it does nothing."""

    id = -1

    def __init__(self, index: int = -1) -> None:
        pass

    def __int__(self) -> int:
        return -1

    def use(self) -> None:
        pass

    def synchronize(self) -> None:
        pass

    def __enter__(self) -> DummyDeviceType:
        return self

    def __exit__(self, *args: Any) -> None:
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DummyDeviceType)

    def __hash__(self) -> int:
        return hash(DummyDeviceType)


DummyDevice = DummyDeviceType()


def check_cuda_available() -> None:
    """Raise unless a CUDA device can be used.

    Raises:
        RuntimeError: says what is missing and what to install.
    """
    why = _load()["why"]
    if why:
        raise RuntimeError(
            f"no GPU can be used: {why}.\n"
            "Install CuPy for your CUDA version: pip install 'bpdebug[cuda12]' or 'bpdebug[cuda13]', "
            "or stay on the CPU with to_device('@numpy')."
        )


def get_array_module(*args: Any) -> Any:
    """See `backend.get_array_module`."""
    return backend.get_array_module(*args)


def get_device(*args: Any) -> Any:
    """The CUDA device of the first argument that names one or is an array on one; an older way to ask for it."""
    for arg in args:
        if isinstance(arg, int) and not isinstance(arg, bool):
            return get_device_from_id(arg)
        device = arg if isinstance(arg, DummyDeviceType) else get_device_from_array(arg)
        if device != DummyDevice:
            return device
    return DummyDevice


def get_device_from_id(device_id: int | None) -> Any:
    """The CUDA device with this number; a device that does nothing for None or a negative one."""
    if device_id is None or device_id < 0:
        return DummyDevice
    check_cuda_available()
    return _load()["cupy"].cuda.Device(device_id)


def get_device_from_array(*arrays: Any) -> Any:
    """The CUDA device of the first array that is on one."""
    for array in arrays:
        device = backend.get_device_from_array(array)
        if isinstance(device, backend.GpuDevice):
            return device.device
    return DummyDevice


def to_gpu(array: Any, device: int | Any = None, stream: Any = None) -> Any:
    """Copy an array (or a tuple, list or dict of them) to a GPU.

    Raises:
        RuntimeError: there is no usable GPU.
    """
    check_cuda_available()
    index = getattr(device, "id", device)
    if index is None:
        index = _load()["cupy"].cuda.runtime.getDevice()
    return backend.GpuDevice(index).send(array)


def to_cpu(array: Any, stream: Any = None) -> Any:
    """Copy an array (or a tuple, list or dict of them) to the host."""
    return backend.CpuDevice().send(array)


def special_functions() -> Any:
    """CuPy's counterpart of `scipy.special`.

    Raises:
        RuntimeError: there is no usable GPU.
    """
    check_cuda_available()
    import cupyx.scipy.special

    return cupyx.scipy.special


def elementwise(
    in_params: str, out_params: str, operation: str, name: str, **kwargs: Any
) -> Callable[..., Any]:
    """A CuPy elementwise kernel; see `cupy.ElementwiseKernel`."""
    check_cuda_available()
    return _load()["cupy"].ElementwiseKernel(in_params, out_params, operation, name, **kwargs)


def reduce(
    in_params: str,
    out_params: str,
    map_expr: str,
    reduce_expr: str,
    post_map_expr: str,
    identity: Any,
    name: str,
    **kwargs: Any,
) -> Callable[..., Any]:
    """A CuPy reduction kernel; see `cupy.ReductionKernel`."""
    check_cuda_available()
    return _load()["cupy"].ReductionKernel(
        in_params, out_params, map_expr, reduce_expr, post_map_expr, identity, name, **kwargs
    )


def raw(code: str, name: str, **kwargs: Any) -> Any:
    """A kernel from CUDA code; see `cupy.RawKernel`."""
    check_cuda_available()
    return _load()["cupy"].RawKernel(code, name, **kwargs)


def memoize(for_each_device: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: results are kept by arguments (and, if asked for, by device); see `cupy.memoize`."""
    cupy = _load()["cupy"]
    return functools.cache if cupy is None else cupy.memoize(for_each_device)


def clear_memo() -> None:
    """Forget what functions under `memoize` have kept on a GPU."""
    cupy = _load()["cupy"]
    if cupy is not None:
        cupy.clear_memo()


def fuse(*args: Any, **kwargs: Any) -> Any:
    """Decorator that makes one kernel of a function of arrays; see `cupy.fuse`. On the CPU it changes nothing."""
    if not _load()["why"]:
        return _load()["cupy"].fuse(*args, **kwargs)
    return args[0] if args else lambda function: function


def copy(array: Any, out: Any = None, out_device: Any = None, stream: Any = None) -> Any:
    """Copy an array of a GPU to a GPU.

    Args:
        array: on a GPU.
        out: where to; None: a new array.
        out_device: where to make the new array; None: where `array` is.
        stream: accepted, and of no effect.

    Raises:
        RuntimeError: there is no usable GPU.
    """
    check_cuda_available()
    if out is not None:
        out[...] = array
        return out
    index = array.device.id if out_device is None else int(getattr(out_device, "id", out_device))
    return backend.GpuDevice(index).send(array.copy())


_workspace_bytes = 8 * 1024 * 1024


def get_max_workspace_size() -> int:
    """Bytes that cuDNN might use; kept for scripts that ask."""
    return _workspace_bytes if not _load()["why"] else 0


def set_max_workspace_size(size: int) -> None:
    """Set what `get_max_workspace_size` gives; of no other effect."""
    global _workspace_bytes
    _workspace_bytes = size


def should_use_cudnn(level: str, lowest_version: int = 0) -> bool:
    """Whether to call cuDNN: never, CuPy's own kernels do the work."""
    return False


def should_use_cudnn_tensor_core(dtype: Any) -> bool:
    """Whether to ask cuDNN for tensor cores: never."""
    return False
