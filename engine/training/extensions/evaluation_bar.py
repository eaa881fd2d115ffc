"""The bar that `Evaluator(progress_bar=True)` draws while it evaluates."""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

__all__ = ["with_bar"]

_LENGTH = 50  # letters of the bar


def with_bar(batches: Iterable[Any], out: TextIO | None = None) -> Iterator[Any]:
    """`batches` one by one, with a bar that is drawn when a batch has been used.

    Args:
        batches: lists of examples; an iterator that has a `dataset` says how many there will be.
        out: where to; None for stdout.
    """
    out = out or sys.stdout
    total = len(dataset) if (dataset := getattr(batches, "dataset", None)) is not None else None
    done = 0
    started = time.perf_counter()
    for batch in batches:
        yield batch
        done += len(batch)
        lines = _lines(done, total, time.perf_counter() - started)
        out.write("\033[J" + "".join(f"{line}\n" for line in lines) + f"\033[{len(lines)}A")
        out.flush()
    out.write("\033[J")
    out.flush()


def _lines(done: int, total: int | None, took_s: float) -> list[str]:
    per_s = done / took_s if took_s else float("inf")
    if total is None:
        return [f"{done:10} iterations", f"{per_s:10.5g} iters/sec."]
    rate = min(done / total, 1) if total else 1.0
    marks = "#" * int(rate * _LENGTH)
    remaining = datetime.timedelta(seconds=max(total - done, 0) / per_s)
    return [
        f"validation [{marks.ljust(_LENGTH, '.')}] {rate:6.2%}",
        f"{done:10} / {total} iterations",
        f"{per_s:10.5g} iters/sec. Estimated time to finish: {remaining}.",
    ]
