"""How a link is saved and loaded."""

from __future__ import annotations

from typing import Any

from ..parameter import Parameter

__all__ = ["SavedLink"]


class SavedLink:
    """What a link has to be saved: its parameters and persistent values, by name."""

    _params: set[str]
    _persistent: set[str]

    def serialize(self, serializer: Any) -> None:
        """Save into a serializer, or load from one; a parameter without shape gets the stored one's."""
        values = self.__dict__
        for name in sorted(self._params):
            serialize_parameter(serializer, name, values[name])
        for name in sorted(self._persistent):
            values[name] = serializer(name, values[name])


def serialize_parameter(serializer: Any, name: str, parameter: Parameter) -> None:
    """Save one parameter, or load into its array."""
    stored = serializer(name, parameter.array)
    if parameter._data is None and stored is not None:
        parameter.initialize(stored.shape)
        array: Any = parameter._data
        array[...] = parameter.device.send(stored)
