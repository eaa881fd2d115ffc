"""`bpdebug gradcheck` at the command line: scripts in a process of their own, and recorded runs."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

from bpdebug import cli
from bpdebug.cli.gradcheck_report import Report
from bpdebug.gradcheck import InputCheck, ParameterCheck, StepCheck
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from tests.support.watched import MLP, Watched, step

SAMPLES = pathlib.Path(__file__).parents[2] / "samples"

SCRIPT = """
import sys
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(3)


class Own(chainer.Function):
    def forward(self, inputs):
        (x,) = inputs
        self.mask = np.random.rand(*x.shape) > 0.3
        return (x * self.mask * 3,)

    def backward(self, inputs, grad_outputs):
        return (grad_outputs[0] * self.mask * FACTOR,)


class Insists(chainer.FunctionNode):
    def check_type_forward(self, in_types):
        chainer.utils.type_check.expect(in_types[0].dtype == np.float32)

    def forward(self, inputs):
        return (inputs[0] * 2,)

    def backward(self, indexes, gys):
        return (gys[0] * 2,)


model = L.Linear(3, 4)
x = np.random.randn(5, 3).astype("f")
for i in range(3):
    h = Own()(F.relu(model(x)))
    loss = F.sum(Insists().apply((F.dropout(h),))[0] ** 2)
    model.cleargrads()
    loss.backward()
    for p in model.params():
        p.array -= 0.01 * p.grad
print("done", i, float(loss.array), sys.argv[1:])
print(np.random.rand())
"""


def gradcheck(tmp_path, factor, *words):
    script = tmp_path / "own.py"
    script.write_text(SCRIPT.replace("FACTOR", factor))
    command = [sys.executable, "-m", "bpdebug", "gradcheck", *words, str(script), "argument"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)


def test_functions_of_a_scripts_own_are_checked_while_it_runs(tmp_path):
    run = gradcheck(tmp_path, "3", "--iterations", "9")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "WRONG" not in run.stdout
    assert "done 2" in run.stderr  # what the script prints doesn't come between
    assert "['argument']" in run.stderr
    plain = tmp_path / "plain"
    recorded = subprocess.run(
        [sys.executable, "-m", "bpdebug", "run", "--headless", "--quiet", "--log", str(plain), "own.py", "argument"],
        capture_output=True, text=True, timeout=120, check=True, cwd=tmp_path,
    )  # fmt: skip
    # Same loss, same random numbers: the checks left no trace.
    assert recorded.stdout.splitlines() == run.stderr.splitlines()[: len(recorded.stdout.splitlines())]


def test_a_wrong_backward_is_named_with_both_its_lines(tmp_path):
    run = gradcheck(tmp_path, "3.003", "--format", "json")
    assert run.returncode == 1, run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert report["verdict"] == "wrong"
    (wrong,) = [found for found in report["steps"] if found["verdict"] == "wrong"]
    assert (wrong["class"], wrong["address"]) == ("Own", "it0/backward/Own")
    lines = SCRIPT.splitlines()
    assert lines[wrong["line"] - 1] == "    h = Own()(F.relu(model(x)))"
    file, _, line = wrong["backward_defined_at"].rpartition(":")
    assert pathlib.Path(file).name == "own.py"
    assert "def backward(self, inputs, grad_outputs)" in lines[int(line) - 1]
    assert {found["class"] for found in report["steps"]} >= {
        "Own",
        "Insists",
        "ReLU",
        "Dropout",
        "LinearFunction",
    }


SECOND_ORDER = """
import numpy as np
import chainer
import chainer.functions as F
from chainer import Parameter, Variable

w, v = Parameter(np.array([1.0, 2.0], "f"), name="w"), Parameter(np.array(0.5, "f"), name="v")
x = Variable(np.array([0.3, -1.0], "f"))


def clear():
    w.cleargrad()
    v.cleargrad()


clear()  # a penalty on a gradient
(g,) = chainer.grad([F.tanh(x * w) * v], [x], enable_double_backprop=True)
F.sum(g * g).backward()

clear()  # the same by two walks, the second through what the first has put into the graph
(F.sum(F.tanh(x * w)) + v * v).backward(enable_double_backprop=True)
gx = x.grad_var
clear()
F.sum(gx * gx).backward()

