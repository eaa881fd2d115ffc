"""Plain records that the timeline hands out besides moments and rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["Curve", "OutputLine", "ParameterState"]


@dataclass(slots=True)
class ParameterState:
    """A parameter as it is right after an event; numbers of tensors, None where there is none.

    `value` is its content and `written_at` the event that showed or wrote it (None: since the run first met it).
    `gradient` is what `.grad` holds, `gradient_note` says it in words (`cleared`, `zeros`, `summed`, `hooked` ...),
    `gradient_at` is the event that made it so. `before`, `used_gradient`, `after`, `lr` and `state` are of its
    latest update, at event `updated_at`; `state` maps the optimizer's names to numbers, or to tensors for the
    names in `state_tensors`. `updated_here`: that update is the very event asked about.
    """

    name: str
    variable: int
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    value: int | None = None
    written_at: int | None = None
    gradient: int | None = None
    gradient_note: str = ""
    gradient_at: int | None = None
    before: int | None = None
    used_gradient: int | None = None
    after: int | None = None
    lr: float | None = None
    rule: str = ""
    state: dict[str, float | int | None] = field(default_factory=dict)
    state_tensors: list[str] = field(default_factory=list)
    updated_at: int | None = None
    updated_here: bool = False


@dataclass(slots=True)
class Curve:
    """A reported value over the run: one entry a report, in the order of events.

    `seqs` and `iterations` are int64 arrays, `values` is float64 and may hold NaN and infinities.
    """

    name: str
    seqs: np.ndarray
    iterations: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class OutputLine:
    """One line that the script printed, clean; `seq` is the event that wrote its last piece."""

    seq: int
    stream: str
    text: str
