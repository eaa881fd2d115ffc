"""Every op of the engine, computed again from what a log says of it."""

from __future__ import annotations

import dataclasses
import resource

import numpy as np
import pytest
from op_case import cases

import engine
import engine.functions as F
from bpdebug.errors import CannotRerun, NotCaptured
from bpdebug.explain.rules import RULES
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.frontends.op_settings import SettingsDecoder, Undecodable, encode
from bpdebug.log.schema import Kind
from bpdebug.rerun import OpCall
from bpdebug.timeline import Timeline
from bpdebug.timeline.op_call import op_call
from engine import Variable
from engine.functions.op import every_op
from engine.utils.random_state import drawing_again
from tests.support.recorded_case import record_case
from tests.support.watched import Watched

OPS = [op for op in every_op() if op.__module__.startswith("engine.")]
RUNNER = EngineOps(engine)


def same(one, other):
    """Whether they are equal to the last bit, except for bits that a long double leaves unused."""
    if one is None or other is None:
        return one is other
    equal = one.tobytes() == other.tobytes() or (one.dtype == np.longdouble and np.array_equal(one, other))
    return one.dtype == other.dtype and one.shape == other.shape and equal


def events(reader, kind):
    return [seq for seq in range(len(reader)) if reader.index[seq]["kind"] == kind]


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_an_op_run_again_gives_the_recorded_outputs_and_gradients_bit_for_bit(op, tmp_path):
    for case in cases(op):
        with record_case(case, tmp_path / str(case.number)) as reader:
            names = Timeline(reader).names
            for seq in events(reader, Kind.forward):
                again = RUNNER.run(op_call(names, seq))
                for slot, y in zip(names.body(seq).y, again.y, strict=True):
                    assert same(reader.array(slot.tensor), y), case.title
            for seq in events(reader, Kind.backward):
                body = names.body(seq)
                again = RUNNER.run(op_call(names, body.forward))
                gys = [None if gy is None else reader.array(gy) for gy in body.gy]
                wanted = [i for i, gx in enumerate(body.gx) if gx is not None]
                for i in wanted:
                    assert same(reader.array(body.gx[i]), again.vjp(gys, wanted)[i]), case.title


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: F.dropout(x, 0.5),
        lambda x: F.gaussian(x, x),
        lambda x: F.zoneout(x, x * 2, 0.5),
        lambda x: F.rrelu(x),
    ],
)
def test_what_an_op_drew_at_random_is_recorded_and_used_again(draw, tmp_path):
    watched = Watched(tmp_path / "run")
    draw(Variable(np.linspace(-1, 1, 60, dtype=np.float32)))
    with watched.read() as reader:
        timeline = Timeline(reader)
        seq = events(reader, Kind.forward)[-1]
        again = RUNNER.run(op_call(timeline.names, seq))
        assert same(reader.array(timeline.names.body(seq).y[0].tensor), again.y[0])
        (drawn,) = [view for view in timeline.moment(seq).tensors if view.group == "setting"]
        assert drawn.array().shape == (60,)


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: F.dropout(x, 0.5),
        lambda x: F.gaussian(x, x),
        lambda x: F.zoneout(x, x * 2, 0.5),
        lambda x: F.rrelu(x),
        lambda x: F.simplified_dropconnect(x.reshape(6, 10), np.ones((4, 10), np.float32)),
    ],
)
def test_an_op_without_what_it_drew_draws_it_again_from_the_recorded_state(draw, tmp_path):
    np.random.normal()  # so that half of a pair of normal numbers is held back
    watched = Watched(tmp_path / "run")
    for _ in range(2):
        draw(Variable(np.linspace(-1, 1, 60, dtype=np.float32)))
    with watched.read() as reader:
        names = Timeline(reader).names
        drawn = [seq for seq in events(reader, Kind.forward) if names.body(seq).rng_state is not None]
        assert len(drawn) == 2
        assert len({names.body(seq).rng for seq in drawn}) == 2
        for seq in drawn:
            call = op_call(names, seq)
            kept = {name: value for name, value in call.settings.items() if not isinstance(value, dict)}
            assert len(kept) < len(call.settings)
            before = np.random.get_state(legacy=False)
            again = RUNNER.run(dataclasses.replace(call, settings=kept, held=[]))
            assert same(reader.array(names.body(seq).y[0].tensor), again.y[0])
            after = np.random.get_state(legacy=False)
            assert repr(before) == repr(after)
            assert np.array_equal(before["state"]["key"], after["state"]["key"])


