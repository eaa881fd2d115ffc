"""Compares two recorded runs: aligns their events by address, and says where the first difference is and how it grows.

Knows no screen and no command line; `report` and `as_json` put the answer into words.
"""

from __future__ import annotations

from .compare import compare_runs
from .result import Comparison, Difference
from .values import Gap, Tolerance

__all__ = ["Comparison", "Difference", "Gap", "Tolerance", "compare_runs"]
