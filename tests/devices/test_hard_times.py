"""What a device, a script or a person does that is not usual, while arrays of a device are recorded."""

from __future__ import annotations

import threading

import fake_cuda
import numpy as np
import pytest
from device_recording import WRITER, Recording
from fake_cuda import only_waits
from fake_device import FakeArray, host_copies, no_host_copies
from fake_module import fake

from bpdebug.capture import CapturePlan, Policy, Rule
from bpdebug.devices import batches, faults
from bpdebug.log import records as r
from bpdebug.log.keep import Keep
from bpdebug.log.schema import NOT_CAPTURED, EventFlag, Kind, TensorFlag
from bpdebug.recorder.capturing import Capturing
from engine import FunctionNode, Variable, report
from engine import functions as F

BIG = np.arange(3000, dtype=np.float32)


def on_device(array: np.ndarray) -> FakeArray:
    return fake.asarray(array)


def first(recording: Recording, kind: type):
    return recording.bodies(kind)[0]


def test_an_event_shows_what_was_there_at_its_moment_and_a_change_outside_is_marked(tmp_path):
    x = Variable(on_device(BIG), requires_grad=True)
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        y = F.exp(x * 0.001)
        x.array[...] = 7  # queued behind what the recorder has copied
        z = F.square(x)
        F.sum(y + z).backward()
    reader = recording.reader
    ops = recording.bodies(r.ForwardBody)
    np.testing.assert_array_equal(reader.array(ops[0].x[0].tensor), BIG)
    square = ops[2]
    np.testing.assert_array_equal(reader.array(square.x[0].tensor), np.full_like(BIG, 7))
    assert square.changed == [0]
    assert [op.changed for op in ops] == [[], [], [0], [], []]
    assert not any(body.changed for body in recording.bodies(r.BackwardBody))


def test_a_backward_step_tells_what_it_kept_and_was_changed(tmp_path):
    x = Variable(on_device(BIG), requires_grad=True)
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        loss = F.sum(F.square(x))
        x.array *= 2
        loss.backward()
    assert [body.changed for body in recording.bodies(r.BackwardBody)] == [[], ["x0"]]


def test_what_an_op_of_the_script_writes_into_its_input_is_told_of_that_op(tmp_path):
    class Doubles(FunctionNode):
        def forward(self, xs):
            xs[0][...] *= 2
            return (xs[0] + 1,)

        def backward(self, indexes, gys):
            gys[0].array[...] *= 3
            return (gys[0] * 2,)

    x = Variable(on_device(BIG), requires_grad=True)
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        (y,) = Doubles().apply((x,))
        F.sum(y * 1.5).backward()
        F.square(x)
    reader = recording.reader
    forward, *_, last = recording.bodies(r.ForwardBody)
    np.testing.assert_array_equal(reader.array(forward.x[0].tensor), BIG)
    np.testing.assert_array_equal(reader.array(forward.y[0].tensor), BIG * 2 + 1)
    backward = recording.bodies(r.BackwardBody)[-1]
    np.testing.assert_array_equal(reader.array(backward.gy[0]), np.full_like(BIG, 1.5))
    assert [body.wrote for body in (forward, backward, last)] == [[0], [0], []]
    assert [body.changed for body in (forward, backward, last)] == [[], [], []]


@pytest.mark.parametrize("capture", ["full", "stats", "none"])
def test_what_is_not_finite_is_flagged_in_tensors_and_events(tmp_path, capture):
    x = on_device(np.array([1, 0, -1] * 1000, np.float32))
    with Recording(tmp_path / "run", capture) as recording, only_waits(WRITER), np.errstate(all="ignore"):
        y = F.log(x)
        F.exp(x)
        F.max(y * 0 + 1)
    reader = recording.reader
    flagged = reader.index["flags"] & EventFlag.nonfinite != 0
    assert flagged[reader.index["kind"] == Kind.forward].tolist() == [True, False, True, True, True]
    row = first(recording, r.ForwardBody).y[0].tensor
    assert reader.tensors["flags"][row] == TensorFlag.nan | TensorFlag.inf
    if capture != "none":
        measured = reader.recorded_statistics(row)
        assert (measured.size, measured.nan, measured.neg_inf, measured.zeros) == (3000, 1000, 1000, 1000)
    assert (reader.tensors["segment"][row] == NOT_CAPTURED) == (capture != "full")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 2.5])
