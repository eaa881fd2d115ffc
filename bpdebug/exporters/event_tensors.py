"""The tensors that an event itself recorded, and the names under which tensor files keep them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import DamagedLog
from ..log.records import BackwardBody, Event
from ..text import count_text
from ..timeline.tensors import tensors_of
from . import ExportReport

if TYPE_CHECKING:
    from ..timeline import Statistics, TensorView
    from ..timeline.names import Names
    from .selection import Selection

__all__ = ["LeftOut", "entry_name", "event_tensors", "norm", "selected_tensors"]

_NOT_IN_NAMES = re.compile(r"[^\w /.,:;()\[\]=+@~#$&'!^{}-]|(?:(?<=/)|^)\.{1,2}(?=/|$)")


def event_tensors(names: Names, seq: int, body: Event) -> list[TensorView]:
    """What event `seq` recorded, in its roles: no values of other events, and nothing that isn't there."""
    views = tensors_of(names, seq, body)
    if isinstance(body, BackwardBody):
        views = [view for view in views if view.group.startswith("gradient")]
    return [view for view in views if view.tensor is not None]


def entry_name(address: str, role: str) -> str:
    """The name of a tensor in a file: `it3/backward/MLP.l1/linear:gW`.

    Different events and roles have different names. What a path must not hold in any program that unpacks the
    file (`..`, `\\`, control characters) is written as `%` and two hexadecimal digits a byte.
    """
    return _NOT_IN_NAMES.sub(_percent, f"{address}:{role.replace(' ', '_')}").replace("//", "/%2f")


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02x}" for byte in found[0].encode("utf-8", "surrogatepass"))


@dataclass(slots=True)
class LeftOut:
    """How many events were looked at, how many of them couldn't be read, and what the file lacks."""

    events: int = 0
    damaged: int = 0
    tensors: int = 0
    no_dtype: int = 0
    norms: int = 0
    histograms: int = 0

    def report(self) -> ExportReport:
        """As it is told in the end."""
        no_values = {"tensor": self.tensors, "norm": self.norms, "histogram": self.histograms}
        notes = [
            f"{count_text(count, what)} left out: the log doesn't have the values"
            for what, count in no_values.items()
            if count
        ]
        if self.no_dtype:
            notes.append(f"{count_text(self.no_dtype, 'tensor')} left out: the format doesn't have the dtype")
        return ExportReport(self.events, self.damaged, tuple(notes))


def selected_tensors(
    names: Names, selection: Selection, left_out: LeftOut
) -> Iterator[tuple[str, TensorView]]:
    """Name and view of every tensor of the selected events, in order, whether its values were kept or not."""
    for seq in selection.seqs():
        left_out.events += 1
        try:
            address = names.reader.address(seq)
            views = event_tensors(names, seq, names.body(seq))
        except DamagedLog:
            left_out.damaged += 1
            continue
        seen: dict[str, int] = {}
        for view in views:
            name = entry_name(address, view.role)
            seen[name] = seen.get(name, 0) + 1
            yield (name if seen[name] == 1 else f"{name}%{seen[name]}"), view


def norm(measured: Statistics) -> float:
    """The L2 norm of all elements: NaN or infinite where one of them is."""
    if measured.nan:
        return math.nan
    if measured.pos_inf or measured.neg_inf:
        return math.inf
    return measured.l2 or 0.0
