"""Every op of the engine, from its own examples: the terms of any element sum to what was recorded."""

from __future__ import annotations

import math

import numpy as np
import pytest
from op_case import cases

import engine
from bpdebug.explain import explain
from bpdebug.explain.explanation import element_name
from bpdebug.explain.rules import RULES
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline
from engine.functions.op import every_op
from tests.support.recorded_case import record_case

OPS = [op for op in every_op() if op.__module__.startswith("engine.")]
RUNNER = EngineOps(engine)
ELEMENTS = 2  # of each tensor of each event
EXACT, ROUNDED = np.float64, np.float32


def explained(reader, rng):
    """An explanation of a few elements of all that the ops of a run made."""
    timeline = Timeline(reader)
    for seq in range(len(reader)):
        if reader.index[seq]["kind"] not in (Kind.forward, Kind.backward):
            continue
        for view in timeline.moment(seq).tensors:
            if view.there and view.group in ("output", "gradient out") and math.prod(view.shape):
                if view.group == "output" and reader.index[seq]["kind"] == Kind.backward:
                    continue
                for _ in range(ELEMENTS):
                    element = tuple(int(rng.integers(0, length)) for length in view.shape)
                    yield explain(timeline, seq, element_name(view.role, element), RUNNER, limit=10_000)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_the_terms_sum_to_the_recorded_element(op, tmp_path):
    rng = np.random.default_rng(11)
    for case in cases(op):
        with record_case(case, tmp_path / f"{case.number}", EXACT) as reader:
            for e in explained(reader, rng):
                assert e.total == pytest.approx(e.recorded, rel=1e-5, abs=1e-12), (case.title, e.name)
                assert sum(math.prod(f.value for f in term.factors) for term in e.terms) == pytest.approx(
                    e.total, rel=1e-9, abs=1e-12
                ), (case.title, e.name)
                assert e.covered == pytest.approx(1)


@pytest.mark.parametrize("op", [op for op in OPS if op.__name__ in RULES], ids=lambda op: op.__name__)
def test_so_do_those_of_a_run_in_float32(op, tmp_path):
    """What the run rounded is no more than float32 rounds, relative to the size of the terms."""
    rng = np.random.default_rng(12)
    case = cases(op)[0]
    with record_case(case, tmp_path / "run", ROUNDED) as reader:
        for e in explained(reader, rng):
            size = (
                max(abs(e.recorded), *(abs(term.value) for term in e.terms), 0)
                if e.terms
                else abs(e.recorded)
            )
            assert abs(e.total - e.recorded) <= 1e-5 * size + 1e-7, (case.title, e.name)


def test_each_rule_is_about_an_op_that_there_is():
    assert RULES.keys() <= {op.__name__ for op in OPS}
