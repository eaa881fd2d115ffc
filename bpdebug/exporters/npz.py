"""NumPy's own archive: every tensor of the selected events, for `numpy.load`.

A zip file of .npy files, uncompressed, written one tensor at a time. Entries need no pickle to be read.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from ..errors import BpdebugError
from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .event_tensors import LeftOut, selected_tensors
from .selection import Selection

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["write"]

_ZIP_BEGINNING = (1980, 1, 1, 0, 0, 0)


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the tensors; those whose values the log doesn't have are left out and counted.

    Raises:
        OSError: the stream can't be written.
    """
    left_out = LeftOut()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, view in selected_tensors(Names(reader), Selection(reader, options), left_out):
            try:
                array = view.array()
            except BpdebugError:
                left_out.tensors += 1
                continue
            # A fixed date: the same log gives the same bytes.
            entry = zipfile.ZipInfo(f"{name}.npy", _ZIP_BEGINNING)
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return left_out.report()
