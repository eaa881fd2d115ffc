"""Run directories written straight with NumPy: any sequence of headers, or millions of events in a second.

For tests and benchmarks of what reads a log. The events are those of a small perceptron, training in a loop; the
bodies are shared (each kind's line is written once and pointed to by all its events), so that ten million events
take 640 MB of index and little else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bpdebug.log import records as r
from bpdebug.log.definition_records import (
    LayoutDefinition,
    OpDefinition,
    ScopeDefinition,
    TextDefinition,
    ThreadDefinition,
    VariableDefinition,
)
from bpdebug.log.measuring import measure
from bpdebug.log.run_file import RunFile
from bpdebug.log.schema import (
    DEFINITIONS_FILE,
    EVENT_INDEX,
    EVENT_INDEX_FILE,
    EVENTS_FILE,
    NOTHING,
    RUN_FILE,
    SCHEMA_VERSION,
    TENSOR_INDEX,
    TENSOR_INDEX_FILE,
    TENSOR_STATISTICS_FILE,
    EventFlag,
    Kind,
    Phase,
    segment_file,
)

__all__ = ["EVENTS_PER_ITERATION", "PARAMETERS", "header", "write_headers", "write_training"]

_encode = msgspec.json.encode
LAYERS = 8
PARAMETERS = [f"Net.l{i}.{name}" for i in range(LAYERS) for name in ("W", "b")] + ["Net.frozen.W"]


def header(kind: Kind, **fields: Any) -> dict[str, Any]:
    """The fields of one index record, with nothing referred to unless said."""
    nothing = dict.fromkeys(("scope", "label", "site", "node", "partner", "parent"), NOTHING)
    return {**nothing, "kind": kind, "ordinal": 1, "label": 0, **fields}


BODIES: dict[Kind, r.Event] = {
    Kind.run_started: r.RunStartedBody(["net.py"], "net.py", "/", {}, [], ""),
    Kind.scope_entered: r.ScopeEnteredBody(),
    Kind.scope_exited: r.ScopeExitedBody(),
    Kind.forward: r.ForwardBody(0, [r.Slot(1 << 20, 0)], [r.Slot((1 << 20) + 1, 1)]),
    Kind.backward_started: r.BackwardStartedBody([], [], 1),
    Kind.backward_finished: r.BackwardFinishedBody(),
    Kind.backward: r.BackwardBody(0, None, [1], [0], [1 << 20]),
    Kind.grad_accumulated: r.GradAccumulatedBody(0, None, 0, 0),
    Kind.grads_cleared: r.GradsClearedBody(list(range(len(PARAMETERS)))),
    Kind.update_started: r.UpdateStartedBody("SGD", {"lr": 0.1}, 1),
    Kind.update_finished: r.UpdateFinishedBody(),
    Kind.gradient_hooked: r.GradientHookedBody("WeightDecay", 0, 0, 1),
    Kind.param_updated: r.ParamUpdatedBody(0, 0, 0, 1, lr=0.1, rule="SGD"),
    Kind.reported: r.ReportedBody("loss", 1.0),
    Kind.output: r.OutputBody("stdout", "printed\n"),
    Kind.warned: r.WarnedBody("UserWarning", "careful"),
    Kind.failed: r.FailedBody("ValueError", "bad", ""),
    Kind.edited: r.EditedBody(0, 0, 1),
    Kind.run_finished: r.RunFinishedBody(0, "the script ended", {}),
}
"""A body of each kind; tensors 0 and 1 are two small arrays."""


def write_headers(
    directory: str | os.PathLike[str],
    headers: Sequence[Mapping[str, Any]],
    texts: Sequence[str] = ("event",),
    scopes: Sequence[str] = (),
) -> Path:
    """Write a run whose events have these headers, and the body of their kind from `BODIES`."""
    index = np.zeros(len(headers), EVENT_INDEX)
    for name in EVENT_INDEX.names or ():
        if name not in ("offset", "length"):
            index[name] = [fields.get(name, 0) for fields in headers]
    definitions: list[msgspec.Struct] = [TextDefinition(i, text) for i, text in enumerate(texts)]
    definitions += [ScopeDefinition(i, path, "Link") for i, path in enumerate(scopes)]
    path = Path(directory)
    _write_rest(path, definitions)
    offsets = _write_bodies(path, index)
    index["offset"], index["length"] = offsets[0][index["kind"]], offsets[1][index["kind"]]
    index.tofile(path / EVENT_INDEX_FILE)
    return path


def write_training(directory: str | os.PathLike[str], events: int) -> Path:
    """Write a run of about `events` events (whole iterations): `LAYERS` linear layers, SGD, a loss, a print."""
    path = Path(directory)
    texts, template = _one_iteration()
    scopes = ["Net", *(f"Net.l{i}" for i in range(LAYERS))]
    definitions: list[msgspec.Struct] = [TextDefinition(i, text) for i, text in enumerate(texts)]
    definitions += [ScopeDefinition(i, scope, "Linear") for i, scope in enumerate(scopes)]
    definitions += [VariableDefinition(i, name, parameter=True, first=0) for i, name in enumerate(PARAMETERS)]
    _write_rest(path, definitions)
    offsets = _write_bodies(path, template)
    template["offset"], template["length"] = offsets[0][template["kind"]], offsets[1][template["kind"]]
    size = len(template)
    iterations = max(events // size, 1)
    with (path / EVENT_INDEX_FILE).open("wb") as file:
        for begin in range(0, iterations, 4096):
            numbers = np.arange(begin, min(begin + 4096, iterations), dtype=np.uint32)
            block = np.tile(template, len(numbers))
            iteration = np.repeat(numbers, size)
            block["iteration"] = iteration
            for field, step in (("partner", size), ("parent", size), ("node", LAYERS)):
                there = block[field] != NOTHING
                block[field][there] += (iteration * step)[there]
            block["time_us"] = (iteration.astype(np.int64) * size).clip(max=NOTHING)
            block["value"] = 1 / (1 + iteration)
            block.tofile(file)
    return path


def _write_rest(path: Path, definitions: list[msgspec.Struct]) -> None:
    """Everything but events: the run file, definitions, and two tensors."""
    path.mkdir(parents=True, exist_ok=True)
    run = RunFile(SCHEMA_VERSION, "synthetic 1", "2000-01-01T00:00:00+00:00", "net.py", 1)
    (path / RUN_FILE).write_bytes(_encode(run))
    definitions = [
        *definitions,
        ThreadDefinition(0, "MainThread"),
        OpDefinition(0, "Linear", "linear", ["x"], ["y"]),
        LayoutDefinition(0, "<f4", [2, 3]),
    ]
    (path / DEFINITIONS_FILE).write_bytes(b"".join(_encode(found) + b"\n" for found in definitions))
    tensors = np.zeros(2, TENSOR_INDEX)
    tensors["offset"] = [0, 64]
    tensors.tofile(path / TENSOR_INDEX_FILE)
    content = np.zeros(32, "<f4")
    content[:6], content[16:22] = np.arange(6), np.arange(6) * 0.5
    content.tofile(path / segment_file(0))
    measured = measure(content[:6]) + measure(content[16:22])
    (path / TENSOR_STATISTICS_FILE).write_bytes(measured)


def _write_bodies(path: Path, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One line a kind, in `events.jsonl`; offsets and lengths by kind."""
    offsets, lengths = np.zeros(len(Kind), np.uint64), np.zeros(len(Kind), np.uint32)
    with (path / EVENTS_FILE).open("wb") as file:
        for kind, body in BODIES.items():
            offsets[kind] = file.tell()
            lengths[kind] = file.write(_encode(body) + b"\n")
    return offsets, lengths


