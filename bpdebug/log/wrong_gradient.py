"""How the log says that a function's backward rule disagrees with its forward: the text of a warning."""

from __future__ import annotations

import msgspec

__all__ = ["CATEGORY", "WrongGradient"]

CATEGORY = "bpdebug.WrongGradient"
"""Of the `warned` event."""


class WrongGradient(msgspec.Struct, frozen=True):
    """Along a random direction the rule of `function` gave `found` for input `place`, finite differences `expected`."""

    function: str
    place: int
    found: float
    expected: float

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> WrongGradient:
        """What a log says.

        Raises:
            msgspec.MsgspecError: it says something else.
        """
        return msgspec.json.decode(text, type=cls)
