"""What the kernel `measure.cu` gives for a tensor, worked out with NumPy."""

from __future__ import annotations

import numpy

from bpdebug.devices.kernel import MEASURED
from bpdebug.log.measuring import record
from bpdebug.log.schema import TENSOR_STATISTICS
from bpdebug.log.statistics import statistics

__all__ = ["fingerprint", "measured"]

_BITS = {1: "u1", 2: "u2", 4: "u4", 8: "u8"}


def measured(array: numpy.ndarray) -> numpy.ndarray:
    """One `MEASURED`: the statistics as the host measures them, and the fingerprint."""
    found = numpy.zeros((), MEASURED)
    found["statistics"] = numpy.frombuffer(record(statistics(array)), TENSOR_STATISTICS)[0]
    found["fingerprint"] = fingerprint(array)
    return found


def fingerprint(array: numpy.ndarray) -> bytes:
    """The 16 bytes that the kernel makes of an array's bytes."""
    bits = numpy.ascontiguousarray(array).reshape(-1).view(_BITS[array.itemsize]).astype("u8")
    u8 = numpy.uint64
    with numpy.errstate(over="ignore"):
        z = bits ^ (numpy.arange(1, bits.size + 1, dtype="u8") * u8(0x9E3779B97F4A7C15))
        z = (z ^ z >> u8(33)) * u8(0xFF51AFD7ED558CCD)
        z = (z ^ z >> u8(33)) * u8(0xC4CEB9FE1A85EC53)
        z ^= z >> u8(33)
        first = z.sum(dtype="u8")
        z = z * u8(0xD6E8FEB86659FD93)
        second = (z ^ z >> u8(32)).sum(dtype="u8")
    return numpy.array([first, second], "<u8").tobytes()
