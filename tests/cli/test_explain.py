"""`bpdebug explain` at the command line."""

from __future__ import annotations

import json

import pytest

from bpdebug import cli
from tests.support.watched import MLP, Watched, step


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    watched = Watched(tmp_path_factory.mktemp("explain") / "run")
    step(MLP())
    watched.read().close()
    return str(watched.directory)


def said(capsys, *words):
    status = cli.main(words)
    out, err = capsys.readouterr()
    return status, out, err


def test_it_prints_terms_total_and_the_way_to_the_loss(run, capsys):
    status, out, err = said(capsys, "explain", run, "it0/backward/MLP.l1/linear", "gW[1,0]")
    assert (status, err) == (0, "")
    assert "Σ gy[n,1] x[n,0] over n < 3" in out
    assert "recorded" in out
    assert "from here to the loss" in out
    assert "MLP/sigmoid" in out


def test_follow_goes_on_to_the_loss(run, capsys):
    _, out, _ = said(capsys, "explain", run, "it0/backward/MLP.l1/linear", "gW[1,0]", "--follow")
    made_by = [line.split()[2] for line in out.splitlines() if line.startswith("  made by")]
    assert made_by == [
        "it0/backward/MLP.l1/linear",
        "it0/backward/MLP/sigmoid",
        "it0/backward/MLP.l2/linear",
        "it0/backward/mean_squared_error",
    ]


def test_json_holds_all_of_it(run, capsys):
    words = ("explain", run, "it0/backward/MLP.l1/linear", "gW[1,0]", "--terms", "1", "--format", "json")
    _, out, _ = said(capsys, *words)
    found = json.loads(out)
    (explanation,) = found["explanations"]
    assert (explanation["element"], explanation["variable"], len(explanation["terms"])) == (
        "gW[1,0]",
        "MLP.l1.W",
        1,
    )
    assert explanation["total"] == pytest.approx(explanation["recorded"], rel=1e-5)
    assert 0 < explanation["covered"] <= 1
    assert [step["op"] for step in found["path"]] == ["linear", "sigmoid", "linear", "mean_squared_error"]


def test_misuse_is_status_2_with_one_line(run, capsys):
    status, out, err = said(capsys, "explain", run, "it0/backward/MLP.l1/linear", "gW[9,9]")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "gW has shape (3, 2)" in err


OWN = """
import chainer, chainer.functions as F, numpy as np
class Swish(chainer.Function):
    def forward(self, inputs):
        (x,) = inputs
        self.s = 1 / (1 + np.exp(-{slope} * x))
        return ((x * self.s).astype(x.dtype),)
    def backward(self, inputs, grads):
        (x,), (gy,) = inputs, grads
        return ((gy * (self.s + {slope} * x * self.s * (1 - self.s))).astype(x.dtype),)
W = chainer.Parameter(np.array([[1, 2, -1]], "f"))
for i in range(2):
    F.sum(Swish()(W) ** 2).backward()
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A recorded script with a function of its own."""
    folder = tmp_path_factory.mktemp("own")
    script = folder / "own.py"
    script.write_text(OWN.format(slope=1.5))
    assert cli.main(["run", "--headless", "--log", str(folder / "run"), str(script)]) == 0
    return folder


def test_show_says_why_values_that_were_not_kept_are_not_explained(tmp_path, capsys):
    watched = Watched(tmp_path / "run", "none")
    step(MLP())
    watched.read().close()
    for event in ("forward", "backward"):
        words = ("show", str(tmp_path / "run"), "--at", f"it0/{event}/MLP.l1/linear", "--view", "explain")
        status, out, _ = said(capsys, *words)
        assert status == 0
        assert "\n  not captured, because the run kept no values (--capture none)\n" in out
        assert "nan" not in out


def test_a_function_of_the_scripts_own_is_explained_by_running_the_script_again(own, capsys):
    words = ("explain", str(own / "run"), "it0/backward/Swish", "gx[0,1]")
    assert cli.main(words) == 1
    assert "--script SCRIPT" in capsys.readouterr().err
    status, out, err = said(capsys, *words, "--script", str(own / "own.py"))
    assert (status, err) == (0, "")
    assert "gy[0,1]" in out
    assert "∂y[0,1]/∂x[0,1]" in out
    assert "total: all of 1 term listed" in out


@pytest.mark.parametrize("address", ["it0/forward/Swish", "it1/forward/Swish"])
def test_what_a_function_of_the_scripts_own_gave_is_explained_at_its_event(own, capsys, address):
    words = ("explain", str(own / "run"), address, "y[0,1]", "--script", str(own / "own.py"))
    status, out, err = said(capsys, *words)
    assert (status, err) == (0, "")
    assert f"made by {address}" in out
    assert "total: all of 2 terms listed" in out


WRITES = """
import chainer, chainer.functions as F, numpy as np
class Twice(chainer.FunctionNode):
    def forward(self, inputs):
        (x,) = inputs
        x *= 2
        return (x + 1,)
    def backward(self, indexes, gys):
        gys[0].array[...] *= 2
        return (gys[0] * 1,)
W = chainer.Parameter(np.array([[1, 2, -1]], "f"))
F.sum(Twice().apply((F.identity(W) + 1,))[0] ** 2).backward()
"""


@pytest.mark.parametrize(
    ("address", "element", "word"),
    [
        ("it0/forward/Twice", "y[0,1]", "∂y[0,1]/∂x[0,1] 2.0"),
        ("it0/backward/Twice", "gx[0,1]", "own code wrote into"),
    ],
)
def test_a_function_that_writes_into_what_it_is_given_is_computed_on_copies(
    tmp_path, capsys, address, element, word
):
    script, run = tmp_path / "writes.py", str(tmp_path / "run")
    script.write_text(WRITES)
    assert cli.main(["run", "--headless", "--log", run, str(script)]) == 0
    capsys.readouterr()
    status, out, err = said(capsys, "explain", run, address, element, "--script", str(script))
    assert (status, err) == (0, "")
    assert word in out


def test_a_script_that_has_changed_meanwhile_is_told_of(own, capsys):
    changed = own / "changed.py"
    changed.write_text(OWN.format(slope=1))
    words = ("explain", str(own / "run"), "it0/backward/Swish", "gx[0,1]", "--script", str(changed))
    status, _, err = said(capsys, *words)
    assert status == 0
    assert "the script computes something else than it did" in err


def test_a_script_that_does_not_come_to_the_event_is_an_error(own, capsys):
    other = own / "other.py"
    other.write_text("import chainer\n")
    words = ("explain", str(own / "run"), "it0/backward/Swish", "gx[0,1]", "--script", str(other))
    status, out, err = said(capsys, *words)
    assert (status, out) == (1, "")
    assert "without coming to it0/backward/Swish" in err
