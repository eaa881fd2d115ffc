"""The gradient grows on its way back, from layer to layer."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from ..facts.divergence import blowup
from ..facts.guessing import worse_than_guessing
from ..facts.history import History
from ..facts.training import fall, gradient_layers, gradient_size, losses
from ..finding import Finding

__all__ = ["find"]

_RATIO = 70.0
_LAYERS = 3
_WALKS = 3
_ENOUGH_FALL = 0.3


def find(history: History) -> Iterator[Finding]:
    """The first layer's gradient is many times the last one's, in a run that diverges or doesn't learn."""
    learns = fall(losses(history)) > _ENOUGH_FALL and not worse_than_guessing(history)
    if learns and blowup(history) is None:
        return
    walks = [walk for walk in history.walks if walk.call == "backward" and walk.received][:50]
    if len(walks) < _WALKS:
        return
    layers = gradient_layers(history, walks[0])
    if len(layers) < _LAYERS:
        return
    profile = []
    for parameter, _ in layers:
        sizes = [
            size for size in (gradient_size(history, parameter, walk) for walk in walks) if size is not None
        ]
        if not sizes:
            return
        profile.append(statistics.median(sizes))
    first, last = profile[0], profile[-1]
    if last <= 0 or first < _RATIO * last:
        return
    parameter, op = layers[0]
    yield Finding(
        f"the gradient explodes on its way to {parameter.layer}: it is {first / last:.3g} times that of"
        f" {layers[-1][0].layer}",
        parameter.layer or parameter.name,
        seq=op.steps[0].seq,
        site=parameter.made,
        evidence={"gradients, first layer to last": profile, "layers": len(layers), "walks": len(walks)},
        subjects=frozenset({layer.name for layer, _ in layers} | {layer.layer for layer, _ in layers}),
    )
