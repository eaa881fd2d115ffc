"""Optimizers: their formulas and states, and which parameters they update."""

from __future__ import annotations

import copy
import math
import pickle

import numpy
import pytest
from small_training import Two, give_gradients

from engine import GradientMethod, Link, Parameter, UpdateRule, optimizers
from engine import functions as F

# ---- formulas, written down once more element by element ----


def adam_step(
    w, g, s, t, alpha, *, beta1=0.9, beta2=0.999, eps=1e-8, eta=1.0, decay=0.0, ams=False, bound=None
):
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0) + (1 - beta2) * g * g
    v = s["v"]
    if ams:
        v = s["vhat"] = max(s.get("vhat", 0), v)
    lr = alpha * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    rate = lr / (math.sqrt(v) + eps)
    if bound is not None:
        final_lr, gamma = bound
        rate = min(max(rate, final_lr * (1 - 1 / (gamma * t + 1))), final_lr * (1 + 1 / (gamma * t)))
    return w - eta * (rate * s["m"] + decay * w)


def momentum_step(w, g, s, t):
    s["v"] = 0.8 * s.get("v", 0) - 0.1 * g
    return w + s["v"]


FORMULAS = {
    "SGD": (optimizers.SGD(0.1), lambda w, g, s, t: w - 0.1 * g),
    "MomentumSGD": (optimizers.MomentumSGD(0.1, 0.8), momentum_step),
    "Adam": (
        optimizers.Adam(0.02, beta1=0.8, beta2=0.9, eps=1e-3, eta=0.5),
        lambda w, g, s, t: adam_step(w, g, s, t, 0.02, beta1=0.8, beta2=0.9, eps=1e-3, eta=0.5),
    ),
    "AdamW": (
        optimizers.AdamW(0.02, eta=0.5, weight_decay_rate=0.1),
        lambda w, g, s, t: adam_step(w, g, s, t, 0.02, eta=0.5, decay=0.1),
    ),
    "AMSGrad": (optimizers.AMSGrad(0.02), lambda w, g, s, t: adam_step(w, g, s, t, 0.02, ams=True)),
    "AdaBound": (
        optimizers.AdaBound(0.02, final_lr=0.03, gamma=0.2),
        lambda w, g, s, t: adam_step(w, g, s, t, 0.02, bound=(0.03, 0.2)),
    ),
    "AMSBound": (
        optimizers.AMSBound(0.02, final_lr=0.03, gamma=0.2),
        lambda w, g, s, t: adam_step(w, g, s, t, 0.02, ams=True, bound=(0.03, 0.2)),
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_five_steps_follow_the_formula(name):
    optimizer, formula = FORMULAS[name]
    link = Two()
    optimizer.setup(link)
    weights = [param.array.ravel().tolist() for param in link.params()]
    states = [[{} for _ in values] for values in weights]
    for t in range(1, 6):
        give_gradients(link, t)
        for param, values, state in zip(link.params(), weights, states, strict=True):
            for i, g in enumerate(param.grad.ravel().tolist()):
                values[i] = formula(values[i], g, state[i], t)
        optimizer.update()
        for param, values in zip(link.params(), weights, strict=True):
            numpy.testing.assert_allclose(param.array.ravel(), values, rtol=1e-12)
    assert optimizer.t == 5


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_updates_happen_in_place_and_keep_the_dtype(name, dtype):
    optimizer, _ = FORMULAS[name]
    link = Two(dtype)
    optimizer.setup(link)
    array = link.p.array
    if not isinstance(optimizer, optimizers.Adam):
        optimizer.lr = numpy.float64(optimizer.lr)  # a NumPy number must not widen float32
    for step in range(3):
        give_gradients(link, step)
        optimizer.update()
    assert link.p.array is array
    assert array.dtype == dtype
    assert numpy.isfinite(array).all()
    assert {value.dtype for value in (link.p.update_rule.state or {}).values()} <= {numpy.dtype(dtype)}


def test_a_learning_rate_as_numpy_number_gives_the_same_bits():
    results = []
    for lr in (0.1, numpy.float64(0.1)):
        link = Link(p=(100,))
        link.p.array[:] = 1
        optimizer = optimizers.MomentumSGD(lr).setup(link)
        assert type(optimizer.lr) is float
        for step in range(5):
            give_gradients(link, step)
            optimizer.update()
        results.append(link.p.array.tolist())
    assert results[0] == results[1]


# ---- which parameters are updated ----


def test_update_before_setup_says_so():
    optimizer = optimizers.SGD()
    for attempt in (optimizer.update, lambda: optimizer.add_hook(print), optimizer.call_hooks):
        with pytest.raises(RuntimeError, match="Optimizer is not set up"):
            attempt()
    with pytest.raises(TypeError, match="optimization target must be a link, not int"):
        optimizer.setup(3)


def test_a_parameter_without_gradient_gets_zeros_and_keeps_its_momentum():
    link = Two()
    optimizer = optimizers.MomentumSGD(0.1, 0.5).setup(link)
    give_gradients(link, 0)
    optimizer.update()
    before, v = link.p.array.copy(), link.p.update_rule.state["v"].copy()
    link.cleargrads()
    optimizer.update()
    assert link.p.grad.tolist() == [0, 0, 0]
    numpy.testing.assert_allclose(link.p.array, before + 0.5 * v)


def test_a_parameter_without_array_is_passed_over():
    link = Two()
    with link.init_scope():
        link.late = Parameter(1.0)
    optimizer = optimizers.Adam().setup(link)
    for param in (link.p, link.q):
        param.grad = numpy.ones_like(param.array)
    optimizer.update()
    assert link.late.array is None
    link.late.initialize((2,))
    link.late.grad = numpy.ones(2, "f4")
    optimizer.update()
    assert link.late.update_rule.t == 2
    assert (link.late.array < 1).all()


def test_a_disabled_parameter_stays_as_it_is():
    link = Two()
    optimizer = optimizers.SGD().setup(link)
    link.p.update_rule.enabled = False
    give_gradients(link, 0)
    optimizer.update()
    assert link.p.array.tolist() == [1, -2, 3]
    assert link.q.array.tolist() != [[4]]
    assert link.p.update_rule.t == 0


def test_a_parameter_that_came_after_setup_has_no_rule():
    link = Two()
    optimizer = optimizers.SGD().setup(link)
    with link.init_scope():
        link.new = Parameter(1.0, (1,))
    link.new.grad = numpy.ones(1, "f4")
    optimizer.update()
    assert link.new.array.tolist() == [1]


def test_setup_begins_anew():
    link = Two()
    optimizer = optimizers.Adam().setup(link)
    give_gradients(link, 0)
    optimizer.add_hook(lambda _: None, name="hook")
    optimizer.update()
    optimizer.new_epoch()
    assert optimizer.setup(link) is optimizer
    assert (optimizer.t, optimizer.epoch, link.p.update_rule.state) == (0, 0, None)
    optimizer.add_hook(lambda _: None, name="hook")


# ---- the whole step in one call ----


def test_update_with_a_loss_computes_clears_goes_back_and_updates():
    order = []

    class Told(Two):
        def cleargrads(self):
            order.append("clear")
            super().cleargrads()

        def zerograds(self):
            order.append("zero")
            super().zerograds()

    class Loss:
        def backward(self, loss_scale=None):
            order.append(("backward", loss_scale))
            give_gradients(link, 0)

    def lossfun(*args, **kwargs):
        order.append(("loss", args, kwargs))
        return Loss()

    link = Told()
    optimizer = optimizers.SGD().setup(link)
    optimizer.add_hook(lambda _: order.append(("hook", optimizer.t)), name="pre")
    optimizer.add_hook(lambda _: order.append(("hook", optimizer.t)), name="post", timing="post")
    optimizer.update(lossfun, 1, b=2)
    assert order == [("loss", (1,), {"b": 2}), "clear", ("backward", None), ("hook", 0), ("hook", 1)]
    order.clear()
    with pytest.warns(DeprecationWarning, match="cleared"):
        optimizer.use_cleargrads(False)
    with pytest.warns(DeprecationWarning, match="cleargrads"):
        optimizer.update(lossfun)
    assert order[:2] == [("loss", (), {}), "zero"]


def test_update_with_a_loss_equals_the_four_lines():
    one, other = Two(), Two()
    by_one, by_four = optimizers.SGD(0.1).setup(one), optimizers.SGD(0.1).setup(other)
    by_one.update(one)
    loss = other()
    other.cleargrads()
    loss.backward()
    by_four.update()
    assert one.p.array.tolist() == other.p.array.tolist() == [0.8, -1.6, 2.4]


# ---- epochs ----


def test_epochs_are_counted_by_one_side_only():
    optimizer = optimizers.SGD().setup(Two())
    optimizer.new_epoch()
    with pytest.raises(RuntimeError, match="invalid new_epoch call with auto=True"):
        optimizer.new_epoch(auto=True)
    optimizer.use_auto_new_epoch = True
    with pytest.raises(RuntimeError, match="duplicated new_epoch"):
        optimizer.new_epoch()
    optimizer.new_epoch(auto=True)
    assert optimizer.epoch == 2


# ---- float16 ----


def test_float16_parameters_can_be_updated_in_float32():
    link = Two("f2")
    optimizer = optimizers.SGD(1e-4)
    optimizer.use_fp32_update()
    optimizer.setup(link)
    for _ in range(20):  # each step alone is too small for float16 at 3.0
        link.cleargrads()
        link.p.grad = numpy.ones(3, "f2")
        optimizer.update()
    assert link.p.dtype == numpy.float16
    assert link.p.array[2] < 3


def test_a_scaled_loss_gives_the_same_step():
    link = Two()
    optimizer = optimizers.SGD(0.1).setup(link)
    optimizer.loss_scaling(scale=8.0)
    optimizer.update(link)
    numpy.testing.assert_allclose(link.p.array, [0.8, -1.6, 2.4])
    numpy.testing.assert_allclose(link.p.grad, [2, -4, 6])


@pytest.mark.filterwarnings("ignore:the gradient of:UserWarning")
def test_a_dynamic_scale_grows_until_gradients_overflow():
    link = Two()
    optimizer = optimizers.SGD(0.0).setup(link)
    optimizer.loss_scaling(interval=2)
    scales = []
    for factor in (1.0, 1.0, numpy.inf, 1.0):
        optimizer.update(lambda factor=factor: F.sum(link.q * factor))
        scales.append(optimizer._loss_scale)
        assert optimizer.is_safe_to_update() == numpy.isfinite(factor)
    assert scales == [2.0, 4.0, 2.0, 2.0 * 2**0.5]
    assert link.p.array.tolist() == [1, -2, 3]


# ---- a script's own ----


def test_a_rule_of_the_scripts_own():
    class Rule(UpdateRule):
        def init_state(self, param):
            self.state["steps"] = numpy.zeros_like(param.array)

        def update_core_cpu(self, param):
            self.state["steps"] += 1
            param.array -= self.state["steps"] * param.grad

    class Method(GradientMethod):
        def create_update_rule(self):
            return Rule()

    link = Two()
    optimizer = Method().setup(link)
    for _ in range(2):
        link.p.grad = numpy.ones(3)
        optimizer.update()
    assert link.p.array.tolist() == [-2, -5, 0]


def test_abstract_classes_say_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"GradientMethod doesn't define create_update_rule\(\)"):
        GradientMethod().setup(Two())
    link = Two()
    link.p.grad = numpy.ones(3)
    with pytest.raises(NotImplementedError, match=r"UpdateRule defines neither update_core\(\) nor"):
        UpdateRule().update(link.p)


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda optimizer: pickle.loads(pickle.dumps(optimizer))]
)
def test_optimizers_are_copied_with_model_and_state(duplicate):
    link = Two()
    optimizer = optimizers.Adam().setup(link)
    give_gradients(link, 0)
    optimizer.update()
    twin = duplicate(optimizer)
    for each in (optimizer, twin):
        give_gradients(each.target, 1)
        each.update()
    assert twin.target is not link
    assert twin.target.p.array.tolist() == link.p.array.tolist()
    twin.alpha = 5
    assert optimizer.alpha == 0.001


class Halved(optimizers.sgd.SGDRule):
    """A script's rule for one kind of device, as Chainer's rules are defined."""

    def update_core_cpu(self, param):
        super().update_core_cpu(param)
        param.array[...] *= 0.5


def test_a_variant_of_a_rule_for_one_device_is_used():
    p = Parameter(numpy.full(2, 3, "f"))
    p.grad = numpy.ones(2, "f")
    rule = Halved()
    rule.hyperparam.lr = 1.0
    rule.update(p)
    assert p.array.tolist() == [1, 1]


@pytest.mark.parametrize("name", sorted(optimizers.__all__))
def test_every_rule_updates_by_the_method_of_a_device(name):
    found = []
    for method in ("update_core", "update_core_cpu"):
        p = Parameter(numpy.full(2, 3, "f"))
        p.grad = numpy.ones(2, "f")
        rule = getattr(optimizers, name)().create_update_rule()
        rule.t = 1
        rule._prepare_state(p)
        getattr(rule, method)(p)
        found.append(p.array.tolist())
    assert found[0] == found[1] != [3, 3]
