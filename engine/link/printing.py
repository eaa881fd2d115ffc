"""How a model of models is printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["nested"]


def nested(class_name: str, members: Iterable[tuple[Any, Any]]) -> str:
    """`MLP(` and one indented line for each member with its name, as far as there are members."""
    lines = []
    for name, member in members:
        text = str(member).replace("\n", "\n  ")
        lines.append(f"  ({name}): {text},\n")
    return f"{class_name}(\n{''.join(lines)})" if lines else f"{class_name}()"
