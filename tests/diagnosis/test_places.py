"""Two ops of a kind on one line of a script are two, and the turns of a loop are one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from diagnosed import Case, Diagnoser
from watched import Watched

import engine
import engine.functions as F
import engine.links as L
from bpdebug.diagnosis.facts.history import History
from bpdebug.diagnosis.facts.places import ops_by_place

ITERATIONS = 4
X = np.ones((2, 3), np.float32)
HEAD = """
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
rng = np.random.RandomState(0)
m, m2 = (chainer.Sequential(L.Linear(6, 16), F.relu, L.Linear(16, 2)) for _ in range(2))
both = chainer.ChainList(m, m2)
opt = chainer.optimizers.Adam(0.01).setup(both)
for i in range(40):
    x = rng.randn(24, 6).astype("f")
"""
TAIL = """
    both.cleargrads()
    loss.backward()
    opt.update()
"""
COMPARED_WITH_ITSELF = """
    t, y = x[:, :2] * 2, m(x)
    loss = F.mean_squared_error(y, y) + F.mean_squared_error(m2(x), t)
"""
COMPARED_WITH_TARGETS = COMPARED_WITH_ITSELF.replace("(y, y)", "(y, -t)")
SORTED = """
    t, t2 = np.full(24, i // 20, "i"), (x[:, 0] > 0).astype("i")
    x[:, 1] += 3 * t
    loss = F.softmax_cross_entropy(m(x), t) + F.softmax_cross_entropy(m2(x), t2)
"""
SORTED_FOR_ONE_MODEL = """
    t, t2 = np.full(24, i // 20, "i"), (x[:, 0] > 0).astype("i")
    loss = F.softmax_cross_entropy(m(x + 3 * t[:, None].astype("f")), t) + F.softmax_cross_entropy(m(x), t2)
"""


MIXED = SORTED.replace('np.full(24, i // 20, "i")', '(x[:, 2] > 0).astype("i")')
DOMAINS_TOLD_APART = """
    real, made = np.ones(24, "i"), np.zeros(24, "i")
    loss = F.softmax_cross_entropy(m(x), real) + F.softmax_cross_entropy(m2(x), x[:, 0].astype("i") % 2)
    loss += F.softmax_cross_entropy(m(x + 1), made) + F.softmax_cross_entropy(m(x), real)
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (COMPARED_WITH_ITSELF, "compared-with-itself"),
        (SORTED, "sorted-batches"),
        (SORTED_FOR_ONE_MODEL, "sorted-batches"),
    ],
)
def test_a_faulty_loss_is_found_beside_a_sound_one_on_its_line(
    body: str, code: str, diagnoser: Diagnoser
) -> None:
    script = HEAD + body.strip("\n") + TAIL
    assert code in [finding["code"] for finding in diagnoser.findings(Case("line", script))]


@pytest.mark.parametrize("body", [COMPARED_WITH_TARGETS, MIXED, DOMAINS_TOLD_APART])
def test_two_sound_losses_on_a_line_are_silent(body: str, diagnoser: Diagnoser) -> None:
    script = HEAD + body.strip("\n") + TAIL
    assert diagnoser.findings(Case("line", script)) == []


def two_on_one_line() -> None:
    head, optimizer = _head()
    for _ in range(ITERATIONS):
        loss = F.relu(head(X)) + F.relu(head(2 * X))
        _update(head, optimizer, F.sum(loss))


def two_on_one_line_in_a_function_called_in_a_comprehension() -> None:
    head, optimizer = _head()

    def update(x: np.ndarray) -> None:
        _update(head, optimizer, F.sum(F.relu(head(x)) + F.relu(head(2 * x))))

    [update(X) for _ in range(ITERATIONS)]


def two_on_one_line_in_a_comprehension_that_updates() -> None:
    head, optimizer = _head()

    def loss() -> engine.Variable:
        return F.sum(F.relu(head(X)) + F.relu(head(2 * X)))

    [(head.cleargrads(), loss().backward(), optimizer.update()) for _ in range(ITERATIONS)]


def two_on_one_line_without_an_optimizer() -> None:
    head = L.Linear(3, 2)
    for _ in range(ITERATIONS):
        loss = F.sum(F.relu(head(X)) + F.relu(head(2 * X)))
        loss.backward()


def two_on_one_line_whose_optimizer_never_updates() -> None:
    head, _ = _head()
    for _ in range(ITERATIONS):
        loss = F.sum(F.relu(head(X)) + F.relu(head(2 * X)))
        loss.backward()


