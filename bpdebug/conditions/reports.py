"""The latest values of what a script reports, kept while they come.

A name means the metric that is called so, or those whose path ends with it: `loss` is `main/loss`, too, but not
`validation/main/loss`. Of several, the one that was reported last speaks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from ..log.schema import EventFlag, Kind
from .parser import MOST_BACK
from .words import REPORT

__all__ = ["REPORT", "LatestReports", "MetricLabels", "metric_matches"]

_REPORTED, _VALUE = int(Kind.reported), int(EventFlag.value)
_OTHER_DATA = ("val", "test")


def metric_matches(name: str, metric: str) -> bool:
    """Whether what a condition calls `name` is the metric."""
    if metric == name:
        return True
    return "/" not in name and metric.endswith("/" + name) and not metric.lower().startswith(_OTHER_DATA)


class MetricLabels:
    """The labels (text ids) of the metrics that a name means; follows the growing list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._seen = 0
        self._metrics: list[tuple[int, str]] = []
        self._known: dict[str, list[int]] = {}

    def of(self, name: str) -> list[int]:
        """The labels of the metrics that `name` means so far."""
        if self._seen < len(self._texts):
            self._follow()
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = [
                label for label, metric in self._metrics if metric_matches(name, metric)
            ]
        return found

    def _follow(self) -> None:
        count = len(self._texts)
        new = [
            (label, self._texts[label].removeprefix(REPORT))
            for label in range(self._seen, count)
            if self._texts[label].startswith(REPORT)
        ]
        self._seen = count
        if new:
            self._metrics += new
            self._known.clear()


class LatestReports:
    """The last values of each metric, in the order in which they came."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._labels = MetricLabels(texts)
        self._values: dict[int, deque[float]] = {}
        self._reported_at: dict[int, int] = {}

    def note(self, header: Mapping[str, Any]) -> None:
        """Take in an event."""
        if header["kind"] == _REPORTED and header["flags"] & _VALUE:
            label = header["label"]
            values = self._values.get(label)
            if values is None:
                values = self._values[label] = deque(maxlen=MOST_BACK + 1)
            values.append(float(header["value"]))
            self._reported_at[label] = header["seq"]

    def value(self, name: str, back: int) -> float | None:
        """The latest value under the name, or the one `back` reports of the same metric before it."""
        at = self._reported_at
        reported = [label for label in self._labels.of(name) if label in at]
        if not reported:
            return None
        values = self._values[max(reported, key=at.__getitem__)]
        return values[-1 - back] if back < len(values) else None