def test_a_reported_number_is_the_devices(tmp_path, value):
    loss = Variable(on_device(np.array(value, np.float32)), requires_grad=True)
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        (loss * 1).backward()
    body = first(recording, r.ReportedBody)
    assert float(body.value) == pytest.approx(value, nan_ok=True)
    seq = int(np.flatnonzero(recording.reader.index["kind"] == Kind.reported)[0])
    header = recording.reader.index[seq]
    assert header["value"] == pytest.approx(value, nan_ok=True)
    assert bool(header["flags"] & EventFlag.nonfinite) == (not np.isfinite(value))
    assert header["flags"] & EventFlag.value


def test_a_loss_that_the_script_has_just_reported_is_told_once_and_not_waited_for(tmp_path):
    losses = [Variable(on_device(np.array(2.5, np.float32)), requires_grad=True) for _ in range(2)]
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        for loss in losses:
            report({"loss": loss})
            loss.backward()
        losses[0].backward()
    assert [float(body.value) for body in recording.bodies(r.ReportedBody)] == [2.5] * 3


def test_the_time_of_an_op_is_that_between_two_events_of_the_device(tmp_path):
    x = Variable(on_device(BIG), requires_grad=True)
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        F.sum(F.square(x)).backward()
    steps = [*recording.bodies(r.ForwardBody), *recording.bodies(r.BackwardBody)]
    # Nothing else is recorded in the queue between the two events of an op, each of which is 1 ms later here.
    assert [body.ns for body in steps] == [1_000_000] * 4


@pytest.mark.parametrize(
    "array",
    [
        np.arange(3, dtype=np.float16),
        np.arange(2000, dtype=np.int64),
        np.array([True, False]),
        np.array(2.5),
        np.zeros((3, 0), np.float32),
        np.arange(12.0).reshape(3, 4).T,
        np.arange(4000.0)[::2],
        np.array([1 + 2j, np.nan]),
        np.arange(3000, dtype=np.uint8).reshape(60, 50)[5:, ::-1],
    ],
    ids=["half", "int64", "bool", "0-d", "empty", "transposed", "strided", "complex", "reversed"],
)
@pytest.mark.parametrize("capture", ["full", "stats"])
def test_arrays_of_any_kind_come_to_the_log(tmp_path, array, capture):
    with Recording(tmp_path / "run", capture) as recording:
        F.identity(on_device(array))
    body, reader = first(recording, r.ForwardBody), recording.reader
    row = body.x[0].tensor
    layout = reader.layout_of(row)
    assert (layout.dtype, tuple(layout.shape), layout.device) == (array.dtype.str, array.shape, "cuda:0")
    if capture == "full":
        np.testing.assert_array_equal(reader.array(row), array)
    elif array.size:
        assert reader.recorded_statistics(row).max == np.nanmax(np.abs(array))


@pytest.mark.parametrize("flushed", [False, True])
def test_the_same_bytes_are_copied_to_the_host_and_stored_once(tmp_path, flushed):
    fake_cuda.copies.clear()
    with Recording(tmp_path / "run") as recording:
        for i in range(5):
            F.square(on_device(BIG))
            F.square(on_device(np.full(10, i + 2, np.float32)))
            if flushed:
                recording.recorder.flush()
    assert sum(fake_cuda.copies) < 2 * BIG.nbytes + 9000
    files = list((tmp_path / "run").glob("*.seg"))
    assert sum(file.stat().st_size for file in files) < 2.2 * BIG.nbytes
    assert len({body.x[0].tensor for body in recording.bodies(r.ForwardBody)[::2]}) == 1


