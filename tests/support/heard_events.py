"""Events of the engine, as tests hear them."""

from __future__ import annotations

from typing import Any

from engine import FunctionNode, events

__all__ = ["of_kind", "told"]


def told(heard: list[events.Event]) -> list[str]:
    """Events as short words, and forgotten."""
    words = []
    for event in heard:
        word = type(event).__name__
        node = getattr(event, "node", None)
        words.append(f"{word} {node.op_name}" if isinstance(node, FunctionNode) else word)
    heard.clear()
    return words


def of_kind(heard: list[events.Event], kind: type) -> list[Any]:
    return [event for event in heard if isinstance(event, kind)]
