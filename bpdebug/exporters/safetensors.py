"""safetensors: every tensor of the selected events, for any library that reads the format.

The file is the header's length (8 bytes, little endian), a JSON header with dtype, shape and place of each tensor,
and then the tensors one after another. Written here and not by the package of that name, whose `save` wants all
tensors in memory at once: this passes over the log twice, for the header and for the bytes.

Format: https://huggingface.co/docs/safetensors/index#format
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from ..errors import BpdebugError, ExportError
from ..text import bytes_text
from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .event_tensors import LeftOut, selected_tensors
from .selection import Selection

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from ..timeline import TensorView

__all__ = ["DTYPES", "write"]

DTYPES = {
    "bool": "BOOL",
    "uint8": "U8",
    "int8": "I8",
    "uint16": "U16",
    "int16": "I16",
    "uint32": "U32",
    "int32": "I32",
    "uint64": "U64",
    "int64": "I64",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "complex64": "C64",
}
"""What the format calls a dtype; it has no others that NumPy has."""

_LONGEST_HEADER = 100_000_000
"""Bytes; readers refuse a longer one."""
_HEADER_IN_MEMORY = 1 << 20
_PIECE = 1 << 20


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the tensors; those whose values the log doesn't have are left out and counted.

    Raises:
        ExportError: there are too many of them for one file of this format, or some went while it was written.
        OSError: the stream can't be written.
    """
    left_out = LeftOut()
    with tempfile.SpooledTemporaryFile(_HEADER_IN_MEMORY) as header:
        size_bytes = _write_header(reader, header, options, left_out)
        size = header.tell()
        if size > _LONGEST_HEADER:
            raise ExportError(
                f"too many tensors for one safetensors file: its header would take {bytes_text(size)}"
                f" of at most {bytes_text(_LONGEST_HEADER)}\nChoose fewer with --iterations or --only"
            )
        stream.write(size.to_bytes(8, "little"))
        header.seek(0)
        shutil.copyfileobj(header, stream)
    for _, view in _writable(reader, options, LeftOut()):
        for piece in _pieces(view.array()):
            size_bytes -= stream.write(piece)
    if size_bytes:
        # What is missing in the midst has moved all that is behind it.
        raise ExportError(
            "the run, which is still being written, has dropped values that the export had counted\n"
            "Export it again, or choose later iterations with --iterations"
        )
    return left_out.report()


def _write_header(
    reader: LogReader, header: tempfile.SpooledTemporaryFile[bytes], options: ExportOptions, left_out: LeftOut
) -> int:
    """Write the JSON header, padded so that the data begins at a multiple of 8 bytes; gives the size of the data."""
    metadata = {"format": "bpdebug", "script": reader.run.script, "created": reader.run.created}
    header.write(b'{"__metadata__":' + json.dumps(metadata).encode())
    begin = 0
    for name, view in _writable(reader, options, left_out):
        assert view.shape is not None
        end = begin + math.prod(view.shape) * np.dtype(view.dtype).itemsize
        entry = {"dtype": DTYPES[view.dtype], "shape": list(view.shape), "data_offsets": [begin, end]}
        header.write(b",\n" + json.dumps(name).encode() + b":" + json.dumps(entry).encode())
        begin = end
    header.write(b"}")
    header.write(b" " * (-header.tell() % 8))
    return begin


def _writable(
    reader: LogReader, options: ExportOptions, left_out: LeftOut
) -> Iterator[tuple[str, TensorView]]:
    """The tensors that can be written, the same ones whenever it is asked."""
    for name, view in selected_tensors(Names(reader), Selection(reader, options), left_out):
        try:
            array = view.array()
        except BpdebugError:
            left_out.tensors += 1
            continue
        if array.dtype.name in DTYPES:
            yield name, view
        else:
            left_out.no_dtype += 1


def _pieces(array: np.ndarray) -> Iterator[bytes]:
    """The elements in C order, little endian."""
    flat = array.reshape(-1)
    little = flat.dtype.newbyteorder("<")
    step = max(_PIECE // max(flat.itemsize, 1), 1)
    for start in range(0, flat.size, step):
        yield flat[start : start + step].astype(little, copy=False).tobytes()
