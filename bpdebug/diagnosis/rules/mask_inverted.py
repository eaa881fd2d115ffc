"""A masked softmax leaves the padding and takes the words away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.activations import is_softmax
from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import among_known, upstream
from ..finding import Finding

__all__ = ["find"]

_PASSES = 3
_LOOKS = 8
_NOTHING = 1e-6
_WORDS = 3
_MASKS = ("where", "add", "sub", "mul")


def find(history: History) -> Iterator[Finding]:
    """In the rows that a softmax masks, all that it keeps is one number of those looked up, and several are dropped."""
    softmaxes = (op for op in history.training_ops() if is_softmax(op))
    for ops in ops_by_place(history, softmaxes):
        kept: set[int] = set()
        dropped: set[int] = set()
        looked_at = [op for op in among_known(history, ops, _LOOKS) if _split(history, op, kept, dropped)]
        if len(looked_at) < _PASSES or len(kept) != 1 or len(dropped - kept) < _WORDS or kept & dropped:
            continue
        op = looked_at[0]
        mask = next((other for other in reversed(upstream([op])) if other.label in _MASKS and other.fed), op)
        yield Finding(
            f"the mask before {op.label} is the wrong way round: it leaves {kept.pop()} everywhere, the padding,"
            f" and it drops {len(dropped)} other numbers",
            f"{op.scope}/{op.label}" if op.scope else op.label,
            seq=op.seq,
            site=mask.site,
            evidence={"numbers dropped": len(dropped), "passes": len(looked_at)},
            subjects=frozenset({op.label, op.scope}),
        )


def _split(history: History, op: Op, kept: set[int], dropped: set[int]) -> bool:
    """Note which numbers, of an embedding behind the softmax, the masked rows keep; False where none fit its shape."""
    shares = history.values.array(op.y[0][1])
    if shares is None:
        return False
    for other in upstream([op]):
        ids = history.values.array(other.x[0][1]) if other.label == "embed_id" and 0 in other.fed else None
        if ids is None or ids.shape != shares.shape:
            continue
        gone = shares < _NOTHING
        masked = gone.any(axis=-1, keepdims=True)
        kept.update(np.unique(ids[masked & ~gone]).tolist())
        dropped.update(np.unique(ids[gone]).tolist())
        return bool(masked.any())
    return False
