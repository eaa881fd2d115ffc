"""What the recording calls things of the engine's graph, and why an input has no gradient."""

from __future__ import annotations

from typing import Any

__all__ = ["label_of", "operand_roles", "why_no_gradient"]


def label_of(node: Any) -> str:
    """What people call the op of a function node."""
    return node.op_name or type(node).__name__


def operand_roles(event: Any) -> list[str]:
    """The roles of what a failed op was computing with: its inputs, or the gradients that arrived."""
    forward = event.during == "forward"
    known = list(event.node.x_roles if forward else [f"g{role}" for role in event.node.y_roles])
    letter = "x" if forward else "gy"
    return [known[i] if i < len(known) else f"{letter}[{i}]" for i in range(len(event.arrays))]


def why_no_gradient(node: Any, place: int, x: Any, walk: str) -> str:
    """Why a backward step gave an input no gradient.

    Args:
        node: the function node.
        place: of the input.
        x: its variable node.
        walk: `backward` or `grad`, which began the walk.
    """
    role = node.x_roles[place] if place < len(node.x_roles) else f"input {place}"
    if x.requires_grad:
        if walk == "grad":
            return f"{role}: grad() did not ask for it, or the op's rule gives none"
        return f"{role}: the op's rule gives none (its gradient is zero)"
    if x.dtype is not None and x.dtype.kind not in "fc":
        return f"{role} holds {x.dtype.name} values, which have no gradient"
    if x.creator_node is not None:
        return f"{role} needs no gradient: nothing that it was computed from does"
    return f"{role} needs no gradient: it was given as a plain array, or with requires_grad=False"
