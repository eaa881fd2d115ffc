"""CuPy: the only file that imports it, and only when a script asks for a GPU.

Without CuPy or without a device everything here still imports; `available` is False and asking for a GPU raises
`RuntimeError` with what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend

__all__ = [  # and, looked up when asked for: Device, Stream, available, cupy, ndarray
    "check_cuda_available",
    "cudnn_enabled",
    "elementwise",
    "get_array_module",
    "get_device_from_array",
    "get_device_from_id",
    "reduce",
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
        backend.register_array_type(module.ndarray, module, lambda array: backend.GpuDevice(array.device.id))
    return _state


def __getattr__(name: str) -> Any:
    if name == "available":
        return not _load()["why"]
    if name == "cupy":
        return _load()["cupy"]
    if name == "Device":
        return _load()["cupy"].cuda.Device if _load()["cupy"] else DummyDevice
    if name == "Stream":
        check_cuda_available()
        return _load()["cupy"].cuda.Stream
    if name == "ndarray":
        return _load()["cupy"].ndarray if _load()["cupy"] else _NoArray
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _NoArray:
    """Stands for `cuda.ndarray` where there is no CuPy: no array is one."""


class DummyDevice:
    """Stands for a CUDA device where there is none: using it does nothing."""

    id = -1

    def __init__(self, index: int = -1) -> None:
        pass

    def use(self) -> None:
        pass

    def synchronize(self) -> None:
        pass

    def __enter__(self) -> DummyDevice:
        return self

    def __exit__(self, *args: Any) -> None:
        return None


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


def get_device_from_id(device_id: int | None) -> Any:
    """The CUDA device with this number; a device that does nothing for None or a negative one."""
    if device_id is None or device_id < 0:
        return DummyDevice()
    check_cuda_available()
    return _load()["cupy"].cuda.Device(device_id)


def get_device_from_array(*arrays: Any) -> Any:
    """The CUDA device of the first array that is on one."""
    for array in arrays:
        device = backend.get_device_from_array(array)
        if isinstance(device, backend.GpuDevice):
            return device.device
    return DummyDevice()


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