def test_memory_of_the_device_is_bounded_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "VALUE_BYTES", 1 << 15)
    monkeypatch.setattr(batches, "TENSORS", 8)
    monkeypatch.setattr(faults, "_SHORTEST_S", 0.01)  # the training is much faster than who fetches
    most = []

    class Counted(fake_cuda.Memory):
        def __init__(self, size):
            super().__init__(size)
            most.append(sum(memory.size for memory in list(fake_cuda._memories.values())))

    before = sum(memory.size for memory in fake_cuda._memories.values())
    monkeypatch.setattr(fake_cuda.cuda, "alloc", Counted)
    sizes = [3000, 10, 7000, 20_000, 3000] * 12
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        for i, size in enumerate(sizes):
            F.square(on_device(np.full(size, i, np.float32)))
    for i, body in enumerate(recording.bodies(r.ForwardBody)):
        np.testing.assert_array_equal(recording.reader.array(body.x[0].tensor), np.full(sizes[i], i))
        np.testing.assert_array_equal(
            recording.reader.array(body.y[0].tensor), np.full(sizes[i], float(i * i))
        )
    fixed = 9 * (8 * 80 + batches.PARTS_BYTES)
    assert max(most) - before < fixed + (2 * batches.MOST_BATCHES + 1) * (1 << 15) + 80_000


def test_work_in_several_streams_is_kept_apart(tmp_path):
    streams = [fake_cuda.Stream(), fake_cuda.Stream(non_blocking=True)]
    with Recording(tmp_path / "run") as recording, only_waits(WRITER):
        for i in range(6):
            with streams[i % 2]:
                F.square(on_device(BIG + i))
        F.square(on_device(BIG))
    bodies = recording.bodies(r.ForwardBody)
    for i, body in enumerate(bodies[:6]):
        np.testing.assert_array_equal(recording.reader.array(body.x[0].tensor), BIG + i)
    assert len(bodies) == 7


def test_what_is_captured_into_a_graph_is_not_looked_at(tmp_path):
    stream, launched = fake_cuda.Stream(), len(fake_cuda.launches)
    stream.captures = True
    x = Variable(on_device(BIG), requires_grad=True)
    with Recording(tmp_path / "run") as recording, only_waits(WRITER), no_host_copies(), stream:
        F.sum(F.square(x)).backward(retain_grad=True)
    assert len(fake_cuda.launches) == launched
    row = first(recording, r.ForwardBody).y[0].tensor
    assert "CUDA graph" in recording.reader.why_not_captured(row)


def test_arrays_of_another_device_than_the_current_one_are_measured_there(tmp_path):
    with Recording(tmp_path / "run") as recording, fake_cuda.cuda.Device(1), no_host_copies():
        F.square(on_device(BIG))
    np.testing.assert_array_equal(recording.reader.array(first(recording, r.ForwardBody).y[0].tensor), BIG**2)


def test_the_stream_of_each_thread_is_one_of_its_own(tmp_path, monkeypatch):
    numbers = []
    monkeypatch.setattr(fake_cuda.null_stream, "ptr", 2)  # what CuPy calls `Stream.ptds`
    monkeypatch.setitem(fake_cuda._streams, 2, fake_cuda.null_stream)
    reset = batches.Batch.reset
    monkeypatch.setattr(
        batches.Batch, "reset", lambda self, stream: (numbers.append(stream), reset(self, stream))[1]
    )
    with Recording(tmp_path / "run"):
        for _ in range(2):
            thread = threading.Thread(target=lambda: F.square(on_device(BIG)))
            thread.start()
            F.square(on_device(BIG))
            thread.join()
    assert len(set(numbers)) >= 2


