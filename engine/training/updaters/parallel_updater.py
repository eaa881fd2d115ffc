"""The step on several devices at once: each takes a part of the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ... import backend, function
from ...dataset import concat_examples
from ..converting import call_loss, converted
from .standard_updater import StandardUpdater

__all__ = ["ParallelUpdater"]


class ParallelUpdater(StandardUpdater):
    """Deals each batch out to copies of the model, adds their gradients up in the main one, and updates that.

    Args:
        iterator, optimizer, converter, loss_func, loss_scale, auto_new_epoch: as in `StandardUpdater`.
        models: dict of models by name, `main` among them; None: copies of the optimizer's model.
        devices: dict of devices by the models' names; needed if `models` is not given.

    Raises:
        ValueError: neither models nor devices are given.
        KeyError: there is no main one.
    """

    def __init__(
        self,
        iterator: Any,
        optimizer: Any,
        converter: Callable[..., Any] = concat_examples,
        models: dict[str, Any] | None = None,
        devices: dict[str, Any] | None = None,
        loss_func: Callable[..., Any] | None = None,
        loss_scale: float | None = None,
        auto_new_epoch: bool = True,
    ) -> None:
        super().__init__(
            iterator,
            optimizer,
            converter,
            loss_func=loss_func,
            loss_scale=loss_scale,
            auto_new_epoch=auto_new_epoch,
        )
        if models is None:
            if devices is None:
                raise ValueError("either models or devices must be specified")
            names = list(devices)
            models = {"main": self._optimizers["main"].target}
            models.update((name, models["main"].copy("copy")) for name in names if name != "main")
        if "main" not in models or (devices is not None and "main" not in devices):
            raise KeyError("ParallelUpdater: one of the models (and of the devices) must be named 'main'")
        if devices is None:
            devices = {name: model.device for name, model in models.items()}
        self._devices = {name: backend.get_device(devices[name]) for name in models}
        for name, model in models.items():
            model.to_device(self._devices[name])
        self._models = models

    def connect_trainer(self, trainer: Any) -> None:
        """Let what the copies report be known under their names, as what the main model reports is under its own."""
        for name, model in self._models.items():
            if model is not self._optimizers["main"].target:
                trainer.reporter.add_observer(name, model)
                trainer.reporter.add_observers(name, model.namedlinks(skipself=True))

    def update_core(self) -> None:
        optimizer, main = self._optimizers["main"], self._models["main"]
        iterator = self._iterators["main"]
        batch = iterator.next()
        names = list(self._models)
        losses = []
        for model in self._models.values():
            model.cleargrads()
        for place, name in enumerate(names):
            part = batch[place :: len(names)]
            if not part:
                continue
            losses.append(self._loss_of(name, part))
        for loss in losses:
            with function.force_backprop_mode():
                loss.backward(loss_scale=self.loss_scale)
        for name, model in self._models.items():
            if name != "main":
                main.addgrads(model)
        optimizer.update()
        for name, model in self._models.items():
            if name != "main":
                model.copyparams(main)
        if self.auto_new_epoch and iterator.is_new_epoch:
            optimizer.new_epoch(auto=True)

    def _loss_of(self, name: str, part: Sequence[Any]) -> Any:
        model = self._models[name]
        arrays = converted(self.converter, part, self._devices[name])
        with function.force_backprop_mode(), backend.using_device(self._devices[name]):
            return call_loss(self.loss_func or model, arrays)
