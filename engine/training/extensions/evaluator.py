"""The extension that evaluates models on another dataset."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

from ... import backend, function, reporter
from ...configuration import using_config
from ...dataset import Iterator, concat_examples
from ...link import Link
from ...utils.deprecation import warn_deprecated
from ..converting import call_loss, converted
from ..extension import PRIORITY_WRITER, Extension, refuse_unexpected
from .evaluation_bar import with_bar

__all__ = ["Evaluator"]


class Evaluator(Extension):
    """Calls a model on all batches of an iterator, in evaluation mode, and reports the means of what it reports.

    Args:
        iterator: an iterator (that doesn't repeat), or a dict of them; the one named `main` is used.
        target: a link, or a dict of them, by the names under which they report.
        converter: makes arrays of a batch.
        device: where the batches go; None: they stay where they are.
        eval_hook: called with this evaluator before each evaluation.
        eval_func: what is called on the batches; None: the main target.
        kwargs: `progress_bar`: whether to draw a bar on stdout while evaluating.

    Raises:
        TypeError: an argument is unknown.
    """

    trigger = (1, "epoch")
    default_name = "validation"
    priority = PRIORITY_WRITER
    name = None

    def __init__(
        self,
        iterator: Any,
        target: Any,
        converter: Callable[..., Any] = concat_examples,
        device: Any = None,
        eval_hook: Callable[[Any], Any] | None = None,
        eval_func: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._progress_bar = kwargs.pop("progress_bar", False)
        refuse_unexpected("Evaluator", kwargs)
        self._iterators = iterator if isinstance(iterator, dict) else {"main": iterator}
        self._targets = {"main": target} if isinstance(target, Link) else target
        self.device = None if device is None else backend.get_device(device)
        self.converter = converter
        self.eval_hook = eval_hook
        self.eval_func = eval_func
        for held in self._iterators.values():
            if isinstance(held, Iterator) and getattr(held, "repeat", False):
                warnings.warn(
                    "Evaluator: the iterator repeats its dataset, so an evaluation may never end; make it with "
                    "repeat=False",
                    stacklevel=2,
                )

    def get_iterator(self, name: str) -> Any:
        """The iterator of that name; KeyError if there is none."""
        return self._iterators[name]

    def get_all_iterators(self) -> dict[str, Any]:
        """All iterators by name."""
        return dict(self._iterators)

    def get_target(self, name: str) -> Any:
        """The target of that name; KeyError if there is none."""
        return self._targets[name]

    def get_all_targets(self) -> dict[str, Any]:
        """All targets by name."""
        return dict(self._targets)

    def __call__(self, trainer: Any = None) -> dict[str, Any]:
        """Evaluate, and report the means under the evaluator's name; without a trainer they are only returned."""
        own = reporter.Reporter()
        prefix = "" if self.name is None else f"{self.name}/"
        for name, target in self._targets.items():
            own.add_observer(prefix + name, target)
            own.add_observers(prefix + name, target.namedlinks(skipself=True))
        with own, using_config("train", False):
            means = self.evaluate()
        reporter.report(means)
        return means

    def evaluate(self) -> dict[str, Any]:
        """The means of what is reported over all batches; a subclass may change how it evaluates."""
        iterator = self._iterators["main"]
        eval_func = self.eval_func or self._targets["main"]
        if self.eval_hook is not None:
            self.eval_hook(self)
        if hasattr(iterator, "reset"):
            iterator.reset()
            batches = iterator
        else:
            warn_deprecated("Evaluator with an iterator that can't be reset", "give the iterator a reset()")
            batches = copy.copy(iterator)
        summary = reporter.DictSummary()
        for batch in with_bar(batches) if self._progress_bar else batches:
            observation: dict[str, Any] = {}
            with reporter.report_scope(observation), function.no_backprop_mode():
                call_loss(eval_func, converted(self.converter, batch, self.device))
            summary.add(observation)
        return summary.compute_mean()

    def finalize(self) -> None:
        """Finalize all iterators."""
        for iterator in self._iterators.values():
            iterator.finalize()
