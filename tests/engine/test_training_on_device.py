"""Models, initializers, optimizers and batches on the fake device: nothing falls back on NumPy."""

from __future__ import annotations

import copy

import numpy
import pytest
from fake_device import FakeArray, no_host_copies
from fake_module import DEVICE, fake, install

from engine import Chain, Link, Parameter, backend, initializers, optimizers
from engine import functions as F
from engine import links as L
from engine.dataset import concat_examples
from engine.optimizer_hooks import GradientClipping, WeightDecay

install(backend)


class MLP(Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(None, 4)
            self.l2 = L.Linear(4, 3)
        self.add_persistent("seen", numpy.zeros(2))

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


def train(optimizer, device, hooks, steps=3):
    """Parameters after some steps on a device, as NumPy arrays, and the model."""
    numpy.random.seed(0)
    model = L.Classifier(MLP())
    model.predictor.l1(numpy.ones((2, 5), "f4"))
    model.to_device(device)
    optimizer.setup(model)
    for hook in hooks:
        optimizer.add_hook(hook)
    rng = numpy.random.RandomState(1)
    for _ in range(steps):
        examples = [(rng.normal(size=5).astype("f4"), numpy.int32(i % 3)) for i in range(6)]
        optimizer.update(model, *concat_examples(examples, device))
    return [backend.to_host(param.array).copy() for param in model.params()], model


OPTIMIZERS = {
    "SGD": lambda: optimizers.SGD(0.1),
    "MomentumSGD": lambda: optimizers.MomentumSGD(0.1),
    "Adam": lambda: optimizers.Adam(0.01),
    "AdamW": lambda: optimizers.AdamW(0.01, weight_decay_rate=0.1),
    "AMSBound": lambda: optimizers.AMSBound(0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_gives_the_same_on_the_device(name):
    hooks = [WeightDecay(0.01), GradientClipping(0.5)]
    on_host, _ = train(OPTIMIZERS[name](), "@numpy", hooks)
    on_device, model = train(OPTIMIZERS[name](), DEVICE, hooks)
    assert {type(param.array) for param in model.params()} == {FakeArray}
    for ours, expected in zip(on_device, on_host, strict=True):
        numpy.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_update_copies_nothing_to_the_host(name):
    optimizer = OPTIMIZERS[name]()
    train(optimizer, DEVICE, [WeightDecay(0.01)])
    with no_host_copies():
        optimizer.update()


@pytest.mark.parametrize("name", ["MomentumSGD", "Adam"])
def test_an_optimizers_state_follows_its_parameter(name):
    optimizer = OPTIMIZERS[name]()
    _, model = train(optimizer, DEVICE, [])
    model.to_device("@numpy")
    optimizer.update()
    rule = model.predictor.l2.W.update_rule
    assert {type(value) for value in rule.state.values()} == {numpy.ndarray}
    model.to_device(DEVICE)
    optimizer.update()
    assert {type(value) for value in rule.state.values()} == {FakeArray}


def test_a_model_moves_as_a_whole():
    model = L.Classifier(MLP())
    model.to_device(DEVICE)
    inner = model.predictor
    assert {link.device.name for link in model.links()} == {DEVICE}
    assert type(inner.l2.W.array) is type(inner.seen) is FakeArray
    assert inner.l1.W.array is None
    inner.l1(fake.asarray(numpy.ones((2, 5), "f4")))
    assert type(inner.l1.W.array) is FakeArray
    assert inner.l1.xp is fake
    model.to_device("@numpy")
    assert {type(param.array) for param in model.params()} == {numpy.ndarray}


def test_a_parameter_moves_to_the_link_that_takes_it():
    link = Link()
    link.to_device(DEVICE)
    with link.init_scope():
        link.p = Parameter(numpy.ones(2))
        link.late = Parameter(1.0)
    link.late.initialize((2,))
    assert type(link.p.array) is type(link.late.array) is FakeArray


def test_a_link_may_move_arrays_that_it_didnt_register():
    class Own(Link):
        table = numpy.ones(2)

        def device_resident_accept(self, visitor):
            super().device_resident_accept(visitor)
            self.table = visitor.visit_array(self.table)

    chain = Chain(own=Own())
    chain.to_device(DEVICE)
    assert type(chain.own.table) is FakeArray


def test_an_older_links_own_way_to_the_cpu_is_taken():
    calls = []

    class Old(Link):
        def to_cpu(self):
            super().to_cpu()
            calls.append(self.device.name)
            return self

    chain = Chain(old=Old())
    for move in (chain.to_cpu, lambda: chain.to_device("@numpy"), lambda: chain.old.to_device("@numpy")):
        chain.to_device(DEVICE)
        assert chain.old.device.name == DEVICE
        with pytest.warns(DeprecationWarning, match="to_cpu"):
            move()
        assert chain.old.device.name == "@numpy"
    assert calls == ["@numpy"] * 3


def test_copies_stay_on_the_device_and_values_cross_over():
    model = MLP()
    model.to_device(DEVICE)
    model(fake.asarray(numpy.ones((2, 5), "f4")))
    for twin in (model.copy("init"), model.copy("copy"), model.copy("share"), copy.deepcopy(model)):
        assert {type(param.array) for param in twin.params()} == {FakeArray}
    at_home = MLP()
    at_home.copyparams(model)
    assert {type(param.array) for param in at_home.params()} == {numpy.ndarray}
    numpy.testing.assert_array_equal(at_home.l1.W.array, model.l1.W.array.get())


@pytest.mark.parametrize("name", [n for n in initializers.__all__ if n[0].isupper() and n != "Orthogonal"])
def test_initializers_fill_the_devices_arrays(name):
    initializer = getattr(initializers, name)(*([2.0] if name == "Constant" else []))
    shape = (3, 3, 4, 4) if name.endswith("Filter") else (3, 3)  # those fill the weights of convolutions
    with no_host_copies():
        array = initializers.generate_array(initializer, shape, fake, device=DEVICE)
    assert type(array) is FakeArray
    assert array.dtype == numpy.float32


def test_batches_of_device_arrays_stay_there():
    examples = [fake.asarray(numpy.ones(size)) for size in (2, 3)]
    with no_host_copies():
        assert concat_examples(examples, padding=0).shape == (2, 3)
        assert concat_examples(examples[:1] * 2).shape == (2, 2)
