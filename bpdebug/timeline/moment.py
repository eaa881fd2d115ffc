"""One event, with everything that its record refers to resolved into plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..errors import NotCaptured
from ..log.records import Event
from ..log.schema import Kind, Phase
from .statistics import Statistics, statistics

__all__ = ["Moment", "SourceFrame", "TensorView"]


@dataclass(frozen=True, slots=True)
class SourceFrame:
    """One line of the user's call stack."""

    path: str
    line: int
    function: str

    @property
    def text(self) -> str:
        """`train.py:41, in forward`, with the path as recorded."""
        return f"{self.path}:{self.line}, in {self.function}"


@dataclass(slots=True)
class TensorView:
    """A tensor as one event saw it, or the place where there is none and why.

    `tensor` is its number in the log; None for one that was computed here (a delta) or that there isn't.
    `shape` is None and `dtype` is "" when nothing is known of it. `why_missing` is "" when `array()` will answer.
    `nonfinite` says that the recorder met a NaN or an infinity in it, `changed` that it was written into outside any op
    ("" where it wasn't).
    """

    group: str
    role: str
    name: str = ""
    variable: int | None = None
    tensor: int | None = None
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    device: str = ""
    why_missing: str = ""
    load: Callable[[], np.ndarray] | None = field(default=None, repr=False, compare=False)
    measure: Callable[[], Statistics] | None = field(default=None, repr=False, compare=False)
    load_sample: Callable[[], np.ndarray | None] | None = field(default=None, repr=False, compare=False)
    nonfinite: bool = False
    changed: str = ""
    _statistics: Statistics | None = field(default=None, repr=False, compare=False)

    @property
    def there(self) -> bool:
        """Whether its values can be had."""
        return not self.why_missing

    @property
    def title(self) -> str:
        """Role and, where it has one, its variable's name: `W MLP.l1.W`."""
        return f"{self.role} {self.name}" if self.name and self.name != self.role else self.role

    def array(self) -> np.ndarray:
        """The values, read-only.

        Raises:
            NotCaptured: there are none; the message is `why_missing`.
            DamagedLog: the log's bytes can't be read.
        """
        if self.why_missing or self.load is None:
            raise NotCaptured(self.why_missing or f"{self.title} has no values")
        return self.load()

    def statistics(self) -> Statistics:
        """Its statistics: as they were recorded, else computed once from the values.

        Raises:
            NotCaptured: neither was recorded.
            DamagedLog: they can't be read.
        """
        if self._statistics is None:
            self._statistics = statistics(self.array()) if self.measure is None else self.measure()
        return self._statistics

    def sample(self) -> np.ndarray | None:
        """Some of its values, evenly spaced, where not all were kept; None where there are none. Raises DamagedLog."""
        return None if self.load_sample is None else self.load_sample()


@dataclass(frozen=True, slots=True)
class Moment:
    """All that one event says.

    Texts are clean: a terminal may print them. `tensors` begins with the most telling one. `frames` and
    `caller_frames` have the innermost frame last. `loss` is the latest reported loss at or before the event, and
    `loss_name` says which where the run has several.
    `body` is None if the event can't be read; `facts` then says why. `partner` and `parent` are the seqs of the
    event's counterpart and of what encloses it, or None.
    """

    seq: int
    address: str
    kind: Kind
    phase: Phase
    iteration: int
    depth: int
    scope: str
    label: str
    thread: str
    time_us: int
    title: str
    frames: list[SourceFrame]
    caller_frames: list[SourceFrame]
    tensors: list[TensorView]
    facts: list[str]
    loss: float | None
    partner: int | None
    parent: int | None
    nonfinite: bool
    body: Event | None
    loss_name: str = ""

    @property
    def frame(self) -> SourceFrame | None:
        """The innermost user frame: the line that made the event."""
        return self.frames[-1] if self.frames else None

    def tensor(self, role: str) -> TensorView | None:
        """The tensor in the role `role` (`x`, `gW` ...), or else of the variable of that name; None if there is none.

        A variable may be called `x`, and then the gradient `gx` is of that variable.
        """
        named = None
        for view in self.tensors:
            if view.role == role:
                return view
            if named is None and view.name == role:
                named = view
        return named
