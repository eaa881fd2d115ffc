"""Training on a device, recorded without waiting for it: what the log has of it is what it has of the host."""

from __future__ import annotations

import contextlib

import fake_cuda
import numpy
import pytest
from device_recording import WRITER, Recording
from fake_cuda import only_waits
from fake_device import no_host_copies
from fake_module import DEVICE, fake

import engine
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.verify import verify_run
from engine import Chain, backend, optimizers
from engine import functions as F
from engine import links as L
from engine.optimizer_hooks import WeightDecay


class MLP(Chain):
    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(64, 70)
            self.l2 = L.Linear(70, 3)

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


def train(device: str, steps: int = 3, hook: bool = False, spoil=None) -> list[numpy.ndarray]:
    numpy.random.seed(0)
    model = L.Classifier(MLP())
    model.to_device(device)
    optimizer = optimizers.MomentumSGD(0.1).setup(model)
    if hook:
        optimizer.add_hook(WeightDecay(0.01))
    rng = numpy.random.RandomState(1)
    xp = engine.get_device(device).xp
    for step in range(steps):
        x = rng.normal(size=(20, 64)).astype("f4")
        if spoil is not None:
            spoil(step, x)
        t = numpy.arange(20, dtype="i4") % 3
        optimizer.update(model, xp.asarray(x), xp.asarray(t))
    return [backend.to_host(parameter.array).copy() for parameter in model.params()]


def tensors_of(body) -> list[int]:
    """The rows of tensors that a body names, in order."""
    match body:
        case r.ForwardBody():
            return [slot.tensor for slot in (*body.x, *body.y)]
        case r.BackwardBody():
            return [row for row in (*body.gy, *body.gx) if row is not None]
        case r.GradAccumulatedBody():
            return [row for row in (body.before, body.add, body.after) if row is not None]
        case r.ParamUpdatedBody():
            states = (body.state_before, body.state_after)
            rows = [state[name] for state in states for name in body.state_tensors if name in state]
            return [row for row in (body.before, body.grad, body.after, *rows) if row is not None]
        case r.GradientHookedBody():
            return [body.before, body.after]
        case r.ReportedBody():
            return [] if body.tensor is None else [body.tensor]
    return []


def assert_alike(on_device: LogReader, on_host: LogReader, values: bool = True) -> None:
    """Both logs have the same events, flags, values and, of the tensors, the same bytes and figures."""
    assert len(on_device) == len(on_host)
    for name in ("kind", "phase", "iteration", "label", "flags", "ordinal"):
        numpy.testing.assert_array_equal(on_device.index[name], on_host.index[name], name)
    numpy.testing.assert_allclose(on_device.index["value"], on_host.index["value"], 1e-6)
    compared = 0
    other_rows: dict[int, int] = {}
    for seq in range(len(on_host)):
        mine, other = on_device.body(seq), on_host.body(seq)
        assert getattr(mine, "changed", []) == getattr(other, "changed", []), seq
        if type(mine) is r.ReportedBody:
            assert type(mine.value) is type(other.value)
        for a, b in zip(tensors_of(mine), tensors_of(other), strict=True):
            # The same content has the same row, in both.
            assert other_rows.setdefault(b, a) == a, (seq, mine, other)
            layout = on_device.layout_of(a)
            assert (layout.dtype, layout.shape) == (on_host.layout_of(b).dtype, on_host.layout_of(b).shape)
            assert layout.device == "cuda:0"
            if values:
                numpy.testing.assert_allclose(on_device.array(a), on_host.array(b), 1e-5, 1e-7)
            one, two = on_device.recorded_statistics(a), on_host.recorded_statistics(b)
            assert (one.size, one.nan, one.zeros) == (two.size, two.nan, two.zeros)
            numpy.testing.assert_allclose(
                [one.min, one.max, one.mean, one.std, one.l2] if one.min is not None else [],
                [two.min, two.max, two.mean, two.std, two.l2] if two.min is not None else [],
                1e-4,
                1e-6,
            )
            compared += 1
    assert compared > 50
    assert len(set(other_rows.values())) == len(other_rows)


@pytest.mark.parametrize("capture", ["full", "stats", "sample"])
@pytest.mark.parametrize("hook", [False, True], ids=["", "hook"])
def test_a_recorded_training_waits_for_nothing_and_the_log_is_as_of_the_host(tmp_path, capture, hook):
    with Recording(tmp_path / "host", capture) as on_host:
        expected = train("@numpy", hook=hook)
    fake_cuda.launches.clear()
    # Whether a hook changed a gradient has to be known at once: that waits.
    strictly = contextlib.nullcontext() if hook else only_waits(WRITER)
    with Recording(tmp_path / "device", capture) as on_device, strictly:
        weights = train(DEVICE, hook=hook)
    for ours, theirs in zip(weights, expected, strict=True):
        numpy.testing.assert_allclose(ours, theirs, 1e-5, 1e-6)
    assert fake_cuda.launches
    assert_alike(on_device.reader, on_host.reader, capture == "full")
    assert not verify_run(on_device.reader).counts


def test_training_copies_nothing_to_the_host_by_itself(tmp_path):
    x, t = fake.asarray(numpy.ones((20, 64), "f4")), fake.asarray(numpy.zeros(20, "i4"))
    model = L.Classifier(MLP())
    model.to_device(DEVICE)
    optimizer = optimizers.Adam(0.001).setup(model)
    with Recording(tmp_path / "run") as recording, only_waits(WRITER), no_host_copies():
        for _ in range(3):
            optimizer.update(model, x, t)
    losses = {body.value for body in recording.bodies(r.ReportedBody) if body.name == "loss"}
    assert len(losses) == 3
    assert 0.1 < min(losses) < max(losses) < 5
