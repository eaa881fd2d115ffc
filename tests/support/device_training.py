"""A training that is recorded on several devices, and whether its logs are alike."""

from __future__ import annotations

import numpy

import engine
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from engine import Chain, backend, optimizers
from engine import functions as F
from engine import links as L
from engine.optimizer_hooks import WeightDecay

__all__ = ["MLP", "assert_alike", "tensors_of", "train"]


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


def assert_alike(on_device: LogReader, on_host: LogReader, values: bool = True, exact: bool = True) -> None:
    """Both logs have the same events, flags, values and, of the tensors, the same values and figures.

    Args:
        values: the logs have the tensors' values.
        exact: both devices compute bit for bit alike, so that what is the same on one is the same on the other.
    """
    assert len(on_device) == len(on_host)
    for name in ("kind", "phase", "iteration", "label", "flags", "ordinal"):
        numpy.testing.assert_array_equal(on_device.index[name], on_host.index[name], name)
    rtol, atol = (1e-5, 1e-7) if exact else (1e-3, 1e-4)
    numpy.testing.assert_allclose(on_device.index["value"], on_host.index["value"], rtol, atol)
    compared = 0
    other_rows: dict[int, int] = {}
    for seq in range(len(on_host)):
        mine, other = on_device.body(seq), on_host.body(seq)
        assert getattr(mine, "changed", []) == getattr(other, "changed", []), seq
        if type(mine) is r.ReportedBody:
            assert type(mine.value) is type(other.value)
        for a, b in zip(tensors_of(mine), tensors_of(other), strict=True):
            # The same content has the same row, in both.
            assert not exact or other_rows.setdefault(b, a) == a, (seq, mine, other)
            layout = on_device.layout_of(a)
            assert (layout.dtype, layout.shape) == (on_host.layout_of(b).dtype, on_host.layout_of(b).shape)
            assert layout.device == "cuda:0"
            if values:
                numpy.testing.assert_allclose(on_device.array(a), on_host.array(b), rtol, atol)
            one, two = on_device.recorded_statistics(a), on_host.recorded_statistics(b)
            assert (one.size, one.nan) == (two.size, two.nan)
            assert one.zeros == two.zeros or not exact
            numpy.testing.assert_allclose(
                [one.min, one.max, one.mean, one.std, one.l2] if one.min is not None else [],
                [two.min, two.max, two.mean, two.std, two.l2] if two.min is not None else [],
                max(rtol, 1e-4),
                max(atol, 1e-6),
            )
            compared += 1
    assert compared > 50
    assert len(set(other_rows.values())) == len(other_rows)
