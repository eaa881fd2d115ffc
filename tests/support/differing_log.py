"""Run directories like `synthetic_log`'s, but with a body of its own for each event, and tensors that all differ.

For benchmarks of what reads bodies and tensors: a million events take 80 MB of bodies and 650,000 tensors.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np

from bpdebug.log import records as r
from bpdebug.log.definition_records import Definition, LayoutDefinition, OpDefinition, TextDefinition
from bpdebug.log.measuring import measure_all
from bpdebug.log.schema import (
    DEFINITIONS_FILE,
    EVENT_INDEX,
    EVENT_INDEX_FILE,
    EVENTS_FILE,
    TENSOR_ALIGNMENT,
    TENSOR_INDEX,
    TENSOR_INDEX_FILE,
    TENSOR_STATISTICS_FILE,
    Kind,
    segment_file,
)
from tests.support.synthetic_log import BODIES, PARAMETERS, write_training

__all__ = ["write_differing"]

_TENSORS_AT_ONCE = 1 << 16
_encode = msgspec.json.encode


def write_differing(directory: str | os.PathLike[str], events: int, elements: int = 6) -> Path:
    """Write a run as `write_training` does, of linear layers with weights of so many float32 elements."""
    path = write_training(directory, events)
    index = np.fromfile(path / EVENT_INDEX_FILE, EVENT_INDEX)
    lines, tensors = _lines_of(index["kind"].tolist(), index["scope"].tolist(), _labels(path, index))
    lengths = np.array([len(line) for line in lines])
    index["length"], index["offset"] = lengths, np.cumsum(lengths) - lengths
    (path / EVENTS_FILE).write_bytes(b"".join(lines))
    index.tofile(path / EVENT_INDEX_FILE)
    definitions = [
        definition
        for definition in _definitions(path)
        if not isinstance(definition, OpDefinition | LayoutDefinition)
    ]
    definitions += [
        OpDefinition(0, "Linear", "linear", ["x", "W", "b"], ["y"]),
        LayoutDefinition(0, "<f4", [elements]),
    ]
    (path / DEFINITIONS_FILE).write_bytes(b"".join(_encode(found) + b"\n" for found in definitions))
    _write_tensors(path, tensors, elements)
    return path


def _definitions(path: Path) -> list[Definition]:
    decode = msgspec.json.Decoder(Definition).decode
    return [decode(line) for line in (path / DEFINITIONS_FILE).read_bytes().splitlines()]


def _labels(path: Path, index: np.ndarray) -> list[str]:
    texts = [found.text for found in _definitions(path) if isinstance(found, TextDefinition)]
    return [texts[label] for label in index["label"].tolist()]


def _lines_of(kinds: list[int], scopes: list[int], labels: list[str]) -> tuple[list[bytes], int]:
    """The lines of all events, and how many tensors they mention."""
    values = list(range(len(PARAMETERS)))
    gradients = [0] * len(PARAMETERS)
    numbers = {name: number for number, name in enumerate(PARAMETERS)}
    shared = {kind: _encode(body) + b"\n" for kind, body in BODIES.items()}
    lines, count, now = [], len(values) + 1, len(values)
    for kind, scope, label in zip(kinds, scopes, labels, strict=True):
        weight, bias = 2 * scope - 2, 2 * scope - 1
        body: r.Event | None = None
        if kind == Kind.forward:
            x = [r.Slot(1 << 20, now), r.Slot(weight, values[weight]), r.Slot(bias, values[bias])]
            body = r.ForwardBody(0, x, [r.Slot(1 << 20, count)], ns=12345, kept=64)
            now, count = count, count + 1
        elif kind == Kind.backward:
            made = [count, count + 1, count + 2]
            body = r.BackwardBody(0, 1, [now], list(made), [1 << 20, weight, bias], [1 << 20], ns=4000)
            now, gradients[weight], gradients[bias] = made
            count += 3
        elif kind == Kind.grad_accumulated:
            number = numbers[label.removeprefix("grad:")]
            body = r.GradAccumulatedBody(number, None, gradients[number], gradients[number], 7)
        elif kind == Kind.param_updated:
            number = numbers[label]
            body = r.ParamUpdatedBody(number, values[number], gradients[number], count, lr=0.1, rule="SGD")
            values[number], count = count, count + 1
        lines.append(shared[Kind(kind)] if body is None else _encode(body) + b"\n")
    return lines, count


def _write_tensors(path: Path, count: int, elements: int) -> None:
    stride = -(-elements * 4 // TENSOR_ALIGNMENT) * TENSOR_ALIGNMENT
    records = np.zeros(count, TENSOR_INDEX)
    records["offset"] = np.arange(count) * stride
    records.tofile(path / TENSOR_INDEX_FILE)
    random = np.random.default_rng(0)
    with (
        (path / segment_file(0)).open("wb") as segment,
        (path / TENSOR_STATISTICS_FILE).open("wb") as measured,
    ):
        for begin in range(0, count, _TENSORS_AT_ONCE):
            some = min(_TENSORS_AT_ONCE, count - begin)
            content = np.zeros((some, stride // 4), "<f4")
            content[:, :elements] = random.standard_normal((some, elements)) * 0.1
            content.tofile(segment)
            measure_all(content.dtype, [row[:elements].tobytes() for row in content]).tofile(measured)