class NewNoise(engine.FunctionNode):
    def forward(self, inputs):
        return (inputs[0] + np.random.normal(size=inputs[0].shape).astype("f4"),)


class OldNoise(engine.Function):
    def forward(self, inputs):
        return (inputs[0] * (np.random.rand(*inputs[0].shape) > 0.5),)


class Plain(engine.Function):
    def forward(self, inputs):
        return (inputs[0] * 2,)


@pytest.mark.parametrize("made", [lambda x: NewNoise().apply((x,))[0], lambda x: OldNoise()(x)])
def test_a_function_of_the_scripts_own_draws_the_same_again(made, tmp_path):
    x = Variable(np.linspace(-1, 1, 7, dtype=np.float32))
    np.random.seed(3)
    watched = Watched(tmp_path / "run")
    y = made(x)
    Plain()(x)
    numbers = np.random.rand(3)
    with watched.read() as reader:
        names = Timeline(reader).names
        seq, plain = events(reader, Kind.forward)
        assert names.body(plain).rng_state is None
        call = op_call(names, seq)
        with drawing_again(call.random_state):
            assert same(made(Variable(call.x[0])).array, y.array)
        assert same(reader.array(names.body(seq).y[0].tensor), y.array)
    # Observed or not, the script draws the same.
    np.random.seed(3)
    assert same(made(x).array, y.array)
    assert np.array_equal(np.random.rand(3), numbers)


def test_a_random_state_that_was_not_kept_is_done_without(tmp_path, monkeypatch):
    """Small masks are kept where larger states aren't."""
    watched = Watched(tmp_path / "run")
    F.dropout(Variable(np.ones(9, np.float32)), 0.5)
    with watched.read() as reader:
        names, kept = Timeline(reader).names, reader.array

        def array(tensor):
            if reader.layout_of(tensor).shape == [628]:
                raise NotCaptured("too large")
            return kept(tensor)

        monkeypatch.setattr(reader, "array", array)
        call = op_call(names, 0)
        assert call.random_state is None
        assert same(RUNNER.run(call).y[0], kept(names.body(0).y[0].tensor))


def test_sampled_classes_are_an_input_and_so_need_no_random_state(tmp_path):
    link = engine.links.NegativeSampling(4, [5, 2, 3], 2)
    watched = Watched(tmp_path / "run")
    link(np.ones((2, 4), np.float32), np.array([0, 2], np.int32))
    with watched.read() as reader:
        names = Timeline(reader).names
        for seq in events(reader, Kind.forward):
            assert names.body(seq).rng_state is None
            again = RUNNER.run(op_call(names, seq))
            for slot, y in zip(names.body(seq).y, again.y, strict=True):
                assert same(reader.array(slot.tensor), y)


@pytest.mark.parametrize(
    "state", [np.zeros(3, np.uint32), np.zeros(628, np.int64), np.full(628, 2**32 - 1, np.uint32)]
)
def test_a_random_state_that_is_none_is_refused_in_words(state):
    call = OpCall(
        "Dropout", F.noise.dropout.Dropout.formula, {"ratio": 0.5}, [], [np.ones(3, "f4")], True, state
    )
    with pytest.raises(CannotRerun, match="is no state of a Mersenne twister"):
        RUNNER.run(call)


