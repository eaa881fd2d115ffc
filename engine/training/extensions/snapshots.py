"""Snapshots: the extension that saves the training, or an object, and may go on from what it saved."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import numpy

from ...serializers import DictionarySerializer, NpzDeserializer, save_npz
from ..extension import Extension, refuse_unexpected
from .snapshot_writers import SimpleWriter

__all__ = ["snapshot", "snapshot_object"]


def snapshot(
    savefun: Callable[..., Any] | None = None,
    filename: Any = "snapshot_iter_{.updater.iteration}",
    **kwargs: Any,
) -> Extension:
    """An extension that saves the whole trainer, once an epoch unless triggered otherwise.

    Args:
        savefun: writes a path from a dict of arrays; None: as npz.
        filename: in the trainer's directory, with fields of the trainer; or a function of the trainer.
        kwargs: `target`: what is saved instead of the trainer. `condition`: a function without arguments that says
            whether to save. `writer`: what writes, see `snapshot_writers`. `snapshot_on_error`: whether to save when
            the training fails, too. `n_retains`: how many snapshots are kept; -1: all. `autoload`: whether the
            latest snapshot in the trainer's directory is loaded before the training begins.

    Raises:
        TypeError: an argument is unknown, or both `savefun` and `writer` are given.
    """
    return _make("snapshot", kwargs.pop("target", None), filename, savefun, kwargs)


def snapshot_object(
    target: Any, filename: Any, savefun: Callable[..., Any] | None = None, **kwargs: Any
) -> Extension:
    """An extension that saves an object, such as a model, once an epoch unless triggered otherwise.

    Args:
        target: what has a method `serialize`.
        filename, savefun, kwargs: as in `snapshot`.
    """
    return _make("snapshot_object", target, filename, savefun, kwargs)


def _make(function: str, target: Any, filename: Any, savefun: Any, kwargs: dict[str, Any]) -> Extension:
    options = {
        name: kwargs.pop(name, default)
        for name, default in {
            "condition": None,
            "writer": None,
            "snapshot_on_error": False,
            "n_retains": -1,
            "autoload": False,
        }.items()
    }
    refuse_unexpected(function, kwargs)
    if savefun is not None and options["writer"] is not None:
        raise TypeError("savefun and writer arguments cannot be specified together.")
    if options["writer"] is None:
        options["writer"] = SimpleWriter(savefun=save_npz if savefun is None else savefun)
    return _Snapshot(target, filename, **options)


class _Snapshot(Extension):
    """Saves a target; see `snapshot`."""

    trigger = (1, "epoch")
    priority = -100

    def __init__(
        self,
        target: Any,
        filename: Any,
        condition: Callable[[], bool] | None,
        writer: Any,
        snapshot_on_error: bool,
        n_retains: int,
        autoload: bool,
    ) -> None:
        self._target = target
        self.filename = filename
        self.condition = condition
        self.writer = writer
        self._snapshot_on_error = snapshot_on_error
        self.n_retains = n_retains
        self.autoload = autoload

    def initialize(self, trainer: Any) -> str | None:
        """Load the latest snapshot if `autoload` says so; gives its name."""
        if not self.autoload:
            return None
        found = self._snapshots(trainer.out)
        if not found:
            return None
        with numpy.load(os.path.join(trainer.out, found[-1]), allow_pickle=False) as npz:
            NpzDeserializer(npz).load(trainer if self._target is None else self._target)
        return found[-1]

    def on_error(self, trainer: Any, exc: BaseException, tb: Any) -> None:
        if self._snapshot_on_error:
            self._save(trainer)

    def __call__(self, trainer: Any) -> None:
        if self.condition is None or self.condition():
            self._save(trainer)

    def _save(self, trainer: Any) -> None:
        serializer = DictionarySerializer()
        serializer.save(trainer if self._target is None else self._target)
        name = self.filename(trainer) if callable(self.filename) else self.filename.format(trainer)
        self.writer(name, trainer.out, serializer.target)
        if self.n_retains > 0 and not callable(self.filename):
            for stale in self._snapshots(trainer.out)[: -self.n_retains]:
                os.remove(os.path.join(trainer.out, stale))

    def _snapshots(self, out: str) -> list[str]:
        """Names of the snapshots in a directory, oldest first."""
        if callable(self.filename) or not os.path.isdir(out):
            return []
        fixed = re.split(r"\{[^{}]*\}", self.filename)
        pattern = re.compile(".+?".join(re.escape(part) for part in fixed) + r"\Z")
        found = [name for name in os.listdir(out) if pattern.match(name)]

        def age(name: str) -> tuple[float, list[int]]:
            numbers = [int(digits) for digits in re.findall(r"\d+", name)]
            return os.path.getmtime(os.path.join(out, name)), numbers

        return sorted(found, key=age)

    def finalize(self) -> None:
        """Wait until everything is written."""
        self.writer.finalize()
