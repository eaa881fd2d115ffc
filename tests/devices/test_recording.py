"""Training on a device, recorded without waiting for it: what the log has of it is what it has of the host."""

from __future__ import annotations

import contextlib

import fake_cuda
import numpy
import pytest
from device_recording import WRITER, Recording
from device_training import MLP, assert_alike, tensors_of, train
from fake_cuda import only_waits
from fake_device import no_host_copies
from fake_module import DEVICE, fake

from bpdebug.log import records as r
from bpdebug.verify import verify_run
from engine import links as L
from engine import optimizers


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
    fake_cuda.launches.clear()
    with Recording(tmp_path / "run") as recording, only_waits(WRITER), no_host_copies():
        for _ in range(3):
            optimizer.update(model, x, t)
    shown = {row for seq in range(len(recording.reader)) for row in tensors_of(recording.reader.body(seq))}
    assert len(fake_cuda.launches) < 1.8 * len(
        shown
    )  # what nobody can have written into isn't looked at again
    losses = {body.value for body in recording.bodies(r.ReportedBody) if body.name == "loss"}
    assert len(losses) == 3
    assert 0.1 < min(losses) < max(losses) < 5
