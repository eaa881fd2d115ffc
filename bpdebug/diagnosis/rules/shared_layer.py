"""One layer is registered under several names: what looks like several layers has one set of weights."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]

_TIED = 2


def find(history: History) -> Iterator[Finding]:
    """The optimizer is given all parameters of a layer more than once.

    A layer that is called twice is given once. Tying one weight (an embedding and an output layer) is done on purpose;
    that all parameters of a layer with several come twice is not.
    """
    if not history.updates:
        return
    counts = Counter(history.updates[0].takes)
    by_layer: dict[str, list[int]] = {}
    for parameter in history.parameters.values():
        by_layer.setdefault(parameter.layer, []).append(parameter.number)
    for layer, numbers in by_layer.items():
        times = min(counts[number] for number in numbers)
        if times < 2 or len(numbers) < _TIED:
            continue
        first = history.parameters[numbers[0]]
        name = re.escape(layer.rpartition(".")[2])
        line = history.script.first_with(rf"\bself\.{name}\s*=[^=]")
        yield Finding(
            f"{layer} is registered {times} times under different names: these layers share one set of weights",
            layer,
            seq=first.used_by[0].seq if first.used_by else history.updates[0].seq,
            site=first.made if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"names": times, "parameters": len(numbers)},
            subjects=frozenset({layer, *(history.parameters[number].name for number in numbers)}),
        )
