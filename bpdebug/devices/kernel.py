"""The kernel that measures a tensor on its device in one pass, and copies it on the way (`measure.cu`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..log.schema import TENSOR_STATISTICS

__all__ = ["BLOCKS", "MEASURED", "PARTS_BYTES", "THREADS", "MeasureKernel", "compile_options"]

MEASURED = np.dtype([("statistics", TENSOR_STATISTICS), ("fingerprint", "V16")])
"""What it gives for a tensor: the record of its statistics, and 16 bytes that follow from its bytes in their order."""
assert MEASURED.itemsize == 80, MEASURED.itemsize

THREADS = 256
BLOCKS = 512
"""At most so many blocks measure one tensor: enough for every device to read at the speed of its memory."""
_ELEMENTS = 8
"""A thread takes at least so many."""
TALLY_BYTES = 112
PARTS_BYTES = BLOCKS * TALLY_BYTES + 8
"""What the kernel needs beside its results: memory of the device that is zero at first, for one launch at a time."""

_KINDS = {"b": 0, "u": 0, "i": 1, "f": 2}
_SOURCE = Path(__file__).with_name("measure.cu")


def compile_options(dtype: np.dtype, threads: int = THREADS, blocks: int = BLOCKS) -> tuple[str, ...] | None:
    """With what the kernel is compiled for elements of `dtype`; None where it can't measure them."""
    kind = _KINDS.get(dtype.kind)
    if kind is None or dtype.itemsize > 8 or not dtype.isnative:
        return None
    return (
        "-std=c++17",  # hexadecimal numbers
        f"-DKIND={kind}",
        f"-DSIZE={dtype.itemsize}",
        f"-DTHREADS={threads}",
        f"-DBLOCKS={blocks}",
    )


class MeasureKernel:
    """The kernel for every dtype, compiled when the first tensor of that dtype comes.

    Args:
        xp: the array module, which has CuPy's `RawKernel`.
    """

    def __init__(self, xp: Any) -> None:
        self._xp = xp
        self._compiled: dict[np.dtype, Any] = {}

    def measures(self, dtype: np.dtype) -> bool:
        """Whether tensors of this dtype can be measured so."""
        return self._of(dtype) is not None

    def launch(self, array: Any, to: int, out: int, parts: int) -> None:
        """Measure `array` in the current stream.

        Args:
            array: on the current device, C-contiguous, with at least one element.
            to: the address of the device's memory where its bytes are copied to; 0: nowhere.
            out: the address of one `MEASURED` there.
            parts: that of `PARTS_BYTES`, which no other stream uses at the same time.
        """
        size = array.size
        blocks = min(-(-size // (THREADS * _ELEMENTS)), BLOCKS)
        address = np.uint64
        self._of(array.dtype)(
            (blocks,), (THREADS,), (array, address(to), address(size), address(out), address(parts))
        )

    def _of(self, dtype: np.dtype) -> Any:
        try:
            return self._compiled[dtype]
        except KeyError:
            options = compile_options(dtype)
            kernel = None
            if options is not None:
                kernel = self._xp.RawKernel(_SOURCE.read_text(encoding="utf-8"), "measure", options=options)
            self._compiled[dtype] = kernel
            return kernel
