"""The bar that `Evaluator(progress_bar=True)` draws while it evaluates."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from .util import ProgressBar

__all__ = ["with_bar"]


def with_bar(batches: Iterable[Any], out: TextIO | None = None) -> Iterator[Any]:
    """`batches` one by one, with a bar that is drawn when a batch has been used.

    Args:
        batches: lists of examples; an iterator that has a `dataset` says how many there will be.
        out: where to; None for stdout.
    """
    total = len(dataset) if (dataset := getattr(batches, "dataset", None)) is not None else None
    bar = _EvaluationBar(total, out)
    for batch in batches:
        yield batch
        bar.done += len(batch)
        bar.update()
    bar.close()


class _EvaluationBar(ProgressBar):
    """The lines of an evaluation of `total` examples, of which `done` were used."""

    def __init__(self, total: int | None, out: TextIO | None) -> None:
        super().__init__(out=out)
        self.total = total
        self.done = 0
        self._started = time.perf_counter()

    def get_lines(self) -> list[str]:
        took_s = time.perf_counter() - self._started
        per_s = self.done / took_s if took_s else float("inf")
        if self.total is None:
            return [f"{self.done:10} iterations\n", f"{per_s:10.5g} iters/sec.\n"]
        rate = min(self.done / self.total, 1) if self.total else 1.0
        remaining = datetime.timedelta(seconds=max(self.total - self.done, 0) / per_s)
        return [
            f"validation {self.bar(rate)}\n",
            f"{self.done:10} / {self.total} iterations\n",
            f"{per_s:10.5g} iters/sec. Estimated time to finish: {remaining}.\n",
        ]
