"""npz and safetensors: every recorded tensor, bit for bit, under a name that unpacks nowhere else."""

from __future__ import annotations

import gc
import io
import itertools
import json
import pathlib
import tracemalloc

import numpy as np
import pytest

from bpdebug.errors import ExportError, NotCaptured
from bpdebug.exporters import ExportOptions, npz, safetensors
from bpdebug.exporters.event_tensors import entry_name, event_tensors
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter
from bpdebug.timeline import names as timeline_names
from bpdebug.timeline.names import Names
from tests.support.synthetic_log import EVENTS_PER_ITERATION, write_training


def from_npz(data):
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return dict(archive)


def from_safetensors(data):
    return pytest.importorskip("safetensors.numpy").load(data)


READ = {"npz": from_npz, "safetensors": from_safetensors}


@pytest.mark.parametrize("name", READ)
def test_every_tensor_of_every_sample_comes_back_bit_for_bit(sample, export, name):
    data, report = export(sample, name)
    found = READ[name](data)
    names, count = Names(sample), 0
    for seq in range(len(sample)):
        for view in event_tensors(names, seq, sample.body(seq)):
            array, recorded = found[entry_name(sample.address(seq), view.role)], view.array()
            assert array.dtype == recorded.dtype
            assert array.tobytes() == recorded.tobytes()
            count += 1
    assert len(found) == count > 0
    assert (report.events, report.damaged, report.notes) == (len(sample), 0, ())


def test_names_say_event_and_role(example, export):
    data, _ = export(example, "npz", at="it1/backward/MLP.l1/linear")
    base = "it1/backward/MLP.l1/linear"
    assert list(from_npz(data)) == [f"{base}:gW", f"{base}:gb", f"{base}:gy"]
    data, _ = export(example, "npz", at="it1/update/MLP.l1.W")
    assert [name.partition(":")[2] for name in from_npz(data)] == [
        "before", "gradient", "after", "v_before", "v_after",
    ]  # fmt: skip


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    "array",
    [
        np.array(True),
        np.array([2**63 - 1, -(2**63)], "i8"),
        np.empty((0, 3), "f2"),
        np.arange(12, dtype=">f4").reshape(3, 4),
        np.array([1 + 2j], "c8"),
        np.array([np.nan, -0.0], "f8"),
    ],
    ids=str,
)
def test_any_dtype_and_shape(tmp_path, export, name, array):
    with LogReader(one_tensor(tmp_path, array)) as reader:
        data, _ = export(reader, name)
    if name == "safetensors" and array.dtype.kind == "c":
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        assert header["it0/setup/report:a:a"]["dtype"] == "C64"
        return
    (back,) = READ[name](data).values()
    assert back.dtype == array.dtype or back.dtype == array.dtype.newbyteorder("<")
    assert back.shape == array.shape
    assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")


def test_a_dtype_that_safetensors_lacks_is_left_out_and_told(tmp_path, export):
    with LogReader(one_tensor(tmp_path, np.array([1j], "c16"))) as reader:
        data, report = export(reader, "safetensors")
    assert from_safetensors(data) == {}
    assert report.notes == ("1 tensor left out: the format doesn't have the dtype",)


@pytest.mark.parametrize("name", READ)
def test_a_lost_tensor_is_left_out_and_told(tmp_path, export, name):
    directory = one_tensor(tmp_path, np.ones(3))
    next(directory.glob("*.seg")).write_bytes(b"")
    with LogReader(directory) as reader:
        data, report = export(reader, name)
    assert READ[name](data) == {}
    assert report.notes == ("1 tensor left out: the log doesn't have the values",)


@pytest.mark.parametrize("name", READ)
def test_names_from_the_log_stay_inside_a_folder(hostile, export, name):
    data, report = export(hostile, name)
    found = READ[name](data)
    assert len(found) > 5
    assert report.notes == ("1 tensor left out: the log doesn't have the values",)
    for entry in found:
        assert not {"..", ".", ""} & set(pathlib.PurePosixPath(entry).parts)
        assert "/../" not in f"/{entry}/"
        assert not set(entry) & set("\\\x1b\n\u202e")


