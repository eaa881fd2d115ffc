"""Ops' formulas as arithmetic: what they are worth at an element, and how they read with elements in them."""

from __future__ import annotations

from .evaluation import UnknownName, evaluate, holds, names_in, text
from .syntax import parse, statements

__all__ = ["UnknownName", "evaluate", "holds", "names_in", "parse", "statements", "text"]
