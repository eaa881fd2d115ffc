"""Parquet: one row an event, its tensors with statistics as a nested list, for DuckDB, polars or Spark.

Every row names its run, so that the files of a thousand runs can be asked at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import DamagedLog
from ..log.schema import NOTHING, EventFlag
from ..text import clean
from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .event_tensors import LeftOut, event_tensors
from .selection import Selection
from .tensor_json import Tensors

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["write"]

_BATCH = 4096
_STATISTICS = ("size", "min", "max", "mean", "std", "l2", "nan", "pos_inf", "neg_inf", "zeros")
_COUNTS = frozenset(("size", "nan", "pos_inf", "neg_inf", "zeros"))


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the rows, `_BATCH` at a time.

    Raises:
        OSError: the stream can't be written.
    """
    import pyarrow
    import pyarrow.parquet

    left_out, rows, schema = LeftOut(), _Rows(reader), _schema(pyarrow)
    batch: list[dict[str, Any]] = []
    with (
        pyarrow.PythonFile(_Counting(stream), mode="w") as file,
        pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        for seq in Selection(reader, options).seqs():
            row = rows.row(seq)
            left_out.events += 1
            left_out.damaged += row["problem"] is not None
            batch.append(row)
            if len(batch) == _BATCH:
                writer.write_batch(pyarrow.RecordBatch.from_pylist(batch, schema))
                batch.clear()
        if batch:
            writer.write_batch(pyarrow.RecordBatch.from_pylist(batch, schema))
    return left_out.report()


def _schema(pa: Any) -> Any:
    """The columns; docs/exports.md describes them."""
    text, u32, whole, real, flag = pa.string(), pa.uint32(), pa.int64(), pa.float64(), pa.bool_()
    tensor = pa.struct(
        [
            ("role", text), ("variable", text), ("tensor", whole), ("content", text), ("dtype", text),
            ("shape", pa.list_(whole)), ("device", text), ("missing", text),
            *((name, whole if name in _COUNTS else real) for name in _STATISTICS),
        ]
    )  # fmt: skip
    return pa.schema(
        [
            ("run", text), ("script", text), ("created", text), ("seq", u32), ("address", text), ("kind", text),
            ("phase", text), ("iteration", u32), ("depth", u32), ("parent", u32), ("partner", u32),
            ("scope", text), ("label", text), ("ordinal", u32), ("node", u32), ("thread", text),
            ("time_us", u32), ("duration_ns", whole), ("nonfinite", flag), ("during_backward", flag),
            ("value", real), ("path", text), ("line", whole), ("function", text), ("text", text),
            ("problem", text), ("tensors", pa.list_(tensor)),
        ]
    )  # fmt: skip


class _Rows:
    """Makes the rows of one log. Names are clean, since what reads Parquet prints them; printed text is as it was."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._names = Names(reader)
        self._tensors = Tensors(reader, values=False)
        run = reader.run
        self._run = {
            "run": _valid(reader.directory.name),
            "script": clean(run.script),
            "created": clean(run.created),
        }

    def row(self, seq: int) -> dict[str, Any]:
        header, names = self._reader.index[seq], self._names
        kind, flags = names.kind(header), int(header["flags"])
        frame = next(reversed(names.frames(header["site"])), None)
        row: dict[str, Any] = {
            **self._run,
            "seq": seq,
            "kind": kind.name if kind is not None else "unknown",
            "phase": names.phase(header).name,
            "scope": names.scope(header["scope"]) or None,
            "label": names.text(header["label"]),
            "thread": names.thread(header["thread"]),
            **{field: int(header[field]) for field in ("iteration", "depth", "ordinal", "time_us")},
            **{field: _seq(header[field]) for field in ("parent", "partner", "node")},
            "nonfinite": bool(flags & EventFlag.nonfinite),
            "during_backward": bool(flags & EventFlag.during_backward),
            "value": float(header["value"]) if flags & EventFlag.value else None,
            "path": clean(frame.path) if frame else None,
            "line": frame.line if frame and abs(frame.line) < 1 << 62 else None,
            "function": frame.function if frame else None,
            "problem": None,
            "tensors": [],
        }
        try:
            body = names.body(seq)
            row["address"] = clean(self._reader.address(seq))
            row["tensors"] = [self._tensor(view) for view in event_tensors(names, seq, body)]
        except DamagedLog as error:
            row["problem"] = _valid(str(error))
            return row
        duration_ns = getattr(body, "ns", None)
        row["duration_ns"] = duration_ns if duration_ns is not None and abs(duration_ns) < 1 << 62 else None
        text = getattr(body, "text", None)
        row["text"] = _valid(text) if text is not None else None
        return row

    def _tensor(self, view: Any) -> dict[str, Any]:
        found = self._tensors.object(view.tensor) or {}
        known = {name: found.get(name) for name in ("tensor", "content", "dtype", "device", "missing")}
        shape = [size for size in found.get("shape", ()) if abs(size) < 1 << 62]
        measured = {name: _number(name, found.get("statistics", {}).get(name)) for name in _STATISTICS}
        texts = {name: _valid(text) for name, text in known.items() if isinstance(text, str)}
        return {
            **known,
            **texts,
            "role": view.role,
            "variable": view.name or None,
            "shape": shape,
            **measured,
        }


def _number(name: str, value: Any) -> Any:
    """A statistic in the type of its column: counts are whole numbers, all else is float64."""
    return value if value is None or name in _COUNTS else float(value)


def _valid(text: str) -> str:
    """A text that UTF-8 can encode."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _seq(number: Any) -> int | None:
    return None if number == NOTHING else int(number)


class _Counting:
    """A stream that knows how much was written; Parquet asks for that and doesn't seek."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._written = 0

    def write(self, data: Any) -> int:
        self._stream.write(bytes(data))
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        """The stream is its owner's to close."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False
