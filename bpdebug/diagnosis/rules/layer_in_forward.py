"""A layer is constructed in the forward pass: it begins anew each time, and no optimizer ever has it."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Layer, Parameter
from ..finding import Finding

__all__ = ["find"]

_TIMES = 5


def find(history: History) -> Iterator[Finding]:
    """Many layers from one line, each visited by the backward walk of one iteration and never updated."""
    by_site: dict[int, list[Layer]] = {}
    for layer in history.layers.values():
        if layer.made is not None:
            by_site.setdefault(layer.made, []).append(layer)
    by_layer: dict[str, list[Parameter]] = {}
    for parameter in history.parameters.values():
        by_layer.setdefault(parameter.layer, []).append(parameter)
    for site, layers in by_site.items():
        thrown_away = [layer for layer in layers if _is_thrown_away(by_layer.get(layer.path, []))]
        if len(thrown_away) < _TIMES or len(thrown_away) < len(layers) - 1 or not history.updates:
            continue
        first = thrown_away[0]
        used = by_layer[first.path][0].used_by[0]
        yield Finding(
            f"a {first.cls} is constructed in each forward pass, {len(thrown_away)} in all: its weights are drawn anew"
            " each time, and what they would learn is lost",
            first.path,
            seq=used.seq,
            site=site,
            evidence={"layers from this line": len(layers), "of them with an update": 0},
            subjects=frozenset(layer.path for layer in thrown_away),
        )


def _is_thrown_away(parameters: list[Parameter]) -> bool:
    """Whether backward walks came to the layer, in one iteration only, and it never moved."""
    ops = [op for parameter in parameters for op in parameter.used_by]
    trained = any(op.steps for op in ops)
    return trained and len({op.iteration for op in ops}) == 1 and not any(p.moved for p in parameters)