def test_threads_may_record_at_the_same_time(tmp_path):
    def work(number: int) -> None:
        for i in range(20):
            F.square(on_device(np.full(2000, 100 * number + i, np.float32)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    with Recording(tmp_path / "run") as recording:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for body in recording.bodies(r.ForwardBody):
        x, y = (recording.reader.array(slot.tensor) for slot in (body.x[0], body.y[0]))
        np.testing.assert_array_equal(x * x, y)


def test_a_flight_recorder_drops_what_is_old(tmp_path, monkeypatch):
    from bpdebug.recorder import flight_recorder

    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    with Recording(tmp_path / "run", "last:2") as recording, only_waits(WRITER):
        w = Variable(on_device(np.ones(2000, np.float32)), requires_grad=True)
        same = F.square(on_device(BIG / 3000))
        for i in range(8):
            F.sum(w * float(i)).backward()
            F.sin(same)
            recording.recorder.flush()
    reader, ops = recording.reader, recording.bodies(r.ForwardBody)
    np.testing.assert_array_equal(reader.array(ops[-3].y[0].tensor), np.full(2000, 7.0))
    assert "last" in reader.why_not_captured(ops[1].y[0].tensor)
    np.testing.assert_array_equal(reader.array(ops[-1].x[0].tensor), np.square(BIG / 3000))


def sparse(directory, **options) -> Recording:
    """Keeps arrays of up to 1 KiB, and what is not finite."""
    recording = Recording(directory, **options)
    rule = Rule(Policy("sparse", "", Keep(False, False, 0, "too large", 1 << 10)))
    recording.recorder.capturing = Capturing(CapturePlan("sparse", (rule,)), recording.writer)
    return recording


def test_with_sparse_capture_a_value_that_is_not_finite_is_kept_whole(tmp_path):
    x = on_device(np.array([1, 0] * 5000, np.float32))
    with sparse(tmp_path / "run") as recording, np.errstate(all="ignore"):
        F.exp(x)
        F.log(x)
        F.exp(x[:10])
    ops = recording.bodies(r.ForwardBody)
    whys = [recording.reader.why_not_captured(body.y[0].tensor) for body in ops]
    assert whys == ["too large", "", ""]
    np.testing.assert_array_equal(recording.reader.array(ops[1].x[0].tensor), x.get())


def test_looking_at_figures_leaves_the_batch_open(tmp_path, monkeypatch):
    asked = []
    ask = batches.Batch.ask
    monkeypatch.setattr(
        batches.Batch, "ask", lambda self, stream: (asked.append(self.count), ask(self, stream))
    )
    with sparse(tmp_path / "run", flush_after_s=5.0):
        x = on_device(BIG)
        for _ in range(30):
            F.exp(x * 1e-4)
    assert len(asked) <= 2
    assert max(asked) > 25


def test_who_is_shown_each_event_is_shown_what_is_so_at_that_moment(tmp_path):
    shown = []
    with Recording(tmp_path / "run", on_event=lambda header: shown.append(header["flags"])) as recording:
        before = host_copies()
        with np.errstate(all="ignore"):
            F.log(on_device(np.zeros(3000, np.float32)))
        assert host_copies() > before
    assert shown[-1] & EventFlag.nonfinite
    assert recording.reader.layout_of(0).device == "cuda:0"


def test_who_only_reads_waits_for_figures_and_not_for_values(tmp_path):
    shown, launched = [], len(fake_cuda.launches)
    recording = Recording(tmp_path / "run", on_event=lambda header: shown.append(header["flags"]))
    recording.recorder.observer_only_reads = True
    with recording, np.errstate(all="ignore"), no_host_copies():
        same = F.square(on_device(BIG))
        F.identity(same)
        F.log(on_device(np.zeros(3000, np.float32)))
    assert len(fake_cuda.launches) > launched
    assert [flags & EventFlag.nonfinite for flags in shown] == [0, 0, EventFlag.nonfinite]
    assert (recording.reader.index["flags"] & EventFlag.nonfinite).tolist() == [0, 0, 1]


def test_a_kernel_that_does_not_compile_costs_time_but_no_event(tmp_path, monkeypatch, capfd):
    def fail(self, *args):
        raise RuntimeError("no nvrtc")

    monkeypatch.setattr(fake_cuda.RawKernel, "__call__", fail)
    with Recording(tmp_path / "run") as recording:
        recording.slow_way = True
        for i in range(3):
            F.square(on_device(BIG + i))
    for i, body in enumerate(recording.bodies(r.ForwardBody)):
        np.testing.assert_array_equal(recording.reader.array(body.y[0].tensor), (BIG + i) ** 2)
    assert capfd.readouterr().err.count("the slow way") == 1


def test_an_interrupt_while_a_tensor_comes_in_leaves_nothing_that_is_waited_for(tmp_path, monkeypatch):
    launch = fake_cuda.RawKernel.__call__
    sizes = [10, 20_000, 10, 20_000, 10, 20_000, 10, 20_000]  # each opens another batch
    monkeypatch.setattr(batches, "VALUE_BYTES", 1 << 12)

    def interrupted(self, *args):
        launch(self, *args)
        raise KeyboardInterrupt

    with Recording(tmp_path / "run") as recording:
        monkeypatch.setattr(fake_cuda.RawKernel, "__call__", interrupted)
        for size in sizes:
            with pytest.raises(KeyboardInterrupt):
                F.square(on_device(np.zeros(size, np.float32)))
        monkeypatch.setattr(fake_cuda.RawKernel, "__call__", launch)
        F.square(on_device(BIG))
    np.testing.assert_array_equal(recording.reader.array(first(recording, r.ForwardBody).x[0].tensor), BIG)


def test_where_the_device_has_no_memory_left_arrays_are_fetched_at_once(tmp_path, monkeypatch):
    def full(size):
        raise MemoryError

    monkeypatch.setattr(fake_cuda.cuda, "alloc", full)
    with Recording(tmp_path / "run") as recording:
        F.square(on_device(BIG))
    np.testing.assert_array_equal(recording.reader.array(first(recording, r.ForwardBody).y[0].tensor), BIG**2)


@pytest.mark.parametrize("code", [700, 600], ids=["failed", "hangs"])
def test_a_device_that_gives_nothing_ends_the_recording_and_not_the_training(
    tmp_path, monkeypatch, capfd, code
):
    monkeypatch.setattr(faults, "_WAIT_S", 0.05)
    recording = Recording(tmp_path / "run")
    with recording:
        F.square(on_device(BIG))
        recording.recorder.flush()
        monkeypatch.setattr(fake_cuda.cuda.runtime, "eventQuery", lambda address: code)
        for i in range(20):
            y = F.square(on_device(BIG + i))
        recording.recorder.flush()
        recording.recorder.disabled = False  # what stopped is the writer
    np.testing.assert_array_equal(y.array.get(), (BIG + 19) ** 2)
    assert recording.writer.stopped
    assert capfd.readouterr().err.count("recording stopped") == 1
    assert len(recording.reader) == 1


def test_timers_that_fail_are_left_out(tmp_path, monkeypatch):
    from engine import backend

    class Broken(fake_cuda.Event):
        def __init__(self, block=False, disable_timing=False):
            if not disable_timing:
                raise RuntimeError("no more events")
            super().__init__(block, disable_timing)

    monkeypatch.setattr(fake_cuda.cuda, "Event", Broken)
    monkeypatch.setattr(backend, "timer_makers", dict(backend.timer_makers))
    with Recording(tmp_path / "run") as recording:
        for _ in range(3000):
            F.square(on_device(BIG[:3]))
    assert {body.ns > 0 for body in recording.bodies(r.ForwardBody)} == {True}
