"""Functions of the script's own are computed again in its paused process, and explained like any other op."""

import numpy as np
import pytest

from bpdebug.errors import CannotRerun
from bpdebug.explain import explain
from bpdebug.explain.gradients import check_step
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.reader import LogReader
from bpdebug.session import Session
from bpdebug.session.script_ops import ScriptOps
from bpdebug.stepping import Breakpoint, UntilStop
from bpdebug.timeline import Timeline

LONG_S = 60

SCRIPT = """
import numpy as np
import chainer
import chainer.functions as F

class Cube(chainer.Function):
    def __init__(self, factor):
        self.factor = factor
    def forward(self, inputs):
        assert inputs[0].dtype == np.float32  # insists on its dtype
        return (self.factor * inputs[0] ** 3,)
    def backward(self, inputs, grads):
        return (grads[0] * np.float32(3) * self.factor * inputs[0] ** 2,)

class Gate(chainer.FunctionNode):
    def forward(self, inputs):
        self.retain_inputs((0, 1))
        return (inputs[0] * inputs[1],)
    def backward(self, indexes, gys):
        x, s = self.get_retained_inputs()
        return F.broadcast_to(s, x.shape) * gys[0], F.sum(x * gys[0], axis=0)

class Wrong(chainer.Function):
    def forward(self, inputs):
        return (np.sin(inputs[0]),)
    def backward(self, inputs, grads):
        return (np.cos(inputs[0]),)  # forgets what arrives

x = chainer.Variable(np.array([[1, 2], [3, 4]], "f"))
s = chainer.Variable(np.array([0.5, -1], "f"))
y = Wrong()(Gate().apply((Cube(np.float32(0.1))(x), s))[0])
F.sum(y * np.array([[2, 3], [4, 5]], "f")).backward()
np.random.seed(5)
drawn = np.random.rand()
print(drawn)
chainer.functions.identity(x)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    script = folder / "script.py"
    script.write_text(SCRIPT)
    session = Session.start(str(script), [], folder / "log")
    assert session.wait_for("paused", timeout_s=LONG_S), session.why
    session.set_breakpoints([Breakpoint(pattern="identity")])
    session.go(UntilStop())
    assert session.wait_for("paused", timeout_s=LONG_S), session.why
    with LogReader(session.directory) as reader:
        yield session, Timeline(reader), ScriptOps(session, EngineOps())
    session.terminate()
    assert session.wait(LONG_S)


@pytest.mark.parametrize(
    ("address", "element"),
    [
        ("it0/forward/Cube", "y[1,0]"),
        ("it0/backward/Cube", "gx[1,0]"),
        ("it0/backward/Gate", "gx[1][1]"),
        ("it0/backward/Gate", "gx[0][0,1]"),
    ],
)
def test_the_terms_of_an_own_functions_element_sum_to_it(run, address, element):
    _, timeline, ops = run
    found = explain(timeline, timeline.reader.find(address), element, ops)
    assert found.recorded == pytest.approx(found.total, rel=1e-5)
    assert found.terms


def test_its_gradients_are_checked_and_a_wrong_rule_is_found(run):
    _, timeline, ops = run
    assert check_step(timeline, timeline.reader.find("it0/backward/Gate"), ops).verdict == "right"
    assert check_step(timeline, timeline.reader.find("it0/backward/Wrong"), ops).verdict == "wrong"


def test_the_run_does_not_notice(run):
    session, timeline, ops = run
    before = len(timeline)
    explain(timeline, timeline.reader.find("it0/backward/Gate"), "gx[1][1]", ops)
    timeline.refresh()
    assert len(timeline) == before
    assert session.state == "paused"


def test_what_is_no_function_of_the_script_is_refused_in_words(run):
    session, timeline, _ = run
    forward = timeline.reader.find("it0/forward/sum")
    with pytest.raises(CannotRerun, match="has no copy of this op"):
        session.compute(forward, [np.ones((2, 2), "f")])
    with pytest.raises(CannotRerun, match="Gate can't be computed again"):
        session.compute(timeline.reader.find("it0/forward/Gate"), [np.ones((2, 2), "f")])
