"""What recorded tensors hold: arrays, samples of large ones, and figures of them, each looked at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...errors import DamagedLog, NotCaptured
from ...log.schema import NOT_CAPTURED, TensorFlag

if TYPE_CHECKING:
    from ...log.reader import LogReader

__all__ = ["Values"]

SAMPLE = 1 << 15
"""Figures of a tensor with more elements are those of so many of them, evenly spread."""
_UNKNOWN = bytes(16)
_NOT_FINITE = int(TensorFlag.nan | TensorFlag.inf)


class Values:
    """Reads tensors of a log by their row; None stands for what can't be had."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._norms: dict[int, float | None] = {}
        self._spreads: dict[int, tuple[float, float] | None] = {}
        self._flags = reader.tensors["flags"]
        self._contents = reader.tensors["content"]
        self._stored = reader.tensors["segment"] != NOT_CAPTURED
        self._sure = self._surely_known()

    def shape(self, tensor: int | None) -> tuple[int, ...]:
        """Its shape; empty for None."""
        if tensor is None:
            return ()
        try:
            return tuple(self._reader.layout_of(tensor).shape)
        except DamagedLog:
            return ()

    def dtype(self, tensor: int | None) -> str:
        """Its dtype as `numpy.dtype.str`, such as `<f4`; empty for None."""
        if tensor is None:
            return ""
        try:
            return self._reader.layout_of(tensor).dtype
        except DamagedLog:
            return ""

    def known(self, tensor: int | None) -> bool:
        """Whether the run kept its values."""
        if tensor is None:
            return False
        if 0 <= tensor < len(self._sure):
            if self._sure[tensor]:
                return True
            if not self._stored[tensor]:
                return False
        try:
            return not self._reader.why_not_captured(tensor)
        except DamagedLog:
            return False

    def _surely_known(self) -> bytes:
        """For each tensor of the log 1 where there is nothing to ask the reader: rules ask `known` all the time."""
        rows = self._reader.tensors
        sure = self._stored & (rows["layout"] < len(self._reader.layouts))
        if self._reader.dropped:
            sure &= ~np.isin(rows["segment"], [dropped.segment for dropped in self._reader.dropped])
        return sure.tobytes()

    def array(self, tensor: int | None) -> np.ndarray | None:
        """The whole tensor."""
        if tensor is None:
            return None
        try:
            return self._reader.array(tensor)
        except (NotCaptured, DamagedLog):
            return None

    def number(self, tensor: int | None) -> float | None:
        """The one element of a tensor with one."""
        array = self.array(tensor)
        return float(array.reshape(-1)[0].real) if array is not None and array.size == 1 else None

    def finite(self, tensor: int | None) -> bool:
        """Whether it holds neither NaN nor infinity; True for None."""
        return tensor is None or tensor >= len(self._flags) or not int(self._flags[tensor]) & _NOT_FINITE

    def identified(self, tensor: int | None) -> bool:
        """Whether the recorder looked at what it held, so that another content has another row."""
        return (
            tensor is not None
            and tensor < len(self._contents)
            and self._contents[tensor].tobytes() != _UNKNOWN
        )

    def sample(self, tensor: int | None) -> np.ndarray | None:
        """Up to `SAMPLE` of its elements, in one dimension, as float64."""
        array = self.array(tensor)
        if array is None or array.dtype.kind not in "fiub":
            return None
        flat = array.reshape(-1)
        if flat.size > SAMPLE:
            flat = flat[:: flat.size // SAMPLE]
        return flat.astype(np.float64)

    def norm(self, tensor: int | None) -> float | None:
        """Its L2 norm, of a large one estimated; None where it isn't finite."""
        if tensor is None:
            return None
        if tensor not in self._norms:
            self._norms[tensor] = self._measure_norm(tensor)
        return self._norms[tensor]

    def _measure_norm(self, tensor: int) -> float | None:
        sample = self.sample(tensor)
        if sample is None:
            return None
        if not sample.size:
            return 0.0
        size = math.prod(self.shape(tensor))
        with np.errstate(all="ignore"):
            norm = math.sqrt(float(sample @ sample) * size / sample.size) if self.finite(tensor) else math.inf
        return norm if math.isfinite(norm) else None

    def spread(self, tensor: int | None) -> tuple[float, float] | None:
        """Mean and standard deviation."""
        if tensor is None:
            return None
        if tensor not in self._spreads:
            sample = self.sample(tensor)
            found = None
            if sample is not None and sample.size and self.finite(tensor):
                found = float(sample.mean()), float(sample.std())
            self._spreads[tensor] = found
        return self._spreads[tensor]

    def rms(self, tensor: int | None) -> float | None:
        """The root mean square of its elements."""
        norm = self.norm(tensor)
        size = math.prod(self.shape(tensor))
        return None if norm is None or not size else norm / math.sqrt(size)

    def largest(self, tensor: int | None) -> float | None:
        """The size of its largest element, of a large one among a sample; None where it isn't finite."""
        sample = self.sample(tensor)
        if sample is None or not sample.size or not self.finite(tensor):
            return None
        return float(np.abs(sample).max())

    def is_zero(self, tensor: int | None) -> bool:
        """Whether it is there and holds nothing but zeros."""
        array = self.array(tensor)
        return array is not None and not array.any()

    def moved_by(self, before: int | None, after: int | None) -> float | None:
        """The L2 norm of the difference, of large tensors estimated."""
        a, b = self.sample(before), self.sample(after)
        if a is None or b is None or a.shape != b.shape or not a.size:
            return None
        with np.errstate(all="ignore"):
            difference = b - a
            size = math.prod(self.shape(after))
            norm = math.sqrt(float(difference @ difference) * size / a.size)
        return norm if math.isfinite(norm) else None
