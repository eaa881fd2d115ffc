"""The extension that keeps a log of the means of observed values."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from ... import reporter
from ...serializer import Serializer
from ..extension import Extension, refuse_unexpected
from ..trigger import get_trigger

__all__ = ["LogReport"]


class LogReport(Extension):
    """Takes the means of observed values over an interval, and writes all of them so far as a JSON file.

    Each entry has `epoch`, `iteration` and `elapsed_time`, too.

    Args:
        keys: names of the values; None: all.
        trigger: the ends of the intervals.
        postprocess: called with each entry, a dict, which it may change, before it is written.
        filename: in the trainer's directory; may hold fields such as `{iteration}`. None: `log`.
        kwargs: `log_name`, the older name of `filename`; None: no file.

    Raises:
        TypeError: an argument is unknown.
    """

    def __init__(
        self,
        keys: Iterable[str] | None = None,
        trigger: Any = (1, "epoch"),
        postprocess: Callable[[dict[str, Any]], Any] | None = None,
        filename: str | None = None,
        **kwargs: Any,
    ) -> None:
        older = kwargs.pop("log_name", "log")
        refuse_unexpected("LogReport", kwargs)
        self._keys = None if keys is None else list(keys)
        self._trigger = get_trigger(trigger)
        self._postprocess = postprocess
        self._log_name = older if filename is None else filename
        self._log: list[dict[str, Any]] = []
        self._summary = reporter.DictSummary()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The entries so far."""
        return self._log

    def __call__(self, trainer: Any) -> None:
        observation = trainer.observation
        if self._keys is None:
            self._summary.add(observation)
        else:
            self._summary.add({key: observation[key] for key in self._keys if key in observation})
        if not (trainer.is_before_training or self._trigger(trainer)):
            return
        entry: dict[str, Any] = {key: float(mean) for key, mean in self._summary.compute_mean().items()}
        entry["epoch"] = trainer.updater.epoch
        entry["iteration"] = trainer.updater.iteration
        entry["elapsed_time"] = trainer.elapsed_time
        if self._postprocess is not None:
            self._postprocess(entry)
        self._log.append(entry)
        self._summary = reporter.DictSummary()
        if self._log_name is not None:
            self._write(os.path.join(trainer.out, self._log_name.format(**entry)))

    def _write(self, path: str) -> None:
        """Write the log beside its place, then put it there, so that nobody reads half of it."""
        unfinished = f"{path}.{os.getpid()}.tmp"
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(self._log, file, indent=4)
        os.replace(unfinished, path)

    def serialize(self, serializer: Any) -> None:
        if hasattr(self._trigger, "serialize"):
            self._trigger.serialize(serializer["_trigger"])
        self._summary.serialize(serializer["_summary"])
        if isinstance(serializer, Serializer):
            serializer("_log", json.dumps(self._log))
        else:
            self._log = json.loads(serializer("_log", "[]") or "[]")
