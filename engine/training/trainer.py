"""Trainer: the training loop."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..reporter import Reporter
from ..serializer import Serializer
from .extension import Extension, refuse_unexpected
from .trigger import get_trigger

__all__ = ["Trainer"]


@dataclass
class _Entry:
    extension: Any
    trigger: Any
    priority: int
    call_before_training: bool


class Trainer:
    """Calls the updater until the stop trigger fires, and after each update the extensions whose triggers fire.

    Args:
        updater: makes one step at each `update()`.
        stop_trigger: when to stop; see `get_trigger`. None: never.
        out: the directory of what extensions write; made if it is missing.
        extensions: extensions to begin with; see `extend`.

    Attributes:
        updater, stop_trigger, out: as given.
        observation: what was reported in the latest iteration, by name.
        reporter: in use during updates; knows the optimizers' models by the optimizers' names.
    """

    def __init__(
        self,
        updater: Any,
        stop_trigger: Any = None,
        out: str = "result",
        extensions: Iterable[Any] | None = None,
    ) -> None:
        self.updater = updater
        self.stop_trigger = get_trigger(stop_trigger)
        self.observation: dict[str, Any] = {}
        self.out = out
        self.reporter = Reporter()
        for name, optimizer in updater.get_all_optimizers().items():
            self.reporter.add_observer(name, optimizer.target)
            self.reporter.add_observers(name, optimizer.target.namedlinks(skipself=True))
        self._done = False
        self._extensions: dict[str, _Entry] = {}
        self._start_at: float | None = None
        self._snapshot_elapsed_time = 0.0
        self._final_elapsed_time = 0.0
        for extension in extensions or ():
            self.extend(extension)
        updater.connect_trainer(self)

    @property
    def is_before_training(self) -> bool:
        """Whether no update was made yet."""
        return self.updater.iteration == 0

    @property
    def elapsed_time(self) -> float:
        """Seconds of training so far, those before a resumed snapshot included.

        Raises:
            RuntimeError: the training has not begun.
        """
        if self._done:
            return self._final_elapsed_time
        if self._start_at is None:
            raise RuntimeError("training has not been started yet")
        return time.perf_counter() - self._start_at + self._snapshot_elapsed_time

    def extend(
        self,
        extension: Any,
        name: str | None = None,
        trigger: Any = None,
        priority: int | None = None,
        *,
        call_before_training: bool = False,
        **kwargs: Any,
    ) -> None:
        """Add an extension.

        Args:
            extension: an `Extension`, or any callable of the trainer.
            name: None: its `name`, `default_name` or `__name__`. If there is one of that name, a number is added.
            trigger: when it is called; None: what the extension says, else every iteration.
            priority: None: what the extension says, else that of a reader.
            call_before_training: whether it is called once before the first update, too.

        Raises:
            ValueError: the name is `training`, or the trigger's unit is unknown.
            TypeError: it has no name, or an argument is unknown.
        """
        refuse_unexpected("extend", kwargs)
        if name is None:
            for attribute in ("name", "default_name", "__name__"):
                name = getattr(extension, attribute, None)
                if name is not None:
                    break
            else:
                raise TypeError("name is not given for the extension")
        if name == "training":
            raise ValueError('the name "training" is prohibited as an extension name')
        if trigger is None:
            trigger = getattr(extension, "trigger", (1, "iteration"))
        trigger = get_trigger(trigger)
        if priority is None:
            priority = getattr(extension, "priority", Extension.priority)
        unique_name, number = name, 0
        while unique_name in self._extensions:
            number += 1
            unique_name = f"{name}_{number}"
        extension.name = unique_name
        self._extensions[unique_name] = _Entry(extension, trigger, priority, call_before_training)

    def get_extension(self, name: str) -> Any:
        """The extension of that name.

        Raises:
            ValueError: there is none.
        """
        if name not in self._extensions:
            raise ValueError(f"extension {name} not found")
        return self._extensions[name].extension

    def run(self, show_loop_exception_msg: bool = True) -> None:
        """Train until the stop trigger fires.

        Args:
            show_loop_exception_msg: whether an exception is shown on stderr before the extensions are finalized.

        Raises:
            RuntimeError: it has run already.
        """
        if self._done:
            raise RuntimeError("cannot run training loop multiple times")
        os.makedirs(self.out, exist_ok=True)
        entries = sorted(self._extensions.values(), key=lambda entry: entry.priority, reverse=True)
        self._start_at = time.perf_counter()
        for entry in entries:
            _call_if_there(entry.extension, "initialize", self)
        update = self.updater.update
        stop_trigger = self.stop_trigger
        try:
            self.observation = {}
            with self.reporter.scope(self.observation):
                for entry in entries:
                    if entry.call_before_training:
                        entry.extension(self)
            while not stop_trigger(self):
                self.observation = {}
                with self.reporter.scope(self.observation):
                    update()
                    for entry in entries:
                        if entry.trigger(self):
                            entry.extension(self)
        except Exception as error:
            self._show_and_tell(error, entries, show_loop_exception_msg)
            raise
        finally:
            for entry in entries:
                _call_if_there(entry.extension, "finalize")
            self.updater.finalize()
        self._final_elapsed_time = self.elapsed_time
        self._done = True

    def _show_and_tell(self, error: Exception, entries: list[_Entry], show: bool) -> None:
        if show:
            sys.stderr.write(
                f"Exception in main training loop: {error}\nTraceback (most recent call last):\n"
            )
            traceback.print_tb(error.__traceback__)
            sys.stderr.write("Will finalize trainer extensions and updater before reraising the exception.\n")
        for entry in entries:
            try:
                _call_if_there(entry.extension, "on_error", self, error, error.__traceback__)
            except Exception as second:
                sys.stderr.write(
                    f"Exception in error handler: {second}\nTraceback (most recent call last):\n"
                )
                traceback.print_tb(second.__traceback__)

    def serialize(self, serializer: Any) -> None:
        """Save the whole state of the training into a serializer, or load it from one."""
        self.updater.serialize(serializer["updater"])
        if hasattr(self.stop_trigger, "serialize"):
            self.stop_trigger.serialize(serializer["stop_trigger"])
        extensions, triggers = serializer["extensions"], serializer["extension_triggers"]
        for name, entry in self._extensions.items():
            if hasattr(entry.extension, "serialize"):
                entry.extension.serialize(extensions[name])
            if hasattr(entry.trigger, "serialize"):
                entry.trigger.serialize(triggers[name])
        if isinstance(serializer, Serializer):
            serializer("_snapshot_elapsed_time", self.elapsed_time)
        else:
            self._snapshot_elapsed_time = serializer("_snapshot_elapsed_time", 0.0)


def _call_if_there(extension: Any, name: str, *args: Any) -> None:
    method = getattr(extension, name, None)
    if method is not None:
        method(*args)
