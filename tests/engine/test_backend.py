"""Which library an array belongs to, and how it gets elsewhere. The fake device stands for a GPU."""

from __future__ import annotations

from typing import Any

import fake_module
import numpy
import pytest
from fake_device import FakeArray, no_host_copies
from fake_module import fake

import engine
import engine.functions as F
from engine import Parameter, Variable, backend
from engine.backend import CpuDevice

fake_module.install(backend)


def test_the_array_module_is_numpy_unless_something_is_on_a_device() -> None:
    array = fake.asarray(numpy.ones(2))
    assert backend.get_array_module() is numpy
    assert backend.get_array_module(1, "a", None, numpy.ones(2), Variable(numpy.ones(2))) is numpy
    assert backend.get_array_module(numpy.ones(2), array) is fake
    assert backend.get_array_module(Variable(array)) is fake
    assert backend.get_array_module(Parameter()) is numpy


def test_arrays_are_known_by_their_type() -> None:
    class Subclass(numpy.ndarray):
        pass

    assert backend.is_array(numpy.ones(2))
    assert backend.is_array(numpy.ones(2).view(Subclass))
    assert backend.is_array(fake.asarray([1]))
    for other in (1.0, numpy.float32(1), [1], None, "a", Variable(numpy.ones(1))):
        assert not backend.is_array(other)


@pytest.mark.parametrize("spec", ["@numpy", "native", "@native", -1, "-1", numpy, CpuDevice()])
def test_names_of_the_host(spec: Any) -> None:
    device = engine.get_device(spec)
    assert (device, str(device), device.xp) == (CpuDevice(), "@numpy", numpy)


@pytest.mark.parametrize("spec", ["numpyy", "@foo:0", "numpy", 1.5, None, "", "@"])
def test_unknown_names_say_which_are_known(spec: Any) -> None:
    kind = TypeError if not isinstance(spec, str) else ValueError if spec.startswith("@") else RuntimeError
    with pytest.raises(kind, match=r"names no device; known are .*@numpy"):
        engine.get_device(spec)


def test_there_is_no_chainerx_and_no_ideep() -> None:
    for move in (engine.Variable().to_chx, engine.Link().to_chx):
        with pytest.raises(RuntimeError, match="ChainerX is not available"):
            move()
    with pytest.raises(RuntimeError, match="iDeep is not available"):
        engine.get_device("@intel64")
    link = engine.Link()
    assert link.from_chx() is link


def test_a_gpu_that_isnt_there_says_what_to_install() -> None:
    if engine.backends.cuda.available:
        pytest.skip("there is a GPU")
    for spec in ("@cupy:0", 0, "0", "@cuda"):
        with pytest.raises(RuntimeError, match=r"no GPU can be used.*\n.*pip install"):
            engine.get_device(spec)


def test_devices_compare_by_name() -> None:
    one, other = engine.get_device("@fake:0"), engine.get_device("@fake")
    assert one == other
    assert hash(one) == hash(other)
    assert one != CpuDevice()
    with pytest.raises(ValueError, match="there is only @fake:0"):
        engine.get_device("@fake:1")


def test_sending_keeps_the_structure() -> None:
    device = engine.get_device("@fake:0")
    sent = device.send({"a": [numpy.ones(2), None], "b": (numpy.zeros(1),)})
    assert type(sent["a"]) is list
    assert sent["a"][1] is None
    assert type(sent["a"][0]) is type(sent["b"][0]) is FakeArray
    back = CpuDevice().send(sent)
    assert back["a"][0].tolist() == [1, 1]
    assert type(back["b"]) is tuple


def test_sending_to_where_it_is_copies_nothing() -> None:
    array, on_device = numpy.ones(2), fake.asarray([1.0])
    assert CpuDevice().send(array) is array
    assert engine.get_device("@fake:0").send(on_device) is on_device


def test_the_device_of_arrays_and_variables() -> None:
    on_device = fake.asarray([1.0])
    assert str(backend.get_device_from_array(on_device)) == "@fake:0"
    assert str(backend.get_device_from_array(None, Variable(on_device))) == "@fake:0"
    assert backend.get_device_from_array(numpy.ones(1), 3) == CpuDevice()


def test_copyto_crosses_devices() -> None:
    host, on_device = numpy.zeros(2), fake.asarray([1.0, 2.0])
    backend.copyto(host, on_device)
    assert host.tolist() == [1, 2]
    backend.copyto(on_device, numpy.array([3.0, 4.0]))
    assert on_device.get().tolist() == [3, 4]


def test_a_device_is_used_by_using_device() -> None:
    with engine.using_device("@fake:0") as device:
        assert str(device) == "@fake:0"
    with pytest.raises(RuntimeError, match="using_device"), engine.get_device("@fake:0"):
        pass


def test_a_parameter_on_a_device_is_initialized_there() -> None:
    p = Parameter(1.5)
    p.to_device("@fake:0")
    assert (p.xp, str(p.device)) == (fake, "@fake:0")
    p.initialize((2,))
    assert type(p.array) is FakeArray
    assert p.array.get().tolist() == [1.5, 1.5]
    assert type(p.grad) is FakeArray
    p.to_cpu()
    assert type(p.array) is type(p.grad) is numpy.ndarray


def test_dropout_draws_on_the_device_and_never_waits() -> None:
    x = Variable(fake.asarray(numpy.ones((4, 5), numpy.float32)))
    with no_host_copies():
        y = F.dropout(x, 0.5)
        y.grad = fake.zeros_like(y.array) + 1
        y.backward()
    assert set(y.array.get().ravel().tolist()) == {0.0, 2.0}
    assert x.grad.get().tolist() == y.array.get().tolist()


def test_observers_dont_make_the_engine_wait_for_the_device() -> None:
    stop = engine.events.observe(lambda event: None)
    x = Variable(fake.asarray(numpy.ones((2, 3))))
    W = Parameter(fake.asarray(numpy.ones((4, 3))))
    with no_host_copies():
        F.mean(F.relu(F.dropout(F.linear(x, W)))).backward()
    stop()
    assert type(W.grad) is FakeArray
