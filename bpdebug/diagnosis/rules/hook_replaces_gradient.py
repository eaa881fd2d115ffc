"""A hook of the optimizer puts something else in the place of the gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.records import Hooked, Update
from ..facts.training import learns
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 5
_LITTLE = 0.25
_ELEMENTS = 64
"""In fewer dimensions two directions often have a cosine of that size by chance."""


def find(history: History) -> Iterator[Finding]:
    """What a hook leaves has next to no part in the direction of what it was given, in nearly all updates.

    Clipping, decay and masks keep most of that direction; strong noise does not, but the loss falls all the same.
    """
    if learns(history):
        return
    looked_at: dict[str, list[tuple[Update, Hooked, float]]] = {}
    for update in history.updates:
        for hooked in update.hooked:
            cosine = _cosine(history, hooked)
            if cosine is not None:
                looked_at.setdefault(hooked.hook, []).append((update, hooked, cosine))
    for hook, found in looked_at.items():
        lost = [row for row in found if abs(row[2]) < _LITTLE]
        if len({id(update) for update, _, _ in lost}) < _UPDATES or len(lost) < 0.9 * len(found):
            continue
        update, hooked, _ = lost[0]
        line = history.script.first_with(rf"(class|def)\s+{hook}\b") or history.script.first_with("add_hook")
        yield Finding(
            f"{hook} leaves nothing of the gradient: what it puts in its place goes in another direction (cosine"
            f" {np.median([abs(cosine) for _, _, cosine in found]):.2g})",
            hook,
            seq=hooked.seq,
            site=update.made if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={
                "cosines": [cosine for _, _, cosine in found[:6]],
                "norm before": history.values.norm(hooked.before),
                "norm after": history.values.norm(hooked.after),
            },
            subjects=frozenset({hook}),
        )


def _cosine(history: History, hooked: Hooked) -> float | None:
    before, after = history.values.sample(hooked.before), history.values.sample(hooked.after)
    if before is None or after is None or before.size != after.size or before.size < _ELEMENTS:
        return None
    sizes = float(np.linalg.norm(before)) * float(np.linalg.norm(after))
    if not np.isfinite(sizes) or sizes <= 0:
        return None
    return float(before @ after) / sizes
