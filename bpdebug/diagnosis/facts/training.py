"""How the training goes as a whole: its losses, whether they fall, which parts of the model come after which."""

from __future__ import annotations

import bisect
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from .history import History
from .records import Accumulated, Cleared, Op, Parameter, Walk

__all__ = [
    "CONV_OR_LINEAR",
    "among_known",
    "between_seqs",
    "downstream",
    "fall",
    "gradient_layers",
    "gradient_size",
    "is_one_training",
    "layer_before",
    "learns",
    "loss_walks",
    "losses",
    "model_of",
    "part_of",
    "upstream",
    "weighted",
]

_JUMP = 3.0
_NAMED = 4  # layers that a finding names
_Event = TypeVar("_Event", Accumulated, Cleared)
CONV_OR_LINEAR = ("linear", "convolution", "deconvolution")
"""Ops with a weight matrix or filters: labels."""


def loss_walks(history: History, start: int = 0, stop: int = 1 << 62) -> list[Walk]:
    """The walks of the line that calls backward() most often between two events, with the losses they began at."""
    by_line: dict[int, list[Walk]] = defaultdict(list)
    for walk in history.walks:
        if walk.call == "backward" and walk.loss is not None and start <= walk.seq < stop:
            by_line[walk.caller].append(walk)
    return max(by_line.values(), key=len, default=[])


def losses(history: History, start: int = 0, stop: int = 1 << 62) -> list[float]:
    """The finite losses of `loss_walks`."""
    return [
        walk.loss
        for walk in loss_walks(history, start, stop)
        if walk.loss is not None and abs(walk.loss) < 1e300
    ]


def fall(values: list[float]) -> float:
    """By which part of its first value a loss has fallen: 1 to nothing, 0 not at all, negative where it rose.

    Medians of the first tenth and the last fifth are compared; of a loss that jumps up at once, the very first value.
    """
    if len(values) < 4:
        return 0.0
    first = statistics.median(values[: max(2, len(values) // 10)])
    if abs(first) > _JUMP * abs(values[0]):
        first = values[0]
    last = statistics.median(values[-max(2, len(values) // 5) :])
    scale = max(abs(first), 1e-12)
    return (first - last) / scale


def learns(history: History, by: float = 0.2) -> bool:
    """Whether the loss has fallen by this part of its first value, and is finite to the end."""
    walks = loss_walks(history)
    values = losses(history)
    return len(values) == len(walks) and len(values) >= 4 and fall(values) >= by


def is_one_training(history: History) -> bool:
    """Whether one optimizer follows one loss: neither two nets against each other nor alternating tasks."""
    numbers = {update.number for update in history.updates}
    callers = {walk.caller for walk in history.walks if walk.call == "backward"}
    return len(numbers) <= 1 and len(callers) <= 1


def between_seqs(events: Sequence[_Event], start: int, stop: int) -> Sequence[_Event]:
    """Those of some events, which are in order, that lie between two others."""
    first = bisect.bisect(events, start, key=_seq)
    return events[first : bisect.bisect_left(events, stop, lo=first, key=_seq)]


def _seq(event: Accumulated | Cleared) -> int:
    return event.seq


def among_known(history: History, ops: Sequence[Op], count: int) -> list[Op]:
    """About so many ops, evenly spread, of those whose inputs and outputs were kept: of large ones a run keeps few."""
    known = [op for op in ops if all(history.values.known(tensor) for _, tensor in (*op.x, *op.y))]
    return known[:: max(1, len(known) // count)]


def downstream(ops: Iterable[Op]) -> list[Op]:
    """The ops that can be reached from these through their outputs, these included, by event."""
    pending = list(ops)
    seen = {op.seq: op for op in pending}
    while pending:
        for reader in pending.pop().readers:
            if reader.seq not in seen:
                seen[reader.seq] = reader
                pending.append(reader)
    return [seen[seq] for seq in sorted(seen)]


def upstream(ops: Iterable[Op]) -> list[Op]:
    """The ops that these were computed from, these included, by event."""
    pending = list(ops)
    seen = {op.seq: op for op in pending}
    while pending:
        for source in pending.pop().sources:
            if source is not None and source.seq not in seen:
                seen[source.seq] = source
                pending.append(source)
    return [seen[seq] for seq in sorted(seen)]


def layer_before(op: Op) -> Op | None:
    """The op with weights whose result the op works on, not far behind it; None where there is none."""
    source = op.sources[0] if op.sources else None
    for _ in range(5):
        if source is None or weighted(source):
            break
        source = source.sources[0] if source.sources else None
    return source if source is not None and weighted(source) else None


def weighted(op: Op) -> bool:
    """Whether the op multiplies its input with a weight that is learnt."""
    return op.label in CONV_OR_LINEAR or op.label.startswith(CONV_OR_LINEAR)


def model_of(parameters: Iterable[Parameter]) -> str:
    """The longest path that the layers of all these parameters have in common; empty for none."""
    paths = [parameter.layer.split(".") for parameter in parameters if parameter.layer]
    if not paths:
        return ""
    common = paths[0]
    for path in paths[1:]:
        same = 0
        while same < min(len(common), len(path)) and common[same] == path[same]:
            same += 1
        common = common[:same]
    return ".".join(common)


def part_of(chosen: list[Parameter], others: Iterable[Parameter]) -> str:
    """The part of a model that holds the chosen parameters; their layers, where it holds some of the others, too.

    Empty for parameters that no model has in common.
    """
    common = model_of(chosen)
    if not common or not any(f"{other.layer}.".startswith(f"{common}.") for other in others):
        return common
    layers = list(dict.fromkeys(parameter.layer or parameter.name for parameter in chosen))
    return ", ".join(layers[:_NAMED]) + (" ..." if len(layers) > _NAMED else "")


def gradient_layers(history: History, walk: Walk) -> list[tuple[Parameter, Op]]:
    """The weights that the walk came to, in the order of the forward pass."""
    found: dict[int, tuple[int, Parameter, Op]] = {}
    for step in walk.steps:
        op = step.op
        if op is None or not weighted(op) or len(op.x) < 2:
            continue
        parameter = history.parameters.get(op.x[1][0])
        if parameter is not None:
            found.setdefault(parameter.number, (op.seq, parameter, op))
    return [(parameter, op) for _, parameter, op in sorted(found.values(), key=lambda entry: entry[0])]


def gradient_size(history: History, parameter: Parameter, walk: Walk) -> float | None:
    event = next((event for event in walk.received if event.var == parameter.number), None)
    return None if event is None else history.values.rms(event.add)
