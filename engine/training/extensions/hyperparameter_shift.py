"""What the extensions have in common that change a hyperparameter as the training goes on."""

from __future__ import annotations

from typing import Any

from ..extension import Extension

__all__ = ["HyperparameterShift"]


class HyperparameterShift(Extension):
    """Counts its calls, and sets an attribute of the optimizer to a function of the count.

    A subclass defines `value_at`.

    Args:
        attr: the attribute, such as `lr`.
        init: its first value; None: what the optimizer has when the training begins.
        target: a value that is not passed.
        optimizer: None: the updater's main one.
    """

    def __init__(
        self, attr: str, init: float | None = None, target: float | None = None, optimizer: Any = None
    ) -> None:
        self._attr = attr
        self._init = init
        self._target = target
        self._optimizer = optimizer
        self._t = 0
        self._last_value: float | None = None

    def value_at(self, t: int) -> float:
        """The value after `t` calls."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define value_at(t)")

    def bounded(self, value: float) -> float:
        """The value, or the target if the value has fallen past it."""
        if self._target is not None and (value == 0 or self._target / value > 1):
            return self._target
        return value

    def _optimizer_of(self, trainer: Any) -> Any:
        return self._optimizer or trainer.updater.get_optimizer("main")

    def initialize(self, trainer: Any) -> None:
        optimizer = self._optimizer_of(trainer)
        if self._init is None:
            self._init = getattr(optimizer, self._attr)
        # A resumed training goes on with the value that it had.
        self._set(optimizer, self._init if self._last_value is None else self._last_value)

    def __call__(self, trainer: Any) -> None:
        self._t += 1
        self._set(self._optimizer_of(trainer), self.bounded(self.value_at(self._t)))

    def _set(self, optimizer: Any, value: float) -> None:
        setattr(optimizer, self._attr, value)
        self._last_value = value

    def serialize(self, serializer: Any) -> None:
        self._t = serializer("_t", self._t)
        self._last_value = serializer("_last_value", self._last_value)
        if self._last_value is not None:
            self._last_value = float(self._last_value)
