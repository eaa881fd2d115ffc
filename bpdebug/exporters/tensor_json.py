"""Tensors as JSON objects: content id, layout, statistics, and on request the values."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from ..errors import BpdebugError, NotCaptured
from ..timeline.names import dtype_name
from .plain_values import array_values, json_number

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["Tensors"]

_KEPT = 4096


class Tensors:
    """Makes the objects; a tensor that comes again soon isn't measured again.

    Args:
        reader: the log.
        values: whether to write the elements, too.
    """

    def __init__(self, reader: LogReader, values: bool) -> None:
        self._reader = reader
        self._values = values
        self._measured: OrderedDict[int, dict[str, Any]] = OrderedDict()

    def object(self, tensor: int | None) -> dict[str, Any] | None:
        """The tensor with this number; None for None. One that can't be read says why in `missing`."""
        if tensor is None:
            return None
        known = self._measured.get(tensor)
        if known is None:
            known = self._measured[tensor] = self._measure(tensor)
            if len(self._measured) > _KEPT:
                self._measured.popitem(last=False)
        if self._values and "missing" not in known:
            try:
                return {**known, "values": array_values(self._reader.array(tensor))}
            except NotCaptured as error:  # a flight recorder has dropped it meanwhile
                return {**known, "missing": str(error)}
        return known

    def _measure(self, tensor: int) -> dict[str, Any]:
        reader = self._reader
        described: dict[str, Any] = {"tensor": tensor}
        try:
            layout = reader.layout_of(tensor)
            described |= {
                "content": bytes(reader.tensors[tensor]["content"]).hex(),
                "dtype": dtype_name(layout.dtype),
                "shape": list(layout.shape),
                "device": layout.device,
            }
            measured = reader.measured(tensor)
        except BpdebugError as error:
            return {**described, "missing": str(error)}
        described["statistics"] = {
            name: json_number(getattr(measured, name))
            for name in (
                "size", "min", "max", "mean", "std", "l2", "nan", "pos_inf", "neg_inf", "zeros",
            )
        }  # fmt: skip
        if why := reader.why_not_captured(tensor):
            described["missing"] = f"not captured, because {why}"
            with contextlib.suppress(NotCaptured):
                if (sample := reader.sample(tensor)) is not None:
                    described["sample"] = array_values(sample)
        elif not self._values:
            try:
                reader.check(tensor)
            except BpdebugError as error:
                described["missing"] = str(error)
        return described
