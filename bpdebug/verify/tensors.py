"""Checks tensors: their place in the segment, their bytes against their content ids, their flags and statistics."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import xxhash

from ..errors import DamagedLog, NotCaptured
from ..log.reader import LogReader
from ..log.schema import TENSOR_ALIGNMENT, TensorFlag
from ..log.statistics import Statistics, statistics
from ..text import clean

__all__ = ["tensor_faults"]


def tensor_faults(reader: LogReader, tell: Callable[[int], None]) -> Iterator[str]:
    """One line a fault."""
    for tensor in range(reader.tensor_count):
        if tensor & 0xFF == 0:
            tell(tensor)
        row = reader.tensors[tensor]
        try:
            array = reader.array(tensor)
        except NotCaptured:
            continue
        except DamagedLog as error:
            yield clean(str(error).partition(": ")[2])
            continue
        if int(row["offset"]) % TENSOR_ALIGNMENT:
            yield f"tensor {tensor}: byte {int(row['offset'])} is no multiple of {TENSOR_ALIGNMENT}"
        if xxhash.xxh3_128_digest(array.reshape(-1).view(np.uint8).data) != row["content"].tobytes():
            yield f"tensor {tensor}: its bytes don't fit its content id"
        elif int(row["flags"]) & _LOOKED_FOR != _flags(array):
            yield f"tensor {tensor}: its flags say other than its values whether they are finite"
        else:
            recorded = reader.recorded_statistics(tensor)
            if recorded is not None and not _fit(recorded, statistics(array)):
                yield f"tensor {tensor}: its statistics don't fit its values"


def _fit(recorded: Statistics, told: Statistics) -> bool:
    """Whether what was recorded is right, to the digits that the format promises."""
    if recorded.min is None or told.min is None or told.max is None:
        return recorded == told
    counts = ("size", "nan", "pos_inf", "neg_inf", "zeros")
    if any(getattr(recorded, name) != getattr(told, name) for name in counts):
        return False
    size = max(abs(float(told.min)), abs(float(told.max)))
    exact = recorded.min == float(told.min) and recorded.max == float(told.max)
    return exact and all(
        math.isclose(getattr(recorded, name), getattr(told, name), rel_tol=1e-4, abs_tol=1e-5 * size)
        for name in ("mean", "std", "l2")
    )


_LOOKED_FOR = int(TensorFlag.nan | TensorFlag.inf)


def _flags(array: np.ndarray) -> int:
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return 0
    nan = TensorFlag.nan if np.isnan(array).any() else 0
    return int(nan) | int(TensorFlag.inf if np.isinf(array).any() else 0)
