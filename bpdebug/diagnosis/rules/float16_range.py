"""Gradients are too small for float16: they become zero on their way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.records import Step
from ..finding import Finding

__all__ = ["find"]

_LOST = 0.5
_WALKS = 3
_LOOKS = 10


def find(history: History) -> Iterator[Finding]:
    """A step whose float16 gradients came in small and went out as zeros, in several walks."""
    lost: dict[int, list[tuple[Step, float]]] = {}
    known = [walk for walk in history.walks if all(_is_known(history, step) for step in walk.steps)]
    for walk in known[:: max(1, len(known) // _LOOKS)]:
        for step in walk.steps:
            part = _lost(history, step)
            if part is not None and part > _LOST:
                lost.setdefault(step.site, []).append((step, part))
    for site, found in lost.items():
        step, part = found[0]
        if len(found) < min(_WALKS, len(history.walks)):
            continue
        yield Finding(
            f"{part:.0%} of the float16 gradients of {step.label} became 0: float16 holds nothing below 6e-8",
            f"{step.scope}/{step.label}" if step.scope else step.label,
            seq=step.seq,
            site=site,
            evidence={"part lost": part, "gradient that arrived": history.values.rms(step.gy[0])},
            subjects=frozenset({step.scope}),
        )
        return


def _is_known(history: History, step: Step) -> bool:
    return all(tensor is None or history.values.known(tensor) for tensor in (*step.gy, *step.gx))


def _lost(history: History, step: Step) -> float | None:
    """Which part of the nonzero gradients that arrived left as zero; None where it isn't about float16."""
    gy = next((tensor for tensor in step.gy if tensor is not None), None)
    gx = next((tensor for tensor in step.gx if tensor is not None), None)
    if gy is None or gx is None or history.values.dtype(gx) != "<f2" or step.label == "relu":
        return None
    arrived, left = history.values.sample(gy), history.values.sample(gx)
    if arrived is None or left is None or not arrived.size or not left.size or not arrived.any():
        return None
    small = float(np.abs(arrived).max()) < 1e-3
    return float(np.mean(left == 0)) if small else None
