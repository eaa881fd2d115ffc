"""The figures that a finding shows are those of the run, and it claims no more than they say."""

from __future__ import annotations

import textwrap

from diagnosed import Case, Diagnoser

HEAD = """
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
rng = np.random.RandomState(0)
"""
LOOP = """
for x, t in batches:
    loss = F.{loss}(net(x), t)
    net.cleargrads()
    loss.backward()
    opt.update()
"""


def _script(body: str, loss: str) -> str:
    return HEAD + textwrap.dedent(body) + LOOP.format(loss=loss)


def test_a_loss_that_has_come_down_from_its_peak_is_told_with_the_peak(diagnoser: Diagnoser) -> None:
    body = """
    net = chainer.Sequential(L.Linear(8, 64), F.relu, L.Linear(64, 64), F.relu, L.Linear(64, 1))
    opt = chainer.optimizers.RMSprop(lr=1.0)
    opt.setup(net)
    xs = [rng.randn(50, 8).astype("f") for _ in range(100)]
    batches = [(x, np.tanh(x[:, :1])) for x in xs]
    """
    (finding,) = diagnoser.findings(Case("peak", _script(body, "mean_squared_error")))
    evidence = finding["evidence"]
    assert finding["code"] == "diverging"
    assert evidence["largest loss"] > 2 * evidence["last loss"] > 2 * evidence["first loss"]
    assert f"up to {evidence['largest loss']:.4g}" in finding["message"]


def test_a_step_that_is_too_small_is_told_with_the_rate_that_the_script_set(diagnoser: Diagnoser) -> None:
    body = """
    net = chainer.Sequential(L.Linear(8, 32), F.relu, L.Linear(32, 1))
    opt = chainer.optimizers.Adam(alpha=3e-9)
    opt.setup(net)
    xs = [rng.randn(50, 8).astype("f") for _ in range(30)]
    batches = [(x, x[:, :1] * 3) for x in xs]
    """
    (finding,) = diagnoser.findings(Case("rate", _script(body, "mean_squared_error")))
    assert finding["code"] == "step-too-small"
    assert finding["evidence"]["learning rate"] == 3e-9
    assert "(lr 3e-09)" in finding["message"]


def test_labels_that_nothing_in_the_script_reordered_are_an_info(diagnoser: Diagnoser) -> None:
    body = """
    net = chainer.Sequential(L.Linear(9, 16), F.tanh, L.Linear(16, 2))
    opt = chainer.optimizers.SGD(0.1)
    opt.setup(net)
    xs = [np.sign(rng.randn(50, 9)).astype("f") for _ in range(80)]
    batches = [(x, (x.prod(axis=1) > 0).astype("i")) for x in xs]
    """
    (finding,) = diagnoser.findings(Case("parity", _script(body, "softmax_cross_entropy")))
    assert finding["code"] == "uninformative-labels"
    assert finding["severity"] == "info"
    assert "the model has learnt nothing" in finding["message"]


def test_what_was_so_before_a_nan_does_not_follow_from_it_and_is_seen_first_where_it_began(
    diagnoser: Diagnoser,
) -> None:
    body = """
    net = chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 8), F.relu, L.Linear(8, 1))
    net[2].b.array[:] = -100
    opt = chainer.optimizers.Adam()
    opt.setup(net)
    x = rng.randn(64, 4).astype("f")
    for it in range(30):
        y = net(x)
        loss = F.mean_squared_error(y, np.sign(x[:, :1]))
        if it == 20:
            loss += F.sum(F.log(y - 100))
        net.cleargrads()
        loss.backward()
        opt.update()
    """
    nan, dead = diagnoser.findings(Case("both", HEAD + textwrap.dedent(body)))
    assert (nan["code"], nan["symptoms"]) == ("nan-in-forward", [])
    assert dead["code"] == "dead-relu"
    (zero,) = [one for one in dead["symptoms"] if one["code"] == "zero-gradient"]
    assert zero["address"].startswith("it0/backward/")
