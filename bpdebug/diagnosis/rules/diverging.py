"""The loss runs away: the steps are larger than the slope they follow allows."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.divergence import blowup
from ..facts.history import History
from ..facts.overshoot import overshoot
from ..facts.records import Update
from ..facts.training import is_one_training, model_of
from ..finding import Finding

__all__ = ["find"]

_RATES = ("alpha", "lr")


def find(history: History) -> Iterator[Finding]:
    """A loss that ends at several times its first value, or at infinity after the weights ran away.

    Or one that jumps at the first updates, several times as large as the weights, and doesn't come down well.
    """
    found = blowup(history)
    if found is not None and (is_one_training(history) or found.infinite):
        yield _finding(
            history,
            f"the training diverges: the loss went from {found.first:.4g} to {found.last:.4g}"
            f"{' and on to infinity' if found.infinite else ''}; ",
            found.seq,
            {"first loss": found.first, "last loss": found.last},
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


def _finding(history: History, told: str, seq: int, evidence: dict[str, object]) -> Finding:
    update = history.updates[0]
    rate = _rate(update)
    parameters = [history.parameters[var] for var in update.takes if var in history.parameters]
    return Finding(
        f"{told}{update.optimizer} takes too large steps{'' if rate is None else f' (lr {rate:g})'}",
        update.optimizer,
        seq=seq,
        site=update.made,
        blamed=("lr", "alpha", ""),
        evidence={**evidence, "learning rate": rate, "model": model_of(parameters)},
    )


def _rate(update: Update) -> float | None:
    """The rate as the script set it, not what Adam's correction for its first steps makes of it."""
    for name in _RATES:
        rate = update.hyper.get(name)
        if isinstance(rate, int | float) and not isinstance(rate, bool):
            return float(rate)
    return next((moved.lr for moved in update.moved if moved.lr is not None), None)
