"""Checks tensors: their place in the segment, their bytes against their content ids, their flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import xxhash

from ..errors import DamagedLog, NotCaptured
from ..log.reader import LogReader
from ..log.schema import TENSOR_ALIGNMENT, TensorFlag
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


_LOOKED_FOR = int(TensorFlag.nan | TensorFlag.inf)


def _flags(array: np.ndarray) -> int:
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return 0
    nan = TensorFlag.nan if np.isnan(array).any() else 0
    return int(nan) | int(TensorFlag.inf if np.isinf(array).any() else 0)
