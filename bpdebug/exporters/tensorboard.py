"""TensorBoard: what was reported and norms of parameters as scalars, values and gradients as histograms.

One event file. TensorBoard finds it in its log directory by the `tfevents` in its name.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ..errors import BpdebugError
from ..log.statistics import measurable
from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .event_tensors import LeftOut
from .scalars import IterationScalars, each_iteration
from .selection import Selection

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["write"]

_BINS = 30
_NORMS = {
    "value": "value_norm",
    "gradient": "gradient_norm",
    "update": "update_norm",
    "ratio": "update_ratio",
}
"""A field of `ParameterScalars`, and the tag that its scalars stand under."""


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the event file. A step is an iteration.

    Raises:
        OSError: the stream can't be written.
    """
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    records, left_out, began_s = RecordWriter(stream), LeftOut(), _began_s(reader.run.created)
    records.write(Event(wall_time=began_s, file_version="brain.Event:2").SerializeToString())
    for now in each_iteration(Names(reader), Selection(reader, options), left_out):
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in _scalars(now)]
        values += [
            Summary.Value(tag=tag, histo=histogram) for tag, histogram in _histograms(reader, now, left_out)
        ]
        event = Event(
            wall_time=began_s + now.time_us / 1e6, step=now.iteration, summary=Summary(value=values)
        )
        records.write(event.SerializeToString())
    return left_out.report()


def _scalars(now: IterationScalars) -> Iterator[tuple[str, float]]:
    yield from now.reported.items()
    for name, parameter in now.parameters.items():
        for field, tag in _NORMS.items():
            value = getattr(parameter, field)
            if value is not None:
                yield f"{tag}/{name}", value


def _histograms(reader: LogReader, now: IterationScalars, left_out: LeftOut) -> Iterator[tuple[str, Any]]:
    for name, parameter in now.parameters.items():
        for tag, tensor in (("values", parameter.after), ("gradients", parameter.gradient_tensor)):
            try:
                array = None if tensor is None else reader.array(tensor)
            except BpdebugError:
                left_out.histograms += 1
                continue
            if array is not None:
                found = _histogram(array)
                if found is not None:
                    yield f"{tag}/{name}", found


def _histogram(array: np.ndarray) -> Any:
    """The histogram of the finite elements (of complex ones: of their magnitudes); None if there are none."""
    from tensorboard.compat.proto.summary_pb2 import HistogramProto

    flat = measurable(array).reshape(-1).astype(np.float64)
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return None
    low, high = float(flat.min()), float(flat.max())
    with np.errstate(all="ignore"):
        width = np.float64(high) - np.float64(low)
        apart = np.isfinite(width) and low + width / _BINS > low and high - width / _BINS < high
    counts, edges = np.histogram(flat, _BINS) if apart else (np.array([flat.size]), np.array([low, high]))
    with np.errstate(all="ignore"):
        return HistogramProto(
            min=low,
            max=high,
            num=flat.size,
            sum=float(flat.sum()),
            sum_squares=float(flat @ flat),
            bucket_limit=edges[1:].tolist(),
            bucket=counts.tolist(),
        )


def _began_s(created: str) -> float:
    """When the run began, in seconds since 1970; 0 where the log says nothing that is a time."""
    try:
        return datetime.datetime.fromisoformat(created).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