@pytest.mark.parametrize("op", [op for op in OPS if op.__name__ in RULES], ids=lambda op: op.__name__)
def test_a_column_of_the_jacobian_agrees_with_the_backward_rule(op, tmp_path):
    """gx[i] = sum of gy dy/dx[i]: the column comes from second derivatives, the gradient from first ones.

    The ops that have no rule of their own are explained by it, and checked so.
    """
    rng = np.random.default_rng(3)
    case = cases(op)[0]
    with record_case(case, tmp_path / "run") as reader:
        names = Timeline(reader).names
        for seq in events(reader, Kind.forward):
            again = RUNNER.run(op_call(names, seq), dtype=np.float64)
            gys = [rng.normal(size=y.shape) if y.dtype.kind == "f" else None for y in again.y]
            for i, gx in enumerate(again.vjp(gys)):
                if gx is None:
                    continue
                element = tuple(int(rng.integers(0, size)) for size in gx.shape)
                columns = again.column(i, element)
                pairs = zip(gys, columns, strict=True)
                total = sum((gy * column).sum() for gy, column in pairs if column is not None)
                assert total == pytest.approx(gx[element], rel=1e-6, abs=1e-9), case.title


def test_float64_reaches_inputs_settings_and_dtypes():
    cast = OpCall(
        "Cast", engine.functions.array.cast.Cast.formula, {"typ": {"dtype": "<f2"}}, [], [np.ones(2)]
    )
    assert RUNNER.run(cast).y[0].dtype == np.float16
    assert RUNNER.run(cast, dtype=np.float64).y[0].dtype == np.float64


def test_no_class_of_a_script_is_taken_for_an_op_of_ours():
    for cls, formula in (("relu", ""), ("ReLU", "y = x"), ("Variable", ""), ("os.system", "")):
        with pytest.raises(CannotRerun, match="no op of the installed engine"):
            RUNNER.run(OpCall(cls, formula, {}, [], [np.ones(3)]))


@pytest.mark.parametrize(
    "settings",
    [
        {"axis": {"foreign": "Thing"}},
        {"axis": {"op": ["Variable", {"dict": []}]}},
        {"axis": {"named": ["Variable", []]}},
        {"axis": {"array": 7}},
        {"axis": {"array": -1}},
        {"axis": {"slice": [1]}},
        {"axis": {"dtype": "no such"}},
        {"axis": {"list": 5}},
        {"axis": {}},
        {"axis": "one"},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused_in_words(settings):
    softmax = engine.functions.activation.softmax.Softmax
    with pytest.raises(CannotRerun, match="Softmax can't be run again"):
        RUNNER.run(OpCall("Softmax", softmax.formula, settings, [np.ones(1)], [np.ones((2, 3))]))


@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        ("Tile", {"reps": [1 << 20, 1 << 20]}),
        ("Pad", {"pad_width": [[0, 1 << 40]], "mode": "constant", "keywords": {"dict": []}}),
    ],
)
def test_an_op_that_would_take_all_memory_is_refused_in_words(cls, settings):
    op = next(op for op in every_op() if op.__name__ == cls)
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(CannotRerun, match="too much memory"):
        RUNNER.run(OpCall(cls, op.formula, settings, [], [np.ones(3)]))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_settings_come_back_as_they_were():
    value = (
        1, -0.5, True, None, "text", float("inf"), (1, (2, 3)), [4, (5,)], slice(1, None, 2), Ellipsis,
        {"mode": (1, 2), 3: None}, np.dtype("f2"), np.float32(0.1), np.arange(3),
    )  # fmt: skip
    held = []
    decoder = SettingsDecoder(held, {}, lambda name, inner: None, None)
    again = decoder.decode(encode(value, held))
    assert [type(part) for part in again] == [type(part) for part in value]
    assert again[:-1] == value[:-1]
    assert np.array_equal(again[-1], value[-1])


def test_a_setting_that_has_no_form_is_recorded_as_foreign_and_refused():
    held = []
    with pytest.raises(Undecodable):
        SettingsDecoder(held, {}, lambda name, inner: None, None).decode(encode(object(), held))
