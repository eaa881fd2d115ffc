"""The loss runs away: the steps are larger than the slope they follow allows."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.divergence import blowup
from ..facts.history import History
from ..facts.training import is_one_training, model_of
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """A loss that ends at several times its first value, or at infinity after the weights ran away."""
    found = blowup(history)
    if found is None or not (is_one_training(history) or found.infinite):
        return
    update = history.updates[0]
    rate = next((moved.lr for moved in update.moved if moved.lr is not None), None)
    parameters = [history.parameters[var] for var in update.takes if var in history.parameters]
    yield Finding(
        f"the training diverges: the loss went from {found.first:.4g} to {found.last:.4g}"
        f"{' and on to infinity' if found.infinite else ''}; {update.optimizer} takes too large steps"
        f"{'' if rate is None else f' (lr {rate:g})'}",
        update.optimizer,
        seq=found.seq,
        site=update.made,
        evidence={
            "first loss": found.first,
            "last loss": found.last,
            "learning rate": rate,
            "model": model_of(parameters),
        },
    )
