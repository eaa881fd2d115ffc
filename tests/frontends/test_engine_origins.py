"""Where things come from: construction lines, registration, what an optimizer is given, arrays that come again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched import MLP, T, Watched, X, step

import engine
import engine.functions as F
import engine.links as L
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline
from bpdebug.timeline.lines import event_line
from engine import optimizer_hooks, optimizers


def bodies(reader: LogReader, kind: Kind) -> list[Any]:
    return [reader.body(seq) for seq in range(len(reader)) if reader.index["kind"][seq] == kind]


def line_of(reader: LogReader, site: int | None) -> str:
    assert site is not None
    frame = reader.sites[site].frames[-1]
    return reader.sources[frame.source].text.splitlines()[frame.line - 1].strip()


def test_links_parameters_and_optimizers_know_their_lines(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run")
    model = MLP()
    optimizer = optimizers.SGD(lr=0.1).setup(model)  # this very line
    step(model, optimizer)
    with watched.read() as reader:
        l1 = next(scope for scope in reader.scopes if scope.path == "MLP.l1")
        b = next(variable for variable in reader.variables if variable.name == "MLP.l2.b")
        (update,) = bodies(reader, Kind.update_started)
        assert line_of(reader, l1.made) == "self.l1 = L.Linear(2, 3)"
        assert line_of(reader, b.made) == "self.l2 = L.Linear(3, 1)"
        assert line_of(reader, update.made).endswith("# this very line")
        assert l1.registered
        assert b.registered


class Forgetful(engine.Chain):
    def __init__(self) -> None:
        super().__init__()
        self.outside = L.Linear(2, 3)
        self.listed = [L.Linear(3, 3)]
        self.shift = engine.Parameter(np.zeros(3, np.float32))

    def forward(self, x: Any) -> Any:
        return self.listed[0](self.outside(x)) + self.shift


def test_what_is_not_registered_is_named_after_its_attribute(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run")
    F.sum(Forgetful()(X)).backward()
    with watched.read() as reader:
        found = {variable.name: variable.registered for variable in reader.variables}
        assert found == {
            "Forgetful.outside.W": False,
            "Forgetful.outside.b": False,
            "Forgetful.listed.0.W": False,
            "Forgetful.listed.0.b": False,
            "Forgetful.shift": False,
        }


def test_what_an_optimizer_is_given_is_told_once_and_when_it_changes(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run")
    model = MLP()
    optimizer = optimizers.SGD().setup(model)
    optimizer.add_hook(optimizer_hooks.WeightDecay(0.25))
    step(model, optimizer)
    step(model, optimizer)
    model.l1.disable_update()
    step(model, optimizer)
    with watched.read() as reader:
        names = [variable.name for variable in reader.variables]
        first, second, third = bodies(reader, Kind.update_started)
        all_names = ["MLP.l1.W", "MLP.l1.b", "MLP.l2.W", "MLP.l2.b"]
        assert [names[number] for number in first.takes] == all_names
        assert first.hooks == {"WeightDecay": {"rate": 0.25}}
        assert second.takes is None
        assert [names[number] for number in third.frozen] == ["MLP.l1.W", "MLP.l1.b"]
        assert first.number == second.number == third.number == 1


def test_arrays_that_come_again_are_seen(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run")
    model = MLP()
    model(X)
    model(X)
    model(X[:2])
    with watched.read() as reader:
        fed = [body.fed[0] for body in bodies(reader, Kind.forward) if body.fed]
        assert [entry.place for entry in fed] == [0, 0, 0]
        assert fed[0].serial == fed[1].serial != fed[2].serial
        assert [entry.rows for entry in fed] == [0, 0, 3]


def test_an_array_changed_between_forward_and_backward_is_named(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run")
    model = MLP()
    x = X.copy()
    h = F.sigmoid(model.l1(x))
    loss = F.mean_squared_error(model.l2(h), T)
    h.array[:] = 0.5
    x[:] = 0
    loss.backward()
    with watched.read() as reader:
        changed = {reader.ops[body.op].label: body.changed for body in bodies(reader, Kind.backward)}
        assert changed == {
            "mean_squared_error": [],
            "linear": ["x0"],  # of l1, the last
            "sigmoid": ["y0"],
        }
        timeline = Timeline(reader)
        moment = timeline.moment(reader.find("it0/backward/sigmoid"))
        assert {view.role: view.changed for view in moment.tensors if view.changed} == {"y": "changed since"}
        assert event_line(timeline.names, moment.seq).endswith("  (y changed since)")


TOLD = (Kind.forward, Kind.backward, Kind.grad_accumulated, Kind.gradient_hooked, Kind.param_updated)
"""The kinds that tell of changes outside any op."""


@pytest.mark.parametrize("size", [3, 3000])
def test_what_the_script_did_to_parameters_and_gradients_is_marked_where_it_is_first_seen(
    tmp_path: Path, size: int
) -> None:
    watched = Watched(tmp_path / "run")
    model = L.Linear(2, size)
    optimizer = optimizers.SGD(0.1).setup(model)
    model.cleargrads()
    F.sum(model(X)).backward()
    model.W.grad[...] *= 2
    F.sum(model(X)).backward()  # adds to what was doubled
    model.b.array[0] = 3
    model.b.grad = model.b.grad / 2
    optimizer.update()
    optimizer.add_hook(optimizer_hooks.WeightDecay(0.5))
    model.W.grad = np.ones_like(model.W.array)
    optimizer.update()
    with watched.read() as reader:
        told = {
            reader.address(seq): reader.body(seq).changed
            for kind in TOLD
            for seq in np.flatnonzero(reader.index["kind"] == kind).tolist()
            if reader.body(seq).changed
        }
        assert told == {
            "it0/backward/Linear/grad:Linear.W~2": ["before"],
            "it0/update/Linear.b": ["before", "grad"],
            "it0/update/WeightDecay:Linear.W": ["before"],
        }
        seen = "Changed outside any op since an event last showed it: "
        timeline = Timeline(reader)
        for address, words in zip(told, ("grad before", "grad before", "before, gradient"), strict=True):
            assert seen + words in timeline.moment(reader.find(address)).facts
            moment = timeline.moment(reader.find(address))
            marked = [view.role for view in moment.tensors if view.changed == "changed outside any op"]
            assert ", ".join(marked) == words
            assert event_line(timeline.names, moment.seq).endswith(f"  ({words} changed outside any op)")


def test_a_usual_step_changes_nothing(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run")
    model = MLP()
    optimizer = optimizers.Adam().setup(model)
    optimizer.add_hook(optimizer_hooks.WeightDecay(0.1))
    for _ in range(3):
        step(model, optimizer)
        F.mean_squared_error(model(X), T).backward()  # its gradients are cleared, or added to
    optimizer.update()
    with watched.read() as reader:
        for kind in TOLD:
            assert all(not body.changed for body in bodies(reader, kind)), kind


@pytest.mark.parametrize("size", [3, 3000])
def test_a_parameter_in_the_place_of_another_one_has_changed(tmp_path: Path, size: int) -> None:
    watched = Watched(tmp_path / "run")
    model = L.Linear(2, size)
    optimizer = optimizers.SGD(0.1)
    for value in (0, 1, 2):
        model(X)
        optimizer.setup(model)
        model.cleargrads()
        F.sum(model(X)).backward()
        if value == 2:
            del model.W
            with model.init_scope():
                model.W = engine.Parameter(np.ones((size, 2), np.float32))
                model.W.grad = np.full((size, 2), 7, np.float32)
        optimizer.setup(model)
        optimizer.update()
        del model.b
        with model.init_scope():
            model.b = engine.Parameter(np.full(size, value, np.float32))
    with watched.read() as reader:
        changed = [body.changed for body in bodies(reader, Kind.forward) if len(body.x) == 3]
        assert changed == [[], [], [2], [], [2], []]
        updated = [body.changed for body in bodies(reader, Kind.param_updated)]
        assert updated == [[], [], [], [], ["before", "grad"], []]
