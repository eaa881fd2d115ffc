"""An op of the script's own that writes into what it is given: the event shows what that was before, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recorded_both import record_both
from watched import Watched

import engine
import engine.functions as F
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline
from bpdebug.timeline.lines import event_line
from bpdebug.verify import verify_run

SIZES = [3, 1 << 21]
"""Elements: tensors that are copied at once, and 8 MiB, more than is copied at once."""


class Doubles(engine.FunctionNode):
    """Doubles its input where it lies, and its output gradient, too."""

    def forward(self, xs: Any) -> Any:
        self.retain_inputs((0,))
        (x,) = xs
        x *= 2
        return (x + 1,)

    def backward(self, indexes: Any, gys: Any) -> Any:
        (gy,) = gys
        gy.array[...] *= 3
        return (gy * 2,)


class DoublesInOldStyle(engine.Function):
    def forward(self, xs: Any) -> Any:
        xs[0][...] *= 2
        return (xs[0] + 1,)

    def backward(self, xs: Any, gys: Any) -> Any:
        gys[0][...] *= 3
        return (gys[0] * 2,)


def run(op: Any, size: int, capture: str, directory: Path) -> LogReader:
    watched = Watched(directory, capture)
    x = engine.Variable(np.arange(size, dtype=np.float32), name="x")
    h = F.identity(x)
    h.array = h.array.copy()
    (y,) = op(h)
    loss = F.sum(y * 1.5)
    loss.backward()
    F.identity(h)
    return watched.read()


def applied(op: type) -> Any:
    return (lambda h: op().apply((h,))) if issubclass(op, engine.FunctionNode) else (lambda h: (op()(h),))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("op", [Doubles, DoublesInOldStyle])
def test_what_an_op_of_the_script_writes_into_its_input_is_told_of_that_op(
    tmp_path: Path, op: type, size: int
) -> None:
    with run(applied(op), size, "full", tmp_path / "run") as reader:
        seqs = [seq for seq in range(len(reader)) if op.__name__ in timeline_title(reader, seq)]
        forward, backward = seqs
        x = np.arange(size, dtype=np.float32)
        assert reader.body(forward).wrote == [0]
        assert reader.body(forward).changed == []
        np.testing.assert_array_equal(reader.array(reader.body(forward).x[0].tensor), x)
        np.testing.assert_array_equal(reader.array(reader.body(forward).y[0].tensor), 2 * x + 1)
        assert reader.body(backward).wrote == [0]
        np.testing.assert_array_equal(reader.array(reader.body(backward).gy[0]), np.full(size, 1.5))
        np.testing.assert_array_equal(reader.array(reader.body(backward).gx[0]), np.full(size, 9))
        last = reader.body(np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()[-1])
        assert last.changed == []  # it was the op, and that is told
        np.testing.assert_array_equal(reader.array(last.x[0].tensor), 2 * x)
        assert verify_run(reader).whole


def timeline_title(reader: LogReader, seq: int) -> str:
    body = reader.body(seq)
    return reader.ops[body.op].cls if hasattr(body, "op") else ""


def test_what_is_shown_says_so(tmp_path: Path) -> None:
    with run(applied(Doubles), 3, "full", tmp_path / "run") as reader:
        timeline = Timeline(reader)
        shown = [
            timeline.moment(seq) for seq in range(len(reader)) if timeline_title(reader, seq) == "Doubles"
        ]
        for moment, role in zip(shown, ("x", "gy"), strict=True):
            assert f"writes into {role})" in event_line(timeline.names, moment.seq)
            assert any(line.endswith(f"from before are shown: {role}") for line in moment.facts)
            assert "before the op wrote into it" in moment.tensor(role).changed


@pytest.mark.parametrize("capture", ["stats", "sample", "none", "last:2"])
def test_under_each_policy(tmp_path: Path, capture: str) -> None:
    with run(applied(Doubles), 1000, capture, tmp_path / "run") as reader:
        found = [reader.body(seq) for seq in range(len(reader)) if timeline_title(reader, seq) == "Doubles"]
        assert [body.wrote for body in found] == ([[], []] if capture == "none" else [[0], [0]])
        if capture != "none":
            assert reader.measured(found[0].x[0].tensor).max == 999.0
        assert verify_run(reader).whole


def test_the_compiled_part_and_python_tell_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def script() -> None:
        x = engine.Variable(np.arange(3, dtype=np.float32), name="x")
        h = F.identity(x)
        (y,) = Doubles().apply((h,))
        F.sum(y * 1.5).backward()
        F.identity(h)

    record_both(tmp_path, monkeypatch, script, "full")


def test_an_op_that_writes_into_nothing_says_nothing(tmp_path: Path) -> None:
    class Twice(engine.FunctionNode):
        def forward(self, xs: Any) -> Any:
            return (xs[0] * 2,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return (gys[0] * 2,)

    with run(applied(Twice), 3, "full", tmp_path / "run") as reader:
        found = [reader.body(seq) for seq in range(len(reader)) if timeline_title(reader, seq) == "Twice"]
        assert [(body.changed, body.wrote) for body in found] == [([], []), ([], [])]


def test_an_op_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    class FailsOnce(Doubles):
        failed = False

        def forward(self, xs: Any) -> Any:
            if not FailsOnce.failed:
                FailsOnce.failed = True
                raise ValueError("not now")
            return super().forward(xs)

    def twice(h: Any) -> Any:
        node = FailsOnce()
        with pytest.raises(ValueError, match="not now"):
            node.apply((h,))
        h.array[...] += 1
        return node.apply((h,))

    with run(twice, 3, "full", tmp_path / "run") as reader:
        body = next(
            reader.body(seq)
            for seq in range(len(reader))
            if reader.index["kind"][seq] == Kind.forward and timeline_title(reader, seq) == "FailsOnce"
        )
        assert (body.changed, body.wrote) == ([0], [0])
        np.testing.assert_array_equal(reader.array(body.x[0].tensor), [1, 2, 3])


class InPlace(engine.FunctionNode):
    """Adds one to its input where it lies."""

    def forward(self, xs: Any) -> Any:
        xs[0][...] += 1
        return (xs[0].copy(),)

    def backward(self, indexes: Any, gys: Any) -> Any:
        return gys


@pytest.mark.parametrize("made", [engine.Parameter, engine.Variable])
def test_what_such_an_op_meets_first_is_met_as_it_was_before(tmp_path: Path, made: Any) -> None:
    watched = Watched(tmp_path / "run")
    x = made(np.arange(3, dtype=np.float32), name="x")
    InPlace().apply((x,))
    with watched.read() as reader:
        body = reader.body(len(reader) - 1)
        assert (body.changed, body.wrote) == ([], [0])
        first = reader.variables[body.x[0].var].first
        np.testing.assert_array_equal(reader.array(first), [0, 1, 2])


def test_what_a_step_writes_into_what_its_op_keeps_is_no_change_before_it(tmp_path: Path) -> None:
    class Squares(engine.FunctionNode):
        def forward(self, xs: Any) -> Any:
            self.retain_inputs((0,))
            return (xs[0] ** 2,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            (x,) = self.get_retained_inputs()
            x.array[...] *= 2
            return (gys[0] * x,)

    def walked_twice(h: Any) -> Any:
        (y,) = Squares().apply((h,))
        F.sum(y * 1.5).backward()
        return (y,)

    with run(walked_twice, 3, "full", tmp_path / "run") as reader:
        steps = [
            reader.body(seq)
            for seq in np.flatnonzero(reader.index["kind"] == Kind.backward).tolist()
            if timeline_title(reader, seq) == "Squares"
        ]
        assert [step.changed for step in steps] == [[], ["x0"]]