def two_walks_from_one_line() -> None:
    head, optimizer = _head()
    for _ in range(ITERATIONS):
        one, two = F.sum(F.relu(head(X))), F.sum(F.relu(head(2 * X)))
        head.cleargrads()
        one.backward()
        two.backward()
        optimizer.update()


def steps_of_a_sequence() -> None:
    head, optimizer = _head()
    for _ in range(ITERATIONS):
        loss = 0
        for _ in range(3):
            loss += F.sum(F.relu(head(X)))
        _update(head, optimizer, loss)


def steps_in_a_comprehension() -> None:
    head, optimizer = _head()
    for _ in range(ITERATIONS):
        loss = sum(F.sum(F.relu(head(step * X))) for step in range(3))
        _update(head, optimizer, loss)


def steps_in_a_comprehension_beside_the_update() -> None:
    head, optimizer = _head()
    for _ in range(ITERATIONS):
        _update(head, optimizer, sum(F.sum(F.relu(head(step * X))) for step in range(3)))


def an_update_after_some_steps() -> None:
    head, optimizer = _head()
    loss = 0
    for step in range(3 * ITERATIONS):
        loss += F.sum(F.relu(head(X)))
        if step % 3 == 2:
            _update(head, optimizer, loss)
            loss = 0


def an_update_after_some_steps_in_a_function() -> None:
    head, optimizer = _head()
    losses = []

    def step(number: int) -> None:
        losses.append(F.sum(F.relu(head(X))))
        if number % 3 == 2:
            _update(head, optimizer, sum(losses))
            losses.clear()

    for number in range(3 * ITERATIONS):
        step(number)


def no_update_where_the_turn_goes_on() -> None:
    head, optimizer = _head()
    loss = 0
    for step in range(3 * ITERATIONS):
        loss += F.sum(F.relu(head(X)))
        if step % 3 != 2:
            continue
        _update(head, optimizer, loss)
        loss = 0


def gradients_of_passes_added_up() -> None:
    head, optimizer = _head()
    for _ in range(ITERATIONS):
        head.cleargrads()
        for _ in range(3):
            F.sum(F.relu(head(X))).backward()
        optimizer.update()


def layers_in_a_loop() -> None:
    layers = engine.ChainList(L.Linear(3, 3), L.Linear(3, 3))
    optimizer = engine.optimizers.SGD(0.1).setup(layers)
    for _ in range(ITERATIONS):
        h = X
        for layer in layers:
            h = F.relu(layer(h))
        _update(layers, optimizer, F.sum(h))


def _head() -> tuple[engine.Link, engine.Optimizer]:
    head = L.Linear(3, 2)
    return head, engine.optimizers.SGD(0.1).setup(head)


def _update(model: engine.Link, optimizer: engine.Optimizer, loss: engine.Variable) -> None:
    model.cleargrads()
    loss.backward()
    optimizer.update()


@pytest.mark.parametrize(
    ("training", "sizes"),
    [
        (two_on_one_line, [ITERATIONS, ITERATIONS]),
        (two_on_one_line_in_a_function_called_in_a_comprehension, [ITERATIONS, ITERATIONS]),
        (two_on_one_line_in_a_comprehension_that_updates, [ITERATIONS, ITERATIONS]),
        (two_on_one_line_without_an_optimizer, [ITERATIONS, ITERATIONS]),
        (two_on_one_line_whose_optimizer_never_updates, [ITERATIONS, ITERATIONS]),
        (two_walks_from_one_line, [ITERATIONS, ITERATIONS]),
        (steps_of_a_sequence, [3 * ITERATIONS]),
        (steps_in_a_comprehension, [3 * ITERATIONS]),
        (steps_in_a_comprehension_beside_the_update, [3 * ITERATIONS]),
        (an_update_after_some_steps_in_a_function, [3 * ITERATIONS]),
        (an_update_after_some_steps, [3 * ITERATIONS]),
        (no_update_where_the_turn_goes_on, [3 * ITERATIONS]),
        (gradients_of_passes_added_up, [3 * ITERATIONS]),
        (layers_in_a_loop, [ITERATIONS, ITERATIONS]),
    ],
)
def test_ops_are_alike_that_the_script_has_once(
    training: Callable[[], None], sizes: list[int], tmp_path: Path
) -> None:
    watched = Watched(tmp_path / "run")
    training()
    history = History(watched.read())
    groups = ops_by_place(history, [op for op in history.training_ops() if op.label == "relu"])
    assert [len(ops) for ops in groups] == sizes
    assert all(len({op.steps[0].walk.seq for op in ops}) >= ITERATIONS for ops in groups)
