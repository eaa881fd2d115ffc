"""A thread that writes, on a machine that has other things to do."""

from __future__ import annotations

from bpdebug.log.turns import TurnsInPython

__all__ = ["LateTurns"]


class LateTurns(TurnsInPython):
    """As if it were not given a processor unless somebody waits for it."""

    def rest(self, seconds: float) -> None:
        super().rest(10.0)
