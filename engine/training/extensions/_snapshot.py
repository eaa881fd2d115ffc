"""Snapshots: the extension that saves the training, or an object, and may go on from what it saved."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from ...serializers import DictionarySerializer, NpzDeserializer, save_npz
from ..extension import Extension, refuse_unexpected
from .snapshot_writers import SimpleWriter

__all__ = ["snapshot", "snapshot_object"]


def _find_snapshot_files(fmt: str, path: str) -> list[tuple[float, str]]:
    """The files of a directory that have a name like `fmt`, with any text in its fields, oldest first.

    Returns:
        Pairs of the time when it was written, in seconds since 1970, and its name. Of those written at one time, the
        one with the larger numbers in its name is the younger.
    """
    fixed = re.split(r"\{[^{}]*\}", fmt)
    pattern = re.compile(".+?".join(re.escape(part) for part in fixed) + r"\Z")
    found = [
        (os.path.getmtime(os.path.join(path, name)), name) for name in os.listdir(path) if pattern.match(name)
    ]
    return sorted(found, key=lambda pair: (pair[0], [int(digits) for digits in re.findall(r"\d+", pair[1])]))


def _find_latest_snapshot(fmt: str, path: str) -> str | None:
    """The name of the youngest file like `fmt` in a directory; None if there is none."""
    found = _find_snapshot_files(fmt, path)
    return found[-1][1] if found else None


def _find_stale_snapshots(fmt: str, path: str, n_retains: int, **kwargs: Any) -> Iterator[str]:
    """The names of all files like `fmt` but the `n_retains` youngest, oldest first."""
    n_retains = kwargs.pop("num_retain", n_retains)
    refuse_unexpected("_find_stale_snapshots", kwargs)
    found = _find_snapshot_files(fmt, path)
    return (name for _, name in found[: max(len(found) - n_retains, 0)])


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
            "condition": _always,
            "writer": None,
            "snapshot_on_error": False,
            "n_retains": -1,
            "autoload": False,
        }.items()
    }
    if "num_retain" in kwargs:  # its name in a release candidate
        options["n_retains"] = kwargs.pop("num_retain")
    refuse_unexpected(function, kwargs)
    if savefun is not None and options["writer"] is not None:
        raise TypeError("savefun and writer arguments cannot be specified together.")
    if options["writer"] is None:
        options["writer"] = SimpleWriter(savefun=save_npz if savefun is None else savefun)
    return _Snapshot(target, filename, **options)


def _always() -> bool:
    return True


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
        self.condition = _always if condition is None else condition
        self.writer = writer
        self._snapshot_on_error = snapshot_on_error
        self.n_retains = n_retains
        self.autoload = autoload

    def initialize(self, trainer: Any) -> str | None:
        """Load the latest snapshot if `autoload` says so; gives its name."""
        if not self.autoload:
            return None
        if callable(self.filename) or not os.path.isdir(trainer.out):
            return None
        latest = _find_latest_snapshot(self.filename, trainer.out)
        if latest is None:
            return None
        with numpy.load(os.path.join(trainer.out, latest), allow_pickle=False) as npz:
            NpzDeserializer(npz).load(trainer if self._target is None else self._target)
        return latest

    def on_error(self, trainer: Any, exc: BaseException, tb: Any) -> None:
        if self._snapshot_on_error:
            self._save(trainer)

    def __call__(self, trainer: Any) -> None:
        if self.condition():
            self._save(trainer)

    def _save(self, trainer: Any) -> None:
        serializer = DictionarySerializer()
        serializer.save(trainer if self._target is None else self._target)
        name = self.filename(trainer) if callable(self.filename) else self.filename.format(trainer)
        self.writer(name, trainer.out, serializer.target)
        if self.n_retains > 0 and not callable(self.filename):
            for stale in list(_find_stale_snapshots(self.filename, trainer.out, self.n_retains)):
                os.remove(os.path.join(trainer.out, stale))

    def finalize(self) -> None:
        """Wait until everything is written."""
        self.writer.finalize()
