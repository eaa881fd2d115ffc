"""A layer or parameter is an attribute of its model, but was not assigned in `init_scope`: no optimizer knows it."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """Gradients come to a parameter that isn't registered and that no optimizer was given."""
    if not history.updates:
        return
    taken = {var for update in history.updates for var in update.takes}
    by_layer: dict[str, list[int]] = {}
    of_line: dict[object, str] = {}
    for parameter in history.parameters.values():
        if not parameter.registered and parameter.received and parameter.number not in taken:
            layer = parameter.layer if parameter.layer in history.layers else parameter.name
            layer = (
                parameter.name if history.layers.get(layer) and history.layers[layer].registered else layer
            )
            # Layers of a list are made on one line, and are one fault.
            layer = of_line.setdefault(history.script.line(parameter.made) or parameter.number, layer)
            by_layer.setdefault(layer, []).append(parameter.number)
    for layer, numbers in by_layer.items():
        first = history.parameters[numbers[0]]
        yield Finding(
            f"{layer} is not registered in its model (assigned outside init_scope, or kept in a list): it gets"
            " gradients, but no optimizer updates it",
            layer,
            seq=first.received[0].seq,
            site=first.made,
            evidence={"parameters": len(numbers), "updates without them": len(history.updates)},
            subjects=frozenset(history.parameters[number].name for number in numbers),
        )
