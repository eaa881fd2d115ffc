"""The usual step: one batch, one loss, one update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import backend
from ...dataset import concat_examples
from ...optimizer import Optimizer
from ..converting import call_loss, converted
from ..extension import refuse_unexpected
from ..updater import Updater

__all__ = ["StandardUpdater"]


class StandardUpdater(Updater):
    """Takes a batch of the main iterator, and lets the main optimizer update its model by the loss of it.

    Args:
        iterator: an iterator, or a dict of them; the one named `main` gives the batches.
        optimizer: an optimizer, or a dict of them.
        converter: makes arrays of a batch.
        device: where models and batches go; None: they stay where they are.
        loss_func: what gives the loss; None: the optimizer's model.
        loss_scale: a factor on the loss of all optimizers, for float16.
        auto_new_epoch: whether the optimizer is told of new epochs.
        kwargs: `input_device`: where batches go, if elsewhere than `device`.

    Attributes:
        iteration: how many updates were made.
    """

    def __init__(
        self,
        iterator: Any,
        optimizer: Any,
        converter: Callable[..., Any] = concat_examples,
        device: Any = None,
        loss_func: Callable[..., Any] | None = None,
        loss_scale: float | None = None,
        auto_new_epoch: bool = True,
        **kwargs: Any,
    ) -> None:
        input_device = kwargs.pop("input_device", None)
        refuse_unexpected("StandardUpdater", kwargs)
        self._iterators: dict[str, Any] = iterator if isinstance(iterator, dict) else {"main": iterator}
        self._optimizers: dict[str, Any] = optimizer if isinstance(optimizer, dict) else {"main": optimizer}
        for name, held in self._optimizers.items():
            if not isinstance(held, Optimizer) and not hasattr(held, "update"):
                raise TypeError(f"StandardUpdater: optimizer {name!r} is of type {type(held).__name__}")
        self._device = None if device is None else backend.get_device(device)
        self._input_device = self._device if input_device is None else backend.get_device(input_device)
        if self._device is not None:
            for held in self._optimizers.values():
                held.target.to_device(self._device)
        self.converter = converter
        self.loss_func = loss_func
        self.iteration = 0
        self.loss_scale = loss_scale
        if loss_scale is not None:
            for held in self._optimizers.values():
                held.set_loss_scale(loss_scale)
        self.auto_new_epoch = auto_new_epoch
        if auto_new_epoch:
            for held in self._optimizers.values():
                held.use_auto_new_epoch = True

    @property
    def device(self) -> Any:
        """Where the models are, None if nobody said."""
        return self._device

    @property
    def input_device(self) -> Any:
        """Where batches go, None if nobody said."""
        return self._input_device

    @property
    def epoch(self) -> int:
        """How many epochs of the main iterator are complete."""
        return self._iterators["main"].epoch

    @property
    def epoch_detail(self) -> float:
        """The same, counting the current one in part."""
        return self._iterators["main"].epoch_detail

    @property
    def previous_epoch_detail(self) -> float | None:
        """What `epoch_detail` was before the latest batch."""
        return self._iterators["main"].previous_epoch_detail

    @property
    def is_new_epoch(self) -> bool:
        """Whether the latest batch completed an epoch."""
        return self._iterators["main"].is_new_epoch

    def get_optimizer(self, name: str) -> Any:
        """The optimizer of that name; KeyError if there is none."""
        return self._optimizers[name]

    def get_all_optimizers(self) -> dict[str, Any]:
        """All optimizers by name."""
        return dict(self._optimizers)

    def get_iterator(self, name: str) -> Any:
        """The iterator of that name; KeyError if there is none."""
        return self._iterators[name]

    def finalize(self) -> None:
        """Finalize all iterators."""
        for iterator in self._iterators.values():
            iterator.finalize()

    def update(self) -> None:
        """Make one step, and count it."""
        self.update_core()
        self.iteration += 1

    def update_core(self) -> None:
        """Make one step; what a subclass changes for another kind of step."""
        iterator, optimizer = self._iterators["main"], self._optimizers["main"]
        arrays = converted(self.converter, iterator.next(), self._input_device)
        loss_func = self.loss_func or optimizer.target
        call_loss(optimizer.update, arrays, loss_func)
        if self.auto_new_epoch and iterator.is_new_epoch:
            optimizer.new_epoch(auto=True)

    def serialize(self, serializer: Any) -> None:
        """Save iterators, optimizers, models and the count into a serializer, or load them from one."""
        for name, iterator in self._iterators.items():
            iterator.serialize(serializer[f"iterator:{name}"])
        for name, optimizer in self._optimizers.items():
            optimizer.serialize(serializer[f"optimizer:{name}"])
            optimizer.target.serialize(serializer[f"model:{name}"])
        self.iteration = serializer("iteration", self.iteration)
