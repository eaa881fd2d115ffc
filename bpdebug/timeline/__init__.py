"""A run as something to move through: positions, moves, the state of everything at a moment.

Reads a log through `log.reader`, live or finished, and gives plain values. Knows no screen and no process.
"""

from __future__ import annotations

from .moment import Moment, SourceFrame, TensorView
from .moves import MOVES, Move
from .rows import Row, RowModel
from .states import Curve, OutputLine, ParameterState
from .statistics import Statistics, joint_norm, statistics
from .timeline import Timeline

__all__ = [
    "MOVES",
    "Curve",
    "Moment",
    "Move",
    "OutputLine",
    "ParameterState",
    "Row",
    "RowModel",
    "SourceFrame",
    "Statistics",
    "TensorView",
    "Timeline",
    "joint_norm",
    "statistics",
]
