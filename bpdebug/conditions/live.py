"""Asks conditions of events while they happen, in the process that makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .condition import Asked, Condition
from .measures import measure
from .one_event import NONFINITE, Header, Names, OneEvent, made_by
from .reports import LatestReports, MetricLabels
from .roles import Piece, Roles

__all__ = ["Arrays", "LiveEvents"]

Arrays = Mapping[str, Sequence[Any]]
"""The very arrays of an event, by the field of its body: `{"x": (...), "y": (...)}`."""


class LiveEvents:
    """Answers for the event at hand; sees every event, so that it knows what was reported.

    Args:
        names: the `LogWriter`'s lists of names.
        to_host: brings an array of any library to a NumPy array.
    """

    def __init__(self, names: Names, to_host: Callable[[Any], np.ndarray] = np.asarray) -> None:
        self._names = names
        self._to_host = to_host
        self._roles = Roles(names)
        self._labels = MetricLabels(names.texts)
        self.reports = LatestReports(names.texts)

    def note(self, header: Header) -> None:
        """Take in an event; to be called for each one, before any question about it."""
        self.reports.note(header)

    def event(self, header: Header, body: Any, arrays: Arrays) -> OneEvent:
        """The domain of the event at hand."""
        return OneEvent(
            header, body, self._names, self._roles, _Arrays(header, body, arrays, self._to_host), self.reports
        )

    def holds(self, condition: Condition, header: Header, body: Any, arrays: Arrays) -> bool:
        """Whether the condition holds at this event, by itself: see `Condition.asked` for what is to be made of it."""
        if header["kind"] not in condition.kinds:
            return False
        if condition.nonfinite and not header["flags"] & NONFINITE:
            return False
        if condition.asked is Asked.reports and not self.is_report_of(condition, header):
            return False
        return bool(condition.rule(self.event(header, body, arrays)))

    def is_report_of(self, condition: Condition, header: Header) -> bool:
        """Whether the event, which is a report, reports one of the condition's metrics."""
        return any(header["label"] in self._labels.of(name) for name in condition.metrics)


class _Arrays:
    """The arrays of the event at hand."""

    __slots__ = ("_arrays", "_body", "_header", "_to_host")

    def __init__(
        self, header: Header, body: Any, arrays: Arrays, to_host: Callable[[Any], np.ndarray]
    ) -> None:
        self._header = header
        self._body = body
        self._arrays = arrays
        self._to_host = to_host

    def array(self, piece: Piece) -> np.ndarray | None:
        several = self._arrays.get(piece.field, ())
        array = several[piece.place] if piece.place < len(several) else None
        return None if array is None else self._to_host(array)

    def measured(self, pieces: list[Piece], name: str) -> Any:
        if name in ("nan", "inf", "finite") and not self._header["flags"] & NONFINITE:
            made = made_by(self._header["kind"], self._body)
            if all(piece in made for piece in pieces):
                return name == "finite"  # the recorder has looked already
        arrays = [self.array(piece) for piece in pieces]
        if any(array is None for array in arrays):
            return None
        return measure([array for array in arrays if array is not None], name)
