"""The loss runs away: the steps are larger than the slope they follow allows."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.divergence import Blowup, blowup
from ..facts.history import History
from ..facts.overshoot import overshoot
from ..facts.training import is_one_training, model_of
from ..finding import Finding

__all__ = ["find"]

_DOWN_AGAIN = 2.0


def find(history: History) -> Iterator[Finding]:
    """A loss that ends at several times its first value, or at infinity after the weights ran away.

    Or one that jumps at the first updates, several times as large as the weights, and doesn't come down well.
    """
    found = blowup(history)
    if found is not None and (is_one_training(history) or found.infinite):
        yield _finding(
            history,
            f"the training diverges: the loss went from {found.first:.4g} {_course(found)}; ",
            found.seq,
            {"first loss": found.first, "largest loss": found.peak, "last loss": found.last},
        )
        return
    jump = overshoot(history) if is_one_training(history) else None
    if jump is not None:
        yield _finding(
            history,
            f"the first updates are {jump.factor:.3g} times as large as the weights: the loss jumped from"
            f" {jump.first:.4g} to {jump.peak:.4g} and ends at {jump.last:.4g}; ",
            jump.seq,
            {
                "first update / weight": jump.factor,
                "first loss": jump.first,
                "largest loss": jump.peak,
                "last loss": jump.last,
            },
        )


def _course(found: Blowup) -> str:
    """Where the loss went, with its peak if it has come down again."""
    if found.infinite:
        return f"to {found.last:.4g} and on to infinity"
    if found.peak > _DOWN_AGAIN * abs(found.last):
        return f"up to {found.peak:.4g} and ends at {found.last:.4g}"
    return f"to {found.last:.4g}"


def _finding(history: History, told: str, seq: int, evidence: dict[str, object]) -> Finding:
    update = history.updates[0]
    rate = update.rate()
    parameters = [history.parameters[var] for var in update.takes if var in history.parameters]
    return Finding(
        f"{told}{update.optimizer} takes too large steps{'' if rate is None else f' (lr {rate:g})'}",
        update.optimizer,
        seq=seq,
        site=update.made,
        blamed=("lr", "alpha", ""),
        evidence={**evidence, "learning rate": rate, "model": model_of(parameters)},
    )
