"""A conditional random field over a chain of labels, with learnt transitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...functions.loss.crf1d import argmax_crf1d, crf1d
from ...functions.rnn.sequences import by_sequence, by_step
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter

__all__ = ["CRF1d"]


class CRF1d(Link):
    """`crf1d` with learnt transition costs.

    Args:
        n_label: how many labels there are.
        initial_cost: fills `cost`; by default zeros.

    Attributes:
        cost: Parameter (n_label, n_label): what a label after another is worth.

    Reference: Lafferty et al. 2001.
    """

    def __init__(self, n_label: int, initial_cost: Any = None) -> None:
        super().__init__()
        with self.init_scope():
            self.cost = Parameter(
                get_initializer(0 if initial_cost is None else initial_cost), (n_label, n_label)
            )

    def forward(
        self, xs: Sequence[Any], ys: Sequence[Any], reduce: str = "mean", transpose: bool = False
    ) -> Any:
        """The negative log likelihood.

        Args:
            xs, ys: for each step, longer sequences first; see the function `crf1d`.
            reduce: `mean` or `no`.
            transpose: whether xs and ys hold one entry a sequence, not a step.
        """
        if transpose:
            xs, ys = by_step(xs), by_step(ys)
        return crf1d(self.cost, xs, ys, reduce)

    def argmax(self, xs: Sequence[Any], transpose: bool = False) -> tuple[Any, list[Any]]:
        """The scores of the best label sequences, and the labels (a list by step, or by sequence if `transpose`)."""
        lengths = [len(x) for x in xs]
        score, path = argmax_crf1d(self.cost, by_step(xs) if transpose else xs)
        if transpose:
            path = [labels.array for labels in by_sequence(path, lengths)]
        return score, path
