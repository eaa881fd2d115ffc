"""A parameter that an optimizer was given takes no part in the forward pass, or only beside the loss."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import Why, unreached
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """One finding a layer whose parameters no op uses, or whose result no loss depends on."""
    by_layer: dict[str, list[str]] = {}
    reasons: dict[str, tuple[Why, int | None, int | None]] = {}
    for entry in unreached(history):
        if entry.why in (Why.unused, Why.aside):
            layer = entry.parameter.layer or entry.parameter.name
            by_layer.setdefault(layer, []).append(entry.parameter.name)
            site = entry.parameter.made if entry.op is None else entry.op.site
            reasons[layer] = entry.why, None if entry.op is None else entry.op.seq, site
    for layer, names in by_layer.items():
        why, seq, site = reasons[layer]
        if why is Why.unused:
            message = f"{layer} belongs to the model and to the optimizer, but the forward pass never uses it"
        else:
            message = f"{layer} is used, but the loss that is minimized doesn't depend on its result"
        yield Finding(
            message,
            layer,
            seq=history.updates[0].seq if seq is None else seq,
            site=site,
            evidence={"parameters without gradient": len(names), "updates": len(history.updates)},
            subjects=frozenset(names),
        )
