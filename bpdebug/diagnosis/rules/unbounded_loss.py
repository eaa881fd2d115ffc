"""The loss has no least value: it goes down with the predictions for ever, whatever the targets are."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op, Walk
from ..facts.training import gradient_layers, is_one_training, loss_walks
from ..finding import Finding

__all__ = ["find"]

_WALKS = 5
_CONSTANT = 1e-5


def find(history: History) -> Iterator[Finding]:
    """The last layer's output is given one and the same gradient, for all examples and in every pass.

    A loss that is bounded below pulls less where it comes near its least value, and pulls some examples up and others
    down. One optimizer and one loss are looked at: a critic that a generator answers has such a loss on purpose.
    """
    if not is_one_training(history):
        return
    walks = [walk for walk in loss_walks(history) if walk.loss is not None]
    if len(walks) < _WALKS or not _falls_below_zero(walks):
        return
    looked_at = (*walks[:_WALKS], walks[len(walks) // 2])
    pulls = {_pull(history, walk, _last_weighted(history, walk)) for walk in looked_at}
    pull = next(iter(pulls))
    op, root = _last_weighted(history, walks[0]), walks[0].root_op
    if len(pulls) > 1 or pull is None or op is None or root is None:
        return
    where = op.scope or op.label
    yield Finding(
        f"the loss has no least value: every output of {where} gets the same gradient ({pull:.3g}) in every pass,"
        " so the predictions run away, whatever the targets are",
        where,
        seq=walks[0].seq,
        site=root.site,
        evidence={"gradient of each output": pull, "first loss": walks[0].loss, "last loss": walks[-1].loss},
        subjects=frozenset({where}),
    )


def _falls_below_zero(walks: list[Walk]) -> bool:
    first, middle, last = (walks[place].loss or 0.0 for place in (0, len(walks) // 2, -1))
    return last < 0 and last < middle < first


def _last_weighted(history: History, walk: Walk) -> Op | None:
    layers = gradient_layers(history, walk)
    return layers[-1][1] if layers else None


def _pull(history: History, walk: Walk, op: Op | None) -> float | None:
    """The gradient that all elements of the op's output get in the walk; None where they differ, or get none."""
    if op is None:
        return None
    step = next((step for step in walk.steps if step.op is op), None)
    spread = history.values.spread(step.gy[0]) if step is not None and step.gy else None
    if spread is None or not spread[0] or spread[1] > _CONSTANT * abs(spread[0]):
        return None
    return float(f"{spread[0]:.4g}")
