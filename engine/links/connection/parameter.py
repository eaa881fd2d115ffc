"""Parameter: a link that holds one parameter and gives it."""

from __future__ import annotations

from typing import Any

from ... import parameter
from ...functions.array.copy import identity
from ...link import Link
from ...variable import Variable

__all__ = ["Parameter"]


class Parameter(Link):
    """A link around one parameter, from before links held parameters themselves.

    Args:
        array: the parameter's first value.

    Attributes:
        W: the parameter.
    """

    def __init__(self, array: Any) -> None:
        super().__init__()
        with self.init_scope():
            self.W = parameter.Parameter(array)

    def forward(self, volatile: Any = "off") -> Variable:
        """The parameter, as the output of an op; `volatile` does nothing anymore."""
        return identity(self.W)
