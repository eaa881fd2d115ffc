"""Reporting values: what a model says of itself while it runs, and what is made of it.

A script reports by `report({"loss": loss}, model)`. A reporter that is in use stores the value under the name of the
model, such as `main/loss`. Without one nothing is stored; observers of the engine are told either way.
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy

from . import backend, events
from .configuration import config
from .variable import Variable

__all__ = ["DictSummary", "Reporter", "Summary", "get_current_reporter", "report", "report_scope"]


class _Thread(threading.local):
    def __init__(self) -> None:
        self.reporters: list[Reporter] = []


_thread = _Thread()


class Reporter:
    """Stores reported values, each under its name and the name of what reported it.

    Used as a context manager it is the one that `report()` in this thread reaches.

    Attributes:
        observation: dict from name to value.
    """

    def __init__(self) -> None:
        self._observer_names: dict[int, str] = {}
        self.observation: dict[str, Any] = {}

    def __enter__(self) -> Reporter:
        _thread.reporters.append(self)
        return self

    def __exit__(self, *args: Any) -> None:
        _thread.reporters.pop()

    @contextlib.contextmanager
    def scope(self, observation: dict[str, Any]) -> Iterator[None]:
        """Inside this `with` block, this reporter is in use and stores into `observation`."""
        before = self.observation
        self.observation = observation
        try:
            with self:
                yield
        finally:
            self.observation = before

    def add_observer(self, name: str, observer: Any) -> None:
        """What `observer` reports is stored under `name/...`."""
        self._observer_names[id(observer)] = name

    def add_observers(self, prefix: str, observers: Iterable[tuple[str, Any]]) -> None:
        """Add several, as pairs of name and observer; each name follows `prefix`."""
        for name, observer in observers:
            self._observer_names[id(observer)] = prefix + name

    def report(self, values: dict[str, Any], observer: Any = None) -> None:
        """Store values; variables without their graph, unless `config.keep_graph_on_report`.

        Args:
            values: from name to number, array or variable.
            observer: who reports them; its name goes before theirs.

        Raises:
            KeyError: the observer was not added.
        """
        prefix = ""
        if observer is not None:
            if id(observer) not in self._observer_names:
                raise KeyError(
                    "Given observer is not registered to the reporter. "
                    f"Say reporter.add_observer(name, observer) for this {type(observer).__name__} first."
                )
            prefix = self._observer_names[id(observer)] + "/"
        for name, value in values.items():
            if isinstance(value, Variable) and not config.keep_graph_on_report:
                value = copy.copy(value)  # a copy has no creator
            self.observation[prefix + name] = value
        _tell(prefix, values)


def _tell(prefix: str, values: dict[str, Any]) -> None:
    if events.observers:
        for name, value in values.items():
            events.tell.Reported(prefix + name, value)


def get_current_reporter() -> Reporter:
    """The reporter in use in this thread.

    Raises:
        IndexError: there is none.
    """
    if not _thread.reporters:
        raise IndexError(
            "no reporter is in use in this thread; say `with reporter:` around the code that reports"
        )
    return _thread.reporters[-1]


def report(values: dict[str, Any], observer: Any = None) -> None:
    """Report values to the reporter in use; without one only the engine's observers are told.

    Args:
        values: from name to number, array or variable.
        observer: who reports them, such as a link.
    """
    if _thread.reporters:
        _thread.reporters[-1].report(values, observer)
    elif events.observers:
        _tell("", values)


@contextlib.contextmanager
def report_scope(observation: dict[str, Any]) -> Iterator[None]:
    """Inside this `with` block, the reporter in use stores into `observation`.

    Raises:
        IndexError: no reporter is in use.
    """
    current = get_current_reporter()
    before = current.observation
    current.observation = observation
    try:
        yield
    finally:
        current.observation = before


class Summary:
    """Mean and standard deviation of numbers that come one by one."""

    def __init__(self) -> None:
        self._x: Any = 0.0
        self._x2: Any = 0.0
        self._n: Any = 0

    def add(self, value: Any, weight: Any = 1) -> None:
        """Count in a number, an array or a variable, `weight` times."""
        if isinstance(value, Variable):
            value = value.array
        if isinstance(value, numpy.ndarray | numpy.generic) and value.dtype.kind == "f":
            value = value.astype(numpy.float64)  # a sum of many float32 would lose the small ones
        self._x = self._x + weight * value
        self._x2 = self._x2 + weight * value * value
        self._n = self._n + weight

    def serialize(self, serializer: Any) -> None:
        """Save the sums into a serializer, or load them from one; warns if an older version saved none."""
        try:
            self._x = serializer("_x", self._x)
            self._x2 = serializer("_x2", self._x2)
            self._n = serializer("_n", self._n)
        except KeyError:
            warnings.warn("The previous statistics are not saved.", stacklevel=2)

    def compute_mean(self) -> Any:
        """The mean of all values.

        Raises:
            ZeroDivisionError: there was none.
        """
        return self._x / self._n

    def make_statistics(self) -> tuple[Any, Any]:
        """Mean and standard deviation of all values.

        Raises:
            ZeroDivisionError: there was none.
        """
        mean = self._x / self._n
        variance = self._x2 / self._n - mean * mean
        return mean, backend.get_array_module(variance).sqrt(variance)


class DictSummary:
    """A `Summary` for each name of dicts that come one by one; what is no number is passed over."""

    def __init__(self) -> None:
        self._summaries: dict[str, Summary] = {}

    def add(self, d: dict[str, Any]) -> None:
        """Count in the numbers of `d`; a pair stands for a number and its weight."""
        for name, value in d.items():
            weight = 1
            if isinstance(value, tuple):
                value, weight = value[:2]
                if not numpy.isscalar(weight) and getattr(weight, "ndim", -1) != 0:
                    raise ValueError(f"Given weight to {name} was not scalar.")
            if isinstance(value, Variable):
                value = value.array
            if _is_number(value):
                self._summaries.setdefault(name, Summary()).add(value, weight=weight)

    def compute_mean(self) -> dict[str, Any]:
        """The means by name."""
        return {name: summary.compute_mean() for name, summary in self._summaries.items()}

    def serialize(self, serializer: Any) -> None:
        """Save the names and their sums into a serializer, or load them; warns if an older version saved none."""
        try:
            names = json.loads(serializer("_names", json.dumps(list(self._summaries))))
        except KeyError:
            warnings.warn("The names of statistics are not saved.", stacklevel=2)
            return
        if set(names) != set(self._summaries):
            self._summaries = {name: Summary() for name in names}
        for place, name in enumerate(names):
            self._summaries[name].serialize(serializer["_summaries"][str(place)])

    def make_statistics(self) -> dict[str, Any]:
        """The means by name, and the standard deviations by `name.std`."""
        statistics = {}
        for name, summary in self._summaries.items():
            statistics[name], statistics[name + ".std"] = summary.make_statistics()
        return statistics


def _is_number(value: Any) -> bool:
    if isinstance(value, str | bytes):
        return False
    return bool(numpy.isscalar(value)) or getattr(value, "ndim", -1) == 0