def test_different_names_stay_different():
    odd = ["a", "a%2f", "a//b", "a/%2fb", "../a", "%2e%2e/a", "a:b", "a\\b", "a%5cb", "\ud800"]
    assert len({entry_name(f"it0/forward/{name}", "x") for name in odd}) == len(odd)


def test_safetensors_header_says_what_the_run_was_and_data_is_aligned(example, export):
    data, _ = export(example, "safetensors", iterations=(0, 1))
    size = int.from_bytes(data[:8], "little")
    assert size % 8 == 0
    header = json.loads(data[8 : 8 + size])
    assert header["__metadata__"]["script"] == example.run.script
    ends = [entry["data_offsets"] for name, entry in header.items() if name != "__metadata__"]
    assert ends[-1][1] == len(data) - 8 - size
    assert all(end == begin for (_, end), (begin, _) in itertools.pairwise(ends))


def test_too_many_tensors_for_one_safetensors_file_say_what_to_do(example, export, monkeypatch):
    monkeypatch.setattr(safetensors, "_LONGEST_HEADER", 1000)
    with pytest.raises(Exception, match=r"(?s)too many tensors.*--iterations"):
        export(example, "safetensors")


@pytest.mark.parametrize("module", [npz, safetensors])
def test_the_same_log_gives_the_same_bytes(example, module):
    first, second = io.BytesIO(), io.BytesIO()
    module.write(example, first, ExportOptions())
    module.write(example, second, ExportOptions())
    assert first.getvalue() == second.getvalue()


def test_memory_stays_flat_for_safetensors_and_small_for_npz(tmp_path, monkeypatch):
    class Nowhere(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return len(data)

    def peak(module, reader, iterations):
        gc.collect()  # so that what earlier tests left is not counted
        tracemalloc.start()
        module.write(reader, Nowhere(), ExportOptions(iterations=(0, iterations)))
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # In 2 iterations what is remembered of bodies is full, and the header, which is longer, goes to disk; in 8 the
    # buffers have the size that they keep.
    monkeypatch.setattr(timeline_names, "_KEPT_BODIES", 2 * EVENTS_PER_ITERATION)
    monkeypatch.setattr(safetensors, "_HEADER_IN_MEMORY", 1 << 13)
    with LogReader(write_training(tmp_path / "run", 16 * EVENTS_PER_ITERATION)) as reader:
        peak(safetensors, reader, 1)  # what is made once, such as tables of names
        # 56 bytes an event are less than any body would take.
        flat = 8 * EVENTS_PER_ITERATION * 56
        assert peak(safetensors, reader, 16) < peak(safetensors, reader, 8) + flat
        # A zip file's directory is kept in memory: about 1 kB a tensor.
        tensors = 4 * (8 * 2 + 8 * 2 + 16 * 2 + 16 * 3)
        assert peak(npz, reader, 8) < peak(npz, reader, 4) + tensors * 1200


def one_tensor(tmp_path, array):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    log.append(Kind.reported, r.ReportedBody("a", 0, log.tensor(array)), label=log.text("report:a"))
    log.close()
    return tmp_path / "run"


def test_a_tensor_that_goes_meanwhile_never_shifts_the_others(tmp_path, monkeypatch):
    class Dropping(io.BytesIO):
        """The run drops its oldest values as soon as something is written."""

        def write(self, data):
            dropped.add(oldest)
            return super().write(data)

    dropped = set()
    with LogReader(write_training(tmp_path / "run", 60)) as reader:
        kept, oldest = reader.array, 0

        def array(tensor):
            if tensor in dropped:
                raise NotCaptured("not captured, because only the last 2 iterations keep their values")
            return kept(tensor)

        monkeypatch.setattr(reader, "array", array)
        with pytest.raises(ExportError, match="dropped values that the export had counted"):
            safetensors.write(reader, Dropping(), ExportOptions())
        stream = io.BytesIO()
        safetensors.write(reader, stream, ExportOptions())
        assert from_safetensors(stream.getvalue())
