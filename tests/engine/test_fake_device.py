"""The strict fake device is tested: it refuses what a GPU's array refuses, and counts what waits for the host."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from fake_device import FakeArray, HostCopyError, host_copies, no_host_copies
from fake_module import fake

a = fake.asarray(numpy.arange(6.0).reshape(2, 3))
host = numpy.ones(3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: numpy.asarray(a),
        lambda: numpy.array([a]),
        lambda: numpy.exp(a),
        lambda: numpy.add(a, 1),
        lambda: numpy.sum(a),
        lambda: numpy.concatenate([a, a]),
        lambda: numpy.where(host > 0, a, 0),
        lambda: a + host,
        lambda: host + a,
        lambda: host @ a.T,
        lambda: a == host,
        lambda: fake.exp(host),
        lambda: fake.concatenate([a, numpy.ones((2, 3))]),
        lambda: a.__setitem__(0, host),
        lambda: a.__iadd__(host),
        lambda: a.sum(where=True),
        lambda: fake.maximum(a, host),
    ],
)
def test_mixing_with_numpy_is_refused(call: Any) -> None:
    with pytest.raises(TypeError):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: float(a[0, 0]),
        lambda: int(a[0, 0]),
        lambda: bool(a[0, 0]),
        lambda: [0, 1][a[0, 1].astype(int)],
        lambda: a[0, 0].item(),
        lambda: a.tolist(),
        lambda: a.get(),
        lambda: fake.asnumpy(a),
        lambda: repr(a),
        lambda: f"{a[0, 0]:.2f}",
        lambda: "yes" if a.max() > 3 else "no",
    ],
)
def test_copies_to_the_host_are_counted_and_can_be_forbidden(call: Any) -> None:
    before = host_copies()
    call()
    assert host_copies() == before + 1
    with no_host_copies(), pytest.raises(HostCopyError, match="from the device to the host"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: a + 1,
        lambda: numpy.float64(2) * a,
        lambda: a @ a.T,
        lambda: a.sum(0, keepdims=True),
        lambda: a.max(),
        lambda: a[0, 0],
        lambda: a[host.astype(bool)[:2]],
        lambda: a[[0, 0]],
        lambda: fake.exp(a),
        lambda: fake.where(a > 2, a, 0),
        lambda: fake.concatenate([a, a], 1),
        lambda: fake.stack([a, a]),
        lambda: fake.zeros_like(a),
        lambda: fake.zeros((2, 2), "f"),
        lambda: fake.array([[1, 2]]),
        lambda: fake.asarray([a[0], a[1]]),
        lambda: fake.random.rand(2, 3),
        lambda: a.T.copy(),
        lambda: -a,
    ],
)
def test_what_a_device_can_do_gives_device_arrays(call: Any) -> None:
    with no_host_copies():
        assert type(call()) is FakeArray


def test_results_equal_numpys() -> None:
    plain = numpy.arange(6.0).reshape(2, 3)
    assert (a * 2 - 1).get().tolist() == (plain * 2 - 1).tolist()
    assert (2 - a).get().tolist() == (2 - plain).tolist()
    assert a.mean(1).get().tolist() == plain.mean(1).tolist()
    assert a.sum().shape == ()


def test_in_place_operators_keep_the_array() -> None:
    b = c = fake.asarray(numpy.ones(2))
    b += 1
    fake.add.at(b, ([0, 0],), 10)
    b[1] = 7
    assert b is c
    assert c.get().tolist() == [22, 7]


def test_views_know_their_base() -> None:
    assert (a + 1).base is None
    assert a.T.base is not None
    assert a.copy().base is None


def test_asarray_copies_from_the_host() -> None:
    source = numpy.ones(2)
    on_device = fake.asarray(source)
    source[0] = 5
    assert on_device.get().tolist() == [1, 1]
    assert fake.asarray(on_device) is on_device
