"""Orders to a paused run: tensors are changed and the run goes on with them; typed text is evaluated in its frame."""

import queue
import time

import numpy as np
import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.session import Session
from bpdebug.stepping import Breakpoint, UntilSeq, UntilStop

LONG_S = 30

SCRIPT = """
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

model = L.Linear(2, 1, initialW=1)
optimizer = chainer.optimizers.SGD(1)
optimizer.setup(model)
x = np.array([[1, 2]], "f")
for i in range(3):
    h = F.identity(model(x))
    loss = F.sum(h)
    model.cleargrads()
    loss.backward()
    optimizer.update()
F.matmul(x, x)
"""


@pytest.fixture
def run(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    session = Session.start(str(script), [], tmp_path / "log")
    session.answers = queue.Queue()
    session.on_answer = lambda number, text: session.answers.put((number, text))
    assert session.wait_for("paused", timeout_s=LONG_S), session.why
    yield session
    session.terminate()
    assert session.wait(LONG_S)


def answer(run, number):
    found, text = run.answers.get(timeout=LONG_S)
    assert found == number
    return text


def go_to(run, address, goal=None):
    run.set_breakpoints([Breakpoint(address=address)])
    run.go(goal or UntilStop())
    assert run.wait_for("paused", timeout_s=LONG_S), run.why
    run.set_breakpoints([])
    return run.paused_at


def test_an_edited_output_is_what_the_run_goes_on_with(run):
    go_to(run, "it0/forward/Linear/linear")
    assert answer(run, run.edit("= 100", "y", 0)) == ""
    assert run.why == "edited"
    run.go(UntilSeq(run.paused_at + 2))
    assert run.wait_for("paused", timeout_s=LONG_S)
    with LogReader(run.directory) as reader:
        edited = next(seq for seq, kind in enumerate(reader.index["kind"]) if kind == Kind.edited)
        body = reader.body(edited)
        assert (reader.array(body.before).tolist(), reader.array(body.after).tolist()) == ([[3]], [[100]])
        assert (body.what, body.of) == ("= 100", "value")
        identity = reader.body(reader.find("it0/forward/identity"))
        assert reader.array(identity.x[0].tensor).tolist() == [[100]]


def test_an_edited_gradient_and_parameter_change_the_update(run):
    go_to(run, "it0/backward/Linear/grad:Linear.W")
    assert answer(run, run.edit("*= 10", "after", 0, of="gradient")) == ""
    with LogReader(run.directory) as reader:
        number = next(one.id for one in reader.variables if one.name == "Linear.W")
    assert answer(run, run.edit("[0, 1] = 50", variable=number)) == ""
    assert "shape (1, 2)" in answer(run, run.edit("[7] = 0", variable=number))
    assert "norm?" in answer(run, run.edit("= nrm(x)", variable=number))
    go_to(run, "it0/update/Linear.W")
    with LogReader(run.directory) as reader:
        body = reader.body(reader.find("it0/update/Linear.W"))
        assert reader.array(body.before).tolist() == [[1, 50]]
        assert reader.array(body.grad).tolist() == [[10, 20]]
        assert reader.array(body.after).tolist() == [[-9, 30]]
        edits = [int(seq) for seq in np.flatnonzero(reader.index["kind"] == Kind.edited)]
        assert [reader.address(seq) for seq in edits] == [
            "it0/backward/edit:Linear.W", "it0/backward/edit:Linear.W~2",
        ]  # fmt: skip


def test_typed_text_is_evaluated_in_the_paused_frame_and_its_ops_are_recorded(run):
    at = go_to(run, "it1/forward/Linear/linear")
    assert answer(run, run.evaluate("i, x.shape")) == "(1, (1, 2))"
    assert run.paused_at == at
    assert answer(run, run.evaluate("model.W.array[...] = 0")) == ""
    assert answer(run, run.evaluate("float(F.sum(model(x)).array)")) == "-1.0"  # the bias
    assert run.why == "console"
    assert run.paused_at > at
    run.go(UntilSeq(run.paused_at + 1))
    assert run.wait_for("paused", timeout_s=LONG_S)


def test_an_endless_evaluation_can_be_interrupted(run):
    go_to(run, "it0/forward/Linear/linear")
    number = run.evaluate("while True: pass")
    while run.answers.empty():  # the order may not have begun
        run.pause()
        time.sleep(0.05)
    assert answer(run, number).endswith("KeyboardInterrupt")
    assert answer(run, run.evaluate("1 + 1")) == "2"


def test_where_an_op_fails_its_operands_and_its_frame_can_be_looked_at(run):
    run.go(UntilStop())
    assert run.wait_for("paused", timeout_s=LONG_S)
    assert run.why == "failed"
    with LogReader(run.directory) as reader:
        body = reader.body(run.paused_at)
        assert body.op == "matmul"
        assert [reader.array(row).tolist() for row in body.operands] == [[[1, 2]], [[1, 2]]]
    assert answer(run, run.evaluate("i, x.shape")) == "(2, (1, 2))"
    run.go(UntilStop())
    assert run.wait_for("paused", timeout_s=LONG_S)  # once more where it leaves the script
    assert answer(run, run.evaluate("x.tolist()")) == "[[1.0, 2.0]]"


def test_names_are_completed_in_the_paused_frame_without_an_event(run):
    at = go_to(run, "it1/forward/Linear/linear")
    assert answer(run, run.complete("model.W.arr")) == "model.W.array"
    assert answer(run, run.complete("nothing_like_it")) == ""
    assert run.paused_at == at
