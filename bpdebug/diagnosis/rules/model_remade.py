"""The model is made anew in each iteration: what it has learnt is thrown away."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Layer
from ..finding import Finding

__all__ = ["find"]

_TIMES = 5


def find(history: History) -> Iterator[Finding]:
    """Many models of one class from one line, each updated once or twice."""
    roots: dict[int, list[Layer]] = {}
    for layer in history.layers.values():
        if "." not in layer.path and layer.made is not None:
            roots.setdefault(layer.made, []).append(layer)
    counts: dict[str, int] = {}
    for parameter in history.parameters.values():
        top = parameter.name.partition(".")[0]
        counts[top] = max(counts.get(top, 0), len(parameter.moved))
    for site, layers in roots.items():
        updated = [counts.get(layer.path, 0) for layer in layers]
        if len(layers) < _TIMES or max(updated, default=0) > 2 or sum(updated) < _TIMES:
            continue
        line = history.script.loop_line(site) or history.script.maker(site) or ("", 0)
        yield Finding(
            f"{layers[0].cls} is made anew {len(layers)} times, and each one is updated only once or twice",
            layers[1].path.partition("~")[0],
            file=line[0],
            line=line[1],
            seq=history.updates[0].seq,
            evidence={"models": len(layers)},
        )
