"""On a real device: what the kernel measures, and a training recorded without synchronizing. Skips without one."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from device_figures import measured
from device_recording import Recording
from device_training import MLP, assert_alike, train

from bpdebug.devices.kernel import MEASURED, PARTS_BYTES, MeasureKernel
from bpdebug.log import records as r
from bpdebug.verify import verify_run
from engine import Variable, optimizers
from engine import functions as F
from engine import links as L
from engine.backends import cuda

pytestmark = pytest.mark.gpu


@pytest.fixture
def cupy():
    if not cuda.available:
        pytest.skip("needs CuPy and a CUDA device")
    return cuda.cupy


@contextlib.contextmanager
def no_synchronizing():
    """Inside, what CuPy knows to wait for the device raises, in this thread."""
    import cupyx

    with cupyx.allow_synchronize(False):
        yield


def measure(cupy, array: np.ndarray) -> tuple[np.void, np.ndarray]:
    """What the kernel gives for an array, and the copy that it makes."""
    on_device = cupy.asarray(array)
    copied, out = cupy.empty_like(on_device), cupy.zeros(MEASURED.itemsize, np.uint8)
    parts = cupy.zeros(PARTS_BYTES, np.uint8)
    kernel = MeasureKernel(cupy)
    for _ in range(2):  # it leaves its memory as it found it
        kernel.launch(on_device, copied.data.ptr, out.data.ptr, parts.data.ptr)
    return out.get().view(MEASURED)[0], copied.get()


@pytest.mark.parametrize("dtype", ["?", "b", "B", "h", "H", "i", "I", "q", "Q", "e", "f", "d"])
@pytest.mark.parametrize("size", [1, 33, 5000, 3_000_001])
def test_figures_are_those_of_the_host(cupy, dtype, size):
    rng = np.random.default_rng(size)
    if np.dtype(dtype).kind == "f":
        array = rng.normal(3, 1, size).astype(dtype)
        array[::7], array[3::1001] = 0, np.nan
        array[5::1003], array[6::1007] = np.inf, -np.inf
    else:
        array = rng.integers(0, 2 if dtype == "?" else 100, size).astype(dtype)
    found, copied = measure(cupy, array)
    expected = measured(array)
    assert copied.tobytes() == array.tobytes()
    assert found["fingerprint"].tobytes() == expected["fingerprint"].tobytes()
    for name in ("size", "min", "max", "nan", "pos_inf", "neg_inf", "zeros"):
        np.testing.assert_equal(found["statistics"][name], expected["statistics"][name], name)
    for name in ("mean", "std", "l2"):
        np.testing.assert_allclose(
            found["statistics"][name], expected["statistics"][name], 1e-10, 1e-12, err_msg=name
        )
    assert measure(cupy, array)[0].tobytes() == found.tobytes()  # the same each time, bit for bit


@pytest.mark.parametrize("capture", ["full", "stats", "sample"])
def test_a_recorded_training_is_as_on_the_host(cupy, tmp_path, capture):
    with Recording(tmp_path / "host", capture) as on_host:
        train("@numpy")
    with Recording(tmp_path / "device", capture) as on_device:
        train("@cupy:0")
    assert_alike(on_device.reader, on_host.reader, capture == "full", exact=False)
    assert verify_run(on_device.reader).whole


def test_recording_never_synchronizes(cupy, tmp_path):
    x, t = cupy.ones((20, 64), "f4"), cupy.zeros(20, "i4")
    model = L.Classifier(MLP())
    model.to_device("@cupy:0")
    optimizer = optimizers.SGD(0.001).setup(model)
    optimizer.update(model, x, t)  # compiles
    with Recording(tmp_path / "run") as recording:
        optimizer.update(model, x, t)
        with no_synchronizing():
            for _ in range(5):
                optimizer.update(model, x, t)
    steps = [*recording.bodies(r.ForwardBody), *recording.bodies(r.BackwardBody)]
    assert all(0 < body.ns < 1e9 for body in steps)
    losses = [float(body.value) for body in recording.bodies(r.ReportedBody) if body.name == "loss"]
    assert np.isfinite(losses).all()
    assert min(losses) > 0


def test_an_event_shows_what_was_there_at_its_moment(cupy, tmp_path):
    x = Variable(cupy.arange(1_000_000, dtype=np.float32))
    with Recording(tmp_path / "run") as recording:
        for i in range(20):
            F.square(x)
            x.array[...] = i  # at once: the recorder's copy is before it in the queue
    for i, body in enumerate(recording.bodies(r.ForwardBody)[1:]):
        assert (recording.reader.array(body.x[0].tensor) == i).all()


def test_work_in_several_streams_is_kept_apart(cupy, tmp_path):
    streams = [cupy.cuda.Stream(non_blocking=True), cupy.cuda.Stream(), cupy.cuda.Stream.null]
    with Recording(tmp_path / "run") as recording:
        for i in range(30):
            with streams[i % 3]:
                F.square(cupy.full(300_000, i, np.float32))
    for i, body in enumerate(recording.bodies(r.ForwardBody)):
        assert (recording.reader.array(body.y[0].tensor) == i * i).all()


def test_more_than_fits_into_the_memory_for_recording_comes_whole(cupy, tmp_path):
    with Recording(tmp_path / "run") as recording:
        for i in range(12):
            F.square(cupy.full(4_000_000 + 3_000_000 * (i % 3), i, np.float32))
    for i, body in enumerate(recording.bodies(r.ForwardBody)):
        y = recording.reader.array(body.y[0].tensor)
        assert (y == i * i).all()
