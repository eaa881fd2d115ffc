"""Hyperparameters of optimizers: those of one parameter's rule fall back on those of the optimizer."""

from __future__ import annotations

from typing import Any

import numpy

__all__ = ["Hyperparameter", "HyperparameterProxy"]


class Hyperparameter:
    """Named values; a name that was not set here is looked up in the parent.

    Args:
        parent: another `Hyperparameter`, or None.
    """

    _parent: Hyperparameter | None = None

    def __init__(self, parent: Hyperparameter | None = None) -> None:
        self._parent = parent

    @property
    def parent(self) -> Hyperparameter | None:
        return self._parent

    def value(self, name: str) -> Any:
        """The same as the attribute `name`, faster: rules ask for it at each update of each parameter.

        Raises:
            AttributeError: neither this nor a parent has it.
        """
        holder: Hyperparameter | None = self
        while holder is not None:
            own = holder.__dict__
            if name in own:
                return own[name]
            holder = own.get("_parent")
        raise AttributeError(f"there is no hyperparameter {name!r}")

    def __getattr__(self, name: str) -> Any:
        return self.value(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, numpy.generic):
            # A NumPy number would turn float32 parameters into float64 on their way; a Python number doesn't.
            value = value.item()
        object.__setattr__(self, name, value)

    def get_dict(self) -> dict[str, Any]:
        """All names and values, those of the parents included."""
        values = {} if self._parent is None else self._parent.get_dict()
        values.update((name, value) for name, value in vars(self).items() if name != "_parent")
        return values

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in sorted(self.get_dict().items()))
        return f"{type(self).__name__}({values})"


class HyperparameterProxy:
    """An attribute of an optimizer or a rule that stands for the hyperparameter of that name."""

    def __init__(self, attr_name: str) -> None:
        self._attr_name = attr_name
        self.__doc__ = f"Alias to `self.hyperparam.{attr_name}`."

    def __get__(self, obj: Any, type: Any = None) -> Any:
        return self if obj is None else getattr(obj.hyperparam, self._attr_name)

    def __set__(self, obj: Any, value: Any) -> None:
        setattr(obj.hyperparam, self._attr_name, value)
