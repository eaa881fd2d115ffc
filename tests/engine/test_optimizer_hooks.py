"""Optimizer hooks: weight decay, clipping, hooks of a script's own, and their order."""

from __future__ import annotations

import numpy
import pytest

from engine import Link, Parameter, events, optimizers
from engine.optimizer_hooks import GradientClipping, WeightDecay


def make(*hooks):
    """A link with two parameters and gradients of norm 5 together, and an SGD with these hooks."""
    link = Link()
    with link.init_scope():
        link.a = Parameter(numpy.array([10.0, 20.0]))
        link.b = Parameter(numpy.array([30.0]))
        link.late = Parameter(1.0)
    link.late.cleargrad()
    link.a.grad = numpy.array([3.0, 0.0])
    link.b.grad = numpy.array([4.0])
    optimizer = optimizers.SGD(1.0).setup(link)
    for hook in hooks:
        optimizer.add_hook(hook)
    return link, optimizer


def test_weight_decay_adds_the_weight_to_its_gradient():
    link, optimizer = make(WeightDecay(0.1))
    optimizer.update()
    assert link.a.grad.tolist() == [4, 2]
    assert link.b.grad.tolist() == [7]
    assert link.a.array.tolist() == [6, 18]


def test_clipping_scales_all_gradients_to_the_threshold():
    link, optimizer = make(GradientClipping(1.0))
    optimizer.update()
    numpy.testing.assert_allclose(link.a.grad, [0.6, 0])
    numpy.testing.assert_allclose(link.b.grad, [0.8])


def test_clipping_leaves_small_gradients_alone():
    link, optimizer = make(GradientClipping(5.0))
    optimizer.update()
    assert link.a.grad.tolist() == [3, 0]
    with pytest.warns(DeprecationWarning, match="cleargrads"):
        link.zerograds()
    GradientClipping(0.0)(optimizer)
    assert link.a.grad.tolist() == [0, 0]


def test_float32_gradients_stay_float32():
    link, optimizer = make(WeightDecay(0.1), GradientClipping(1.0))
    link.a.array, link.b.array = link.a.array.astype("f4"), link.b.array.astype("f4")
    link.a.grad, link.b.grad = numpy.ones(2, "f4"), numpy.ones(1, "f4")
    optimizer.update()
    assert link.a.grad.dtype == link.a.array.dtype == numpy.float32


def test_hooks_run_in_the_order_in_which_they_were_added():
    clipped_last, first = make(WeightDecay(0.1), GradientClipping(1.0))
    first.update()
    assert numpy.sqrt((clipped_last.a.grad**2).sum() + clipped_last.b.grad[0] ** 2) == pytest.approx(1)
    decayed_last, second = make(GradientClipping(1.0), WeightDecay(0.1))
    second.update()
    numpy.testing.assert_allclose(decayed_last.b.grad, [3.8])


def test_a_hook_is_called_with_the_optimizer_or_for_each_parameter():
    calls = []
    link, optimizer = make()

    class Each:
        name = "Each"
        call_for_each_param = True
        timing = "post"

        def __call__(self, rule, param):
            calls.append((rule, param))

    optimizer.add_hook(Each())
    optimizer.add_hook(lambda opt: calls.append(opt), name="once")
    optimizer.update()
    assert calls[0] is optimizer
    assert [param.name for _, param in calls[1:]] == ["a", "b", "late"]
    assert calls[1] == (link.a.update_rule, link.a)


def test_hooks_are_known_by_name():
    _, optimizer = make(WeightDecay(0.1))
    with pytest.raises(KeyError, match='hook "WeightDecay" already exists'):
        optimizer.add_hook(WeightDecay(0.2))
    with pytest.raises(KeyError, match="there is no hook 'Decay'; known are: WeightDecay"):
        optimizer.remove_hook("Decay")
    optimizer.remove_hook("WeightDecay")
    optimizer.add_hook(WeightDecay(0.2))


def test_what_is_no_hook_is_refused():
    _, optimizer = make()
    with pytest.raises(TypeError, match="hook function must be callable, but it is 3"):
        optimizer.add_hook(3)
    with pytest.raises(ValueError, match=r"timing must be one of \('pre', 'post', 'auto'\), not 'during'"):
        optimizer.add_hook(print, timing="during")
    with pytest.raises(ValueError, match="timing must be either 'pre' or 'post', not 'auto'"):
        optimizer.call_hooks("auto")


def test_a_gradient_that_a_hook_clears_is_zero_for_the_next():
    seen = []
    link, optimizer = make(lambda opt: link.a.cleargrad())
    optimizer.add_hook(lambda opt: seen.append(link.a.grad.tolist()), name="next")
    optimizer.update()
    assert seen == [[0, 0]]


def test_a_rule_has_hooks_of_its_own():
    calls = []
    link, optimizer = make()
    rule = link.a.update_rule
    rule.add_hook(lambda rule, param: calls.append(("pre", param.array[0])), name="pre")
    rule.add_hook(lambda rule, param: calls.append(("post", param.array[0])), name="post", timing="post")
    optimizer.update()
    assert calls == [("pre", 10), ("post", 7)]
    rule.remove_hook("pre")
    optimizer.update()
    assert calls[2:] == [("post", 4)]


def test_hooks_are_told_before_and_after():
    link, optimizer = make(WeightDecay(0.1))
    link.b.update_rule.add_hook(lambda rule, param: None, name="own")
    seen = []

    def observer(event):
        if isinstance(event, events.GradientHooking | events.GradientHooked):
            seen.append((type(event).__name__, event.hook, event.parameters, link.a.grad.tolist()))

    stop = events.observe(observer)
    optimizer.update()
    stop()
    assert seen == [
        ("GradientHooking", "WeightDecay", (link.a, link.b), [3, 0]),
        ("GradientHooked", "WeightDecay", (link.a, link.b), [4, 2]),
        ("GradientHooking", "own", (link.b,), [4, 2]),
        ("GradientHooked", "own", (link.b,), [4, 2]),
    ]


def test_decay_fits_a_scaled_loss():
    link, _ = make()
    link.a._loss_scale = 8.0
    WeightDecay(0.1)(link.a.update_rule, link.a)
    assert link.a.grad.tolist() == [11, 16]
