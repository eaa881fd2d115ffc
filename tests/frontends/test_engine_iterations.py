"""Which iteration an event of a watched script belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from recorded import addresses
from watched import MLP, T, Watched, X, step

import engine
import engine.functions as F
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "run")
    yield watched
    watched.stop()
    watched.recorder.close()


def iterations_of(reader: LogReader, *kinds: Kind) -> list[int]:
    return [int(row["iteration"]) for row in reader.index if int(row["kind"]) in kinds]


def test_gradient_accumulation_is_one_iteration(watched: Watched) -> None:
    model = MLP()
    optimizer = engine.optimizers.SGD(0.1).setup(model)
    for _ in range(2):
        model.cleargrads()
        for _ in range(3):
            F.mean_squared_error(model(X), T).backward()
        optimizer.update()
    reader = watched.read()
    assert iterations_of(reader, Kind.backward_started) == [0, 0, 0, 1, 1, 1]
    # cleargrads comes before the next model call, so it still belongs to the iteration before.
    assert iterations_of(reader, Kind.grads_cleared) == [0, 0]
    accumulated = [
        reader.body(reader.find(f"it1/backward/MLP.l1/grad:MLP.l1.b{n}")) for n in ("", "~2", "~3")
    ]
    assert accumulated[0].before is None
    assert accumulated[1].before == accumulated[0].after
    before, add, after = (
        reader.array(getattr(accumulated[2], field)) for field in ("before", "add", "after")
    )
    np.testing.assert_array_equal(before + add, after)


def test_several_optimizers_and_evaluation_between_epochs(watched: Watched) -> None:
    model, other = MLP(), MLP()
    optimizers = [engine.optimizers.SGD(0.1).setup(each) for each in (model, other)]
    for _ in range(2):
        loss = F.mean_squared_error(model(X) + other(X), T)
        model.cleargrads()
        other.cleargrads()
        loss.backward()
        for optimizer in optimizers:
            optimizer.update()
        with engine.using_config("train", False), engine.no_backprop_mode():
            model(X)
    reader = watched.read()
    assert iterations_of(reader, Kind.update_started) == [0, 0, 1, 1]
    assert "it0/evaluation/MLP.l1/linear" in addresses(reader)
    assert "it1/forward/MLP~2.l1/linear" in addresses(reader)
    assert "it1/update/MLP~2.l1.W" in addresses(reader)
    evaluated = reader.body(reader.find("it0/evaluation/MLP.l1/linear"))
    assert (evaluated.train, evaluated.grad) == (False, False)


def test_without_an_optimizer_a_walk_ends_an_iteration(watched: Watched) -> None:
    model = MLP()
    for _ in range(3):
        step(model)
        for parameter in model.params():
            parameter.array -= 0.1 * parameter.grad
    assert iterations_of(watched.read(), Kind.backward_started) == [0, 1, 2]
