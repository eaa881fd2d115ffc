"""Pieces of tensors come to their places, also where a file system takes no direct writes after all."""

from __future__ import annotations

import errno
import mmap
import os
from itertools import pairwise

import numpy as np
import pytest

from bpdebug.log import segment_writer
from bpdebug.log.segment_writer import DIRECT_BYTES, PAGE_BYTES, SegmentWriter, place_all_in_python

SIZE = 4 * DIRECT_BYTES


@pytest.fixture
def memory() -> memoryview:
    pages = memoryview(mmap.mmap(-1, SIZE))
    pages[:] = np.random.default_rng(0).bytes(SIZE)
    return pages


@pytest.fixture(params=["that takes direct writes", "that refuses them", "that refuses their end"])
def writer(request: pytest.FixtureRequest, tmp_path, monkeypatch) -> SegmentWriter:
    """For a file system as the parameter says."""
    writer = SegmentWriter(tmp_path)
    if "refuses" in request.param:
        taken = 0 if request.param.endswith("them") else 1

        def place_all(parts) -> None:
            place_all_in_python(parts[:taken])
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

        monkeypatch.setattr(segment_writer, "place_all", place_all)
    return writer


def test_a_piece_comes_to_its_place(writer, tmp_path, memory) -> None:
    begin = PAGE_BYTES - 100
    writer.write(0, begin, memory[begin : SIZE - 50])
    writer.write(0, 0, memory[:begin])
    writer.close()
    assert (tmp_path / "tensors-0000.seg").read_bytes() == memory[: SIZE - 50]


def test_pages_come_behind_each_other(writer, tmp_path, memory) -> None:
    content, bounds = memory.tobytes(), (0, SIZE // 2 + 100, SIZE // 2 + 200, SIZE - 50)
    for start, end in pairwise(bounds):
        writer.write_pages(0, 0, memory, start, end)
        memory[start:end] = content[start:end]
        memory[end:] = content[end:]  # it fills up its last page with zeros
    writer.close()
    assert (tmp_path / "tensors-0000.seg").read_bytes() == content[: SIZE - 50]