clear()  # two walks through one graph
y = w * w
F.sum(y).backward()
F.sum(y * w).backward()
"""


def test_gradients_of_gradients_are_right_while_the_script_runs(tmp_path):
    script = tmp_path / "second.py"
    script.write_text(SECOND_ORDER)
    command = [
        sys.executable,
        "-m",
        "bpdebug",
        "gradcheck",
        "--format",
        "json",
        "--iterations",
        "9",
        str(script),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert {found["verdict"] for found in report["steps"]} <= {"right", "kink"}
    verdicts = sorted((found["name"], found["verdict"]) for found in report["parameters"])
    # Of the last walk an op isn't known any more: that is no fault of the script's.
    assert verdicts == [("v", "right")] * 2 + [("w", "right")] * 4 + [("w", "skipped")]


WRITES = """
import chainer, chainer.functions as F, numpy as np
class Doubles(chainer.FunctionNode):
    def forward(self, inputs):
        (x,) = inputs
        x *= 2
        return (x + 1,)
    def backward(self, indexes, gys):
        gys[0].array[...] *= {factor}
        return (gys[0] * 1,)
W = chainer.Parameter(np.array([0.5, 1.0, -2.0], dtype="f"))
F.sum(F.sin(Doubles().apply((W * 3,))[0])).backward()
"""


@pytest.mark.parametrize(("factor", "status"), [(2, 0), (3, 1)])
def test_a_function_that_writes_into_what_it_is_given_is_checked_by_what_that_was(tmp_path, factor, status):
    script = tmp_path / "writes.py"
    script.write_text(WRITES.format(factor=factor))
    command = [sys.executable, "-m", "bpdebug", "gradcheck", str(script)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert checked.returncode == status, checked.stdout + checked.stderr
    assert "skipped" not in checked.stdout
    assert ("WRONG    Doubles gx" in checked.stdout) == bool(status)


CUT = "a gradient was cut off, left out or added twice"


@pytest.mark.parametrize(
    ("skipped", "words"),
    [
        (False, f" every single step is right: {CUT}"),
        (True, f" right: one that was skipped is wrong, or {CUT}"),
    ],
)
def test_of_a_wrong_whole_it_is_said_whether_all_steps_were_checked(run, skipped, words):
    with LogReader(run) as reader:
        report = Report(Timeline(reader), "it")
        report.add(StepCheck(3, "linear", "Linear", [InputCheck("gx", "right")]))
        if skipped:
            report.add(StepCheck(4, "own", "Own", [], "it can't be computed again"))
        report.add(ParameterCheck(2, "W", "wrong", expected=1.0, found=2.0, note="along a random direction"))
        (line,) = [line for line in report.lines() if CUT in line]
    assert line.endswith(words)


def test_the_sample_with_a_wrong_gradient_is_found(capfd):
    assert cli.main(["gradcheck", str(SAMPLES / "wrong_gradient.py")]) == 1
    out = capfd.readouterr().out
    assert "WRONG    Huber gx[" in out
    assert "WRONG    Line.l.W from the loss" in out


def test_a_script_without_gradients_is_misuse(tmp_path, capsys):
    script = tmp_path / "none.py"
    script.write_text("print('nothing')\n")
    assert cli.main(["gradcheck", str(script)]) == 2
    assert "no backward walk" in capsys.readouterr().err
    assert cli.main(["gradcheck", str(tmp_path / "missing.py")]) == 2


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    watched = Watched(tmp_path_factory.mktemp("gradcheck") / "run")
    step(MLP())
    watched.read().close()
    return str(watched.directory)


def test_a_recorded_run_is_checked(run, capsys):
    assert cli.main(["gradcheck", run]) == 0
    assert capsys.readouterr().out == (
        "4 backward steps of 3 ops checked; all right; 4 parameters from the loss: all right\n"
    )


def test_one_step_of_a_run_is_checked(run, capsys):
    assert cli.main(["gradcheck", "--at", "it0/backward/MLP/sigmoid", "--format", "json", run]) == 0
    (found,) = json.loads(capsys.readouterr().out)["steps"]
    assert (found["op"], found["verdict"]) == ("sigmoid", "right")
