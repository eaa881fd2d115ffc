"""The gradient fades on its way back: the first layers hardly learn."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from ..facts.activations import activation_of
from ..facts.guessing import beats_guessing
from ..facts.history import History
from ..facts.records import Op, Parameter
from ..facts.training import fall, gradient_layers, gradient_size, losses
from ..finding import Finding

__all__ = ["find"]

_RATIO = 1e-3
_RATIO_WHEN_STUCK = 1e-2
_NO_FALL = 0.1
_LAYERS = 3
_WALKS = 5
_ENOUGH_FALL = 0.3


def find(history: History) -> Iterator[Finding]:
    """The first layer's gradient is less than a thousandth of the last one's; a hundredth, if the loss doesn't move.

    In the median over the first fifth of the walks. Root mean squares are compared within a walk, layer against layer,
    and only in a run that doesn't learn.
    """
    fallen = fall(losses(history))
    walks = [walk for walk in history.walks if walk.call == "backward" and walk.received]
    if fallen > _ENOUGH_FALL or len(walks) < _WALKS or beats_guessing(history):
        return
    walks = walks[: max(_WALKS, len(walks) // 5)]
    ratio = _RATIO if fallen > _NO_FALL else _RATIO_WHEN_STUCK
    layers = gradient_layers(history, walks[-1])
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
    if not 0 < first < ratio * last:
        return
    parameter, op = layers[0]
    site, guilty = _cause(history, layers)
    yield Finding(
        f"the gradient vanishes on its way to {parameter.layer}: it is {first / last:.1e} of that of"
        f" {layers[-1][0].layer}{guilty}",
        parameter.layer or parameter.name,
        seq=op.steps[0].seq,
        site=site,
        blamed=("initialW", "scale"),
        evidence={"gradients, first layer to last": profile, "layers": len(layers), "walks": len(walks)},
        subjects=frozenset({layer.name for layer, _ in layers} | {layer.layer for layer, _ in layers}),
    )


def _cause(history: History, layers: list[tuple[Parameter, Op]]) -> tuple[int | None, str]:
    """The line to look at: of an initialization far too small, else of the squashing function behind the layer."""
    parameter, op = layers[0]
    shape = history.values.shape(parameter.first)
    spread = history.values.spread(parameter.first)
    fan_in = 1
    for size in shape[1:]:
        fan_in *= size
    gain = 1.0 if spread is None else spread[1] * fan_in**0.5
    if gain < 0.2:
        return (
            parameter.made,
            f"; its weights begin with a gain of {gain:.2g}, where 1 keeps the signal's size",
        )
    for reader in op.readers:
        squashing = activation_of(reader)
        if squashing is not None and squashing.squashes:
            return reader.site, f"; each {reader.label} on the way takes a part of it"
    return parameter.made, ""
