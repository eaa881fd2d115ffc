"""Every op of the engine, from its own examples: the terms of any element sum to what was recorded."""

from __future__ import annotations

import math

import numpy as np
import pytest
from op_case import cases

import engine
from bpdebug.explain import explain, made_here, telling_element
from bpdebug.explain.as_text import explanation_lines
from bpdebug.explain.explanation import element_name
from bpdebug.explain.rules import RULES
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.schema import Kind
from bpdebug.text import cell_width
from bpdebug.timeline import Timeline
from engine.functions.op import every_op
from tests.support.recorded_case import record_case

OPS = [op for op in every_op() if op.__module__.startswith("engine.")]
RUNNER = EngineOps(engine)
STEPS = (Kind.forward, Kind.backward)
ELEMENTS = 2  # of each tensor of each event


def explained(reader, rng):
    """An explanation of a few elements of all that the ops of a run made."""
    timeline = Timeline(reader)
    for seq in range(len(reader)):
        if reader.index[seq]["kind"] not in STEPS:
            continue
        for view in timeline.moment(seq).tensors:
            if view.there and view.group in ("output", "gradient out") and math.prod(view.shape):
                if view.group == "output" and reader.index[seq]["kind"] == Kind.backward:
                    continue
                for _ in range(ELEMENTS):
                    element = tuple(int(rng.integers(0, length)) for length in view.shape)
                    e = explain(timeline, seq, element_name(view.role, element), RUNNER, limit=10_000)
                    assert all(cell_width(line) <= 80 for line in explanation_lines(e, 80))
                    yield e


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_the_terms_sum_to_the_recorded_element(op, tmp_path):
    rng = np.random.default_rng(11)
    for case in cases(op):
        with record_case(case, tmp_path / f"{case.number}", np.float64) as reader:
            for e in explained(reader, rng):
                assert e.total == pytest.approx(e.recorded, rel=1e-5, abs=1e-12), (case.title, e.name)
                assert sum(math.prod(f.value for f in term.factors) for term in e.terms) == pytest.approx(
                    e.total, rel=1e-9, abs=1e-12
                ), (case.title, e.name)
                assert e.covered == pytest.approx(1)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_so_do_those_of_a_run_in_float32(op, tmp_path):
    """What the run rounded is no more than float32 rounds, relative to the size of the terms."""
    rng = np.random.default_rng(12)
    case = cases(op)[0]
    with record_case(case, tmp_path / "run", np.float32) as reader:
        for e in explained(reader, rng):
            assert abs(e.total - e.recorded) <= FLOAT32 * size_of(e) + 1e-7, (case.title, e.name)


FLOAT32, FLOAT16 = 2e-5, 3e-2


def size_of(e):
    return max([abs(e.recorded), *(abs(term.value) for term in e.terms)])


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_so_do_those_of_inputs_in_another_order_of_memory_and_in_float16(op, tmp_path):
    rng = np.random.default_rng(13)
    case = cases(op)[-1]
    with record_case(case, tmp_path / "turned", np.float64, lambda x: np.asarray(x, order="F")) as reader:
        for e in explained(reader, rng):
            assert e.total == pytest.approx(e.recorded, rel=1e-5, abs=1e-12), (case.title, e.name)
    with record_case(case, tmp_path / "half", np.float16) as reader:
        for e in explained(reader, rng):
            size = size_of(e) * max(1, len(e.terms)) ** 0.5
            assert abs(e.total - e.recorded) <= FLOAT16 * size + 1e-3, (case.title, e.name)


def test_single_numbers_and_nothing_are_explained_wherever_an_op_takes_them(tmp_path):
    """Elementwise ops take arrays without axes; ops of any kind may take arrays without elements."""
    rng = np.random.default_rng(14)
    numbers, nothing = set(), set()
    for op in (op for op in OPS if op.__name__ != "PutInZeros"):  # takes parts of the index's own shape only
        for shape, found in (((), numbers), ((0, 3), nothing)):
            case = cases(op)[0]
            directory = tmp_path / f"{op.__name__}-{len(shape)}"
            try:
                reader = record_case(
                    case, directory, np.float64, lambda x, shape=shape: np.resize(x, shape) if x.size else x
                )
            except Exception:
                continue  # the op takes no such thing
            with reader:
                if shape == () and any(view.shape for view in Timeline(reader).moment(0).tensors):
                    continue  # the example itself holds an array of the shape that it is for
                for e in explained(reader, rng):
                    assert e.total == pytest.approx(e.recorded, rel=1e-5, abs=1e-12), (case.title, e.name)
                found.add(op.__name__)
    assert len(numbers) >= 60, numbers
    assert len(nothing) >= 60, nothing


MOVE_OR_SUM = {
    "AsStrided", "Broadcast", "BroadcastTo", "Cast", "Col2Im", "Concat", "Copy", "CReLU", "Cumsum",
    "Depth2Space", "Diagonal", "EmbedIDGrad", "Flip", "FlipLR", "FlipUD", "FromLargest", "GetItem", "Im2Col",
    "Mean", "MultiAdd", "Pad", "PadSequence", "Permutate", "PutInZeros", "Repeat", "Reshape",
    "ROIAveragePooling2D", "ROIMaxPooling2D", "ROIPooling2D", "ScatterAdd", "ShareOut", "Shift",
    "Space2Depth", "SplitAxis", "Sum", "SumTo", "Tile", "ToLargest", "Transpose", "TransposeSequence",
    "Unpooling", "WindowSums",
}  # fmt: skip
"""Their derivatives are 0, 1, -1 and 1/n: the Jacobian only says which elements, and that is all there is to say."""
DERIVATIVES = {
    "BatchInv", "Cholesky", "ConnectionistTemporalClassification", "ConvolutionFilters", "CooMatMul",
    "CrossCovariance", "Cumprod", "DeCov", "DecorrelatedBatchNormalization", "FFT",
    "FixedDecorrelatedBatchNormalization", "Inv", "InverseRoot", "ResizeImages",
    "ROIAverageAgain", "ROIAverageAlign2D", "ROIAverageGrad", "ROIMaxAlign2D",
    "SpatialTransformerGrid", "SpatialTransformerSampler", "Sylvester",
}  # fmt: skip
"""Their terms are derivatives with a value, some of which the formula names."""
SPECIAL = {"DiGamma", "Erfcinv", "Erfinv", "LGamma", "LogNdtr", "Ndtri", "PolyGamma", "Zeta"}
"""One term, the formula; its value comes from SciPy's function, which nothing that reads a log loads."""
NO_GRADIENT = {"Accuracy", "ArgMax", "ArgMin", "BinaryAccuracy", "ClassificationSummary", "R2Score"}


def test_the_ops_that_are_computed_again_are_these(tmp_path):
    """All others are explained from the recorded tensors, by a rule or by their formula."""
    again = set()
    for op in OPS:
        with record_case(cases(op)[0], tmp_path / op.__name__, np.float64) as reader:
            for seq in range(len(reader)):
                made_by = reader.ops[reader.body(seq).op].cls if reader.index[seq]["kind"] in STEPS else ""
                if made_by != op.__name__:
                    continue
                timeline = Timeline(reader)
                for view in made_here(timeline.moment(seq)):
                    element = telling_element(timeline.moment(seq), view.role)
                    if element and "computed again" in explain(timeline, seq, element, RUNNER).how:
                        again.add(op.__name__)
    assert again == MOVE_OR_SUM | DERIVATIVES | SPECIAL | NO_GRADIENT


def test_each_rule_is_about_an_op_that_there_is():
    assert RULES.keys() <= {op.__name__ for op in OPS}
