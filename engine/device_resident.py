"""What lives on a device and can move: the base of links.

A move is a visitor that goes through a link and all links in it. A link with arrays that it didn't register
extends `device_resident_accept` and hands them to the visitor, too.
"""

from __future__ import annotations

from typing import Any

from . import backend
from .utils.deprecation import warn_deprecated
from .variable import Variable

__all__ = ["DeviceResident", "DeviceResidentsVisitor", "send_visitor"]

_CPU = backend.CpuDevice()


class DeviceResident:
    """Something whose arrays are together on one device."""

    _device: backend.Device = _CPU

    @property
    def device(self) -> backend.Device:
        """Where its arrays are."""
        return self._device

    @property
    def xp(self) -> Any:
        """The array module of its device: `numpy` or `cupy`."""
        return self._device.xp

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        """Let `visitor` see this object and every array in it."""
        visitor.visit_device_resident(self)

    def to_device(self, device: Any) -> Any:
        """Move every array in here to a device.

        Args:
            device: a device, or its name, such as `"@numpy"` or `"@cupy:0"`.

        Returns:
            This object.

        Raises:
            ValueError, TypeError: nobody knows that device.
            RuntimeError: a GPU was asked for and there is none.
        """
        send_visitor(_Mover(backend.get_device(device)), self)
        return self

    def to_cpu(self) -> Any:
        """Move every array in here to the host's memory; `to_device` is what to call today."""
        warn_deprecated("to_cpu", "use to_device('@numpy')")
        self.device_resident_accept(_Mover(_CPU))
        return self

    def to_intel64(self) -> Any:
        backend.no_such_device("iDeep")

    def to_chx(self) -> Any:
        backend.no_such_device("ChainerX")

    def from_chx(self) -> Any:
        """This object: it never is on ChainerX."""
        return self

    def to_gpu(self, device: Any = None) -> Any:
        """Move every array in here to a GPU, without a number to the first one; `to_device` is what to call today.

        Raises:
            RuntimeError: there is no CuPy or no GPU.
        """
        warn_deprecated("to_gpu", "use to_device('@cupy:0')")
        index = getattr(device, "id", device)
        self.device_resident_accept(_Mover(backend.GpuDevice(0 if index is None else int(index))))
        return self


class DeviceResidentsVisitor:
    """Sees the arrays of a link; base of what moves them."""

    def visit_device_resident(self, device_resident: DeviceResident) -> None:
        """Called for each link."""

    def visit_array(self, array: Any) -> Any:
        """Called for each array that is no parameter's; what it returns takes the array's place."""
        return array

    def visit_variable(self, variable: Variable) -> None:
        """Called for each parameter."""


def send_visitor(visitor: DeviceResidentsVisitor, resident: DeviceResident) -> None:
    """Let `visitor` see `resident`; a move goes by the `to_gpu` or `to_cpu` that its class may define.

    Scripts written for older versions extend these two methods to take their unregistered arrays along.
    """
    device = visitor.device if isinstance(visitor, _Mover) else None
    own = type(resident)
    if device == _CPU and own.to_cpu is not DeviceResident.to_cpu:
        resident.to_cpu()
    elif isinstance(device, backend.GpuDevice) and own.to_gpu is not DeviceResident.to_gpu:
        resident.to_gpu(device.device.id)
    else:
        resident.device_resident_accept(visitor)


class _Mover(DeviceResidentsVisitor):
    def __init__(self, device: backend.Device) -> None:
        self.device = device

    def visit_device_resident(self, device_resident: DeviceResident) -> None:
        device_resident._device = self.device

    def visit_array(self, array: Any) -> Any:
        return self.device.send(array)

    def visit_variable(self, variable: Variable) -> None:
        variable.to_device(self.device)