def _one_iteration() -> tuple[list[str], np.ndarray]:
    """The labels, and the records of iteration 0."""
    texts: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    stack: list[int] = []

    def add(kind: Kind, label: str, phase: Phase, **fields: Any) -> int:
        if kind.closes:
            fields["partner"] = stack.pop()
        rows.append(
            header(
                kind,
                label=texts.setdefault(label, len(texts)),
                phase=phase,
                depth=len(stack),
                **({"parent": stack[-1]} if stack else {}),
                **fields,
            )
        )
        if kind.opens:
            stack.append(len(rows) - 1)
        return len(rows) - 1

    add(Kind.scope_entered, "enter", Phase.forward, scope=0)
    forwards = []
    for i in range(LAYERS):
        add(Kind.scope_entered, "enter", Phase.forward, scope=i + 1)
        forwards.append(add(Kind.forward, "linear", Phase.forward, scope=i + 1, node=i))
        add(Kind.scope_exited, "exit", Phase.forward, scope=i + 1)
    add(Kind.scope_exited, "exit", Phase.forward, scope=0)
    add(Kind.grads_cleared, "cleargrads", Phase.forward)
    add(Kind.reported, "report:loss", Phase.forward, flags=EventFlag.value)
    add(Kind.backward_started, "backward_started", Phase.backward)
    for i in reversed(range(LAYERS)):
        add(Kind.backward, "linear", Phase.backward, scope=i + 1, node=i, partner=forwards[i])
        add(Kind.grad_accumulated, f"grad:Net.l{i}.W", Phase.backward, scope=i + 1)
        add(Kind.grad_accumulated, f"grad:Net.l{i}.b", Phase.backward, scope=i + 1)
    add(Kind.backward_finished, "backward_finished", Phase.backward)
    add(Kind.update_started, "update:SGD", Phase.update)
    for name in PARAMETERS[:-1]:
        add(Kind.param_updated, name, Phase.update, flags=EventFlag.parameter)
    add(Kind.update_finished, "updated:SGD", Phase.update)
    add(Kind.output, "stdout", Phase.update)
    index = np.zeros(len(rows), EVENT_INDEX)
    for name in EVENT_INDEX.names or ():
        if name not in ("offset", "length"):
            index[name] = [fields.get(name, 0) for fields in rows]
    return list(texts), index


EVENTS_PER_ITERATION = len(_one_iteration()[1])
