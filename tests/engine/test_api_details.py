"""Small things of Chainer's API that scripts lean on, as Chainer 7.8.1 has them."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
import engine.links as L
from engine import Sequential, Variable, backend, iterators, optimizer_hooks, optimizers, reporter
from engine.datasets import TransformDataset, get_cross_validation_datasets
from engine.training import Extension, extensions
from engine.utils import WalkerAlias, force_array, type_check


def test_arguments_go_by_chainers_names() -> None:
    cpu = engine.get_device(device_spec="@numpy")
    with engine.using_device(device_spec=cpu):
        pass
    model = Sequential(F.relu)
    model.append(layer=F.tanh)
    model.insert(i=0, layer=F.sigmoid)
    assert model.index(layer=F.tanh, start=1, end=3) == 2
    assert model.count(layer=F.tanh) == 1
    assert model.pop(i=0) is F.sigmoid
    model.remove(layer=F.relu)
    assert list(model) == [F.tanh]
    assert force_array(x=numpy.float32(2)).shape == ()
    engine.register_kl(Dist1=int, Dist2=str)(lambda a, b: 0)
    Variable(numpy.ones(1)).set_creator_node(fnode=F.exp(Variable(numpy.ones(1))).creator_node)


def test_a_device_knows_its_arrays() -> None:
    cpu = engine.get_device("@numpy")
    assert cpu.is_array_supported(numpy.ones(1))
    assert not cpu.is_array_supported([1])
    with pytest.raises(TypeError, match=r"\.array"):
        cpu.send(Variable(numpy.ones(1)))


def test_devices_that_are_not_there_can_be_asked_for() -> None:
    cpu = engine.get_device("@numpy")
    assert not isinstance(cpu, backend.ChainerxDevice | backend.Intel64Device)  # type: ignore[attr-defined]
    x = [numpy.ones(1), None]
    assert backend.from_chx(x) is x
    for make in (backend.ChainerxDevice, lambda: backend.to_chx(x)):
        with pytest.raises(RuntimeError, match="ChainerX is not available"):
            make()


def test_a_link_without_from_params_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Bias does not implement `from_params`"):
        L.Bias.from_params(1)


@pytest.mark.parametrize("name", ["WeightDecay", "Lasso", "GradientClipping", "GradientNoise"])
def test_hooks_under_their_old_names_warn(name: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"use chainer.optimizer_hooks.{name}"):
        hook = getattr(engine.optimizer, name)(0.5)
    assert isinstance(hook, getattr(optimizer_hooks, name))
    assert hook.name == name


def test_an_optimizers_hooks_can_be_looked_at() -> None:
    optimizer = optimizers.SGD().setup(L.Linear(1, 1))
    before, after = optimizer_hooks.WeightDecay(0.5), lambda optimizer: None
    optimizer.add_hook(before)
    optimizer.add_hook(after, name="after", timing="post")
    assert list(optimizer._pre_update_hooks.values()) == [before]
    assert dict(optimizer._post_update_hooks) == {"after": after}


def test_old_options_warn_and_work() -> None:
    class Kept(engine.Function):
        def forward(self, inputs: Any) -> Any:
            with pytest.warns(DeprecationWarning, match="no effect"):
                self.retain_outputs((0,), retain_after_backward=True)
            return inputs

    Kept()(numpy.ones(1))
    with pytest.warns(DeprecationWarning, match="n_folds"):
        assert len(get_cross_validation_datasets([1, 2, 3], n_fold=3)) == 3


def test_a_summary_wants_numbers_as_weights() -> None:
    summary = reporter.DictSummary()
    summary.add({"a": (1.0, numpy.array(2))})
    with pytest.raises(ValueError, match="weight to a was not scalar"):
        summary.add({"a": (1.0, numpy.array([2]))})
    assert summary.compute_mean() == {"a": 1.0}


def test_an_iterator_that_ended_has_come_to_its_end() -> None:
    iterator = iterators.SerialIterator([1, 2, 3], 2, repeat=False)
    assert len(list(iterator)) == 2
    assert iterator.previous_epoch_detail == iterator.epoch_detail == 1


def test_examples_of_a_transformed_dataset_can_be_got_one_by_one() -> None:
    assert TransformDataset([1, 2], lambda x: x * 3).get_example(1) == 6


def test_a_sampler_draws_with_the_given_module() -> None:
    numpy.random.seed(0)
    drawn = WalkerAlias([1, 2, 3]).sample((4,))
    numpy.random.seed(0)
    assert drawn.tolist() == WalkerAlias([1, 2, 3]).sample_xp(numpy, (4,)).tolist()


def test_extensions_say_what_they_do_before_training() -> None:
    assert extensions.PolynomialShift("lr", 1, 1).invoke_before_training
    assert not hasattr(Extension(), "invoke_before_training")


def test_numpy_takes_mixed16_for_float16() -> None:
    assert numpy.dtype(engine.mixed16) == numpy.float16


def test_a_volatile_variable_is_refused() -> None:
    with pytest.raises(ValueError, match="no_backprop_mode"):
        Variable(numpy.ones(1), volatile="on")
    with pytest.raises(TypeError, match="unexpected keyword"):
        Variable(numpy.ones(1), unknown=1)


def test_two_ellipses_are_no_index() -> None:
    with pytest.raises(IndexError, match=r"only one '\.\.\.'"):
        F.get_item(numpy.ones((1, 1)), (..., ...))


def test_a_product_of_a_shape_is_an_expression() -> None:
    shape = type_check.make_variable((2, 3), "x.shape")
    assert type_check.eval(type_check.prod(shape)) == 6
