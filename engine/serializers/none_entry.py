"""None in an npz archive, without pickle.

Chainer stores None as a NumPy array of objects, whose bytes are a pickle; unpickling a file from somewhere runs code
of whoever made it. Here such an entry is recognized by looking at its opcodes, none of which is carried out, and it is
written as one constant that any NumPy (and so any Chainer) reads.
"""

from __future__ import annotations

import io
import pickletools
from typing import Any

import numpy

__all__ = ["NONE_ENTRY", "is_none_entry"]

_HEADER = b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (), }"
NONE_ENTRY = (
    _HEADER.ljust(127)
    + b"\n"
    + b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01)cnumpy\ndtype\n"
    + b"U\x02O8K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]Natb."
)
"""The .npy file of `numpy.array(None, dtype=object)`, in the oldest wording that is still read."""

_MEMO = frozenset({"PROTO", "FRAME", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"})


def is_none_entry(entry: bytes) -> bool:
    """Whether the bytes of a .npy file say None: an array of objects, without axes, whose element is None."""
    file = io.BytesIO(entry)
    try:
        shape, dtype = _read_header(file)
        if shape != () or not dtype.hasobject:
            return False
        opcodes = [opcode.name for opcode, _, _ in pickletools.genops(file) if opcode.name not in _MEMO]
    except ValueError:
        return False
    if opcodes.count("EMPTY_LIST") != 1:
        return False
    place = opcodes.index("EMPTY_LIST")
    return opcodes[place + 1 :] == ["NONE", "APPEND", "TUPLE", "BUILD", "STOP"]


def _read_header(file: io.BytesIO) -> tuple[Any, numpy.dtype]:
    version = numpy.lib.format.read_magic(file)
    read = (
        numpy.lib.format.read_array_header_1_0
        if version == (1, 0)
        else numpy.lib.format.read_array_header_2_0
    )
    shape, _, dtype = read(file)
    return shape, dtype
