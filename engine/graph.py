"""Paths through the graph: which function nodes a backward walk comes to. Computes nothing."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["nodes_between", "reachable", "unchain_behind"]

_rank = operator.attrgetter("rank")


def reachable(starts: Iterable[Any], all_paths: bool = False) -> set[Any]:
    """Every function node that a walk from `starts` comes to.

    Args:
        all_paths: go also where no gradient is required.
    """
    seen = {function for function in starts if function is not None and function.inputs is not None}
    pending = list(seen)
    while pending:
        for x in pending.pop().inputs:
            creator = x.creator_node
            if creator is None or creator in seen or creator.inputs is None:
                continue
            if all_paths or x.requires_grad:
                seen.add(creator)
                pending.append(creator)
    return seen


def nodes_between(roots: Sequence[Any], targets: set[Any]) -> set[Any]:
    """The function nodes behind `roots` from which some target is reached, whether it requires a gradient or not."""
    route: set[Any] = set()
    behind = reachable([root.creator_node for root in roots], all_paths=True)
    for function in sorted(behind, key=_rank):
        if any(x in targets or x.creator_node in route for x in function.inputs):
            route.add(function)
    return route


def unchain_behind(node: Any) -> None:
    """Cut every function node behind a variable node out of the graph."""
    pending = [node.creator_node]
    while pending:
        function = pending.pop()
        if function is not None and function.inputs is not None:
            pending += [x.creator_node for x in function.inputs]
            function.unchain()
