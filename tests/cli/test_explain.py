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
