"""Where a value that an op gave comes into the graph again as a plain array, in the same pass."""

from __future__ import annotations

import dataclasses

from .history import History
from .records import Op, Walk

__all__ = ["Detached", "detached"]


_FEW = 3


@dataclasses.dataclass(slots=True)
class Detached:
    """The output of `made` goes into `entry`, at `place`, as an array.

    `walk` visits `entry`, and `made` as well where `both` says so: by another way.
    """

    made: Op
    entry: Op
    place: int
    walk: Walk
    both: bool


def detached(history: History) -> list[Detached]:
    """All of them, in the order of the entries; of large tensors only those of iterations that were kept in full."""
    if "detached" not in history.memo:
        history.memo["detached"] = _find(history)
    found = history.memo["detached"]
    assert isinstance(found, list)
    return found


def _find(history: History) -> list[Detached]:
    last_made: dict[int, Op] = {}
    found = []
    for op in history.ops:
        if op.during:
            continue
        for place in op.fed:
            tensor = op.x[place][1] if place < len(op.x) else None
            made = None if tensor is None else last_made.get(tensor)
            if made is None or not made.in_graph or not _is_telling(history, tensor):
                continue
            walks = [made.steps[0].walk] if made.steps else [step.walk for step in op.steps[:1]]
            for walk in walks:
                if _reaches(op, walk):
                    found.append(Detached(made, op, place, walk, bool(made.steps)))
        last_made.update((tensor, op) for _, tensor in op.y if tensor is not None)
    return found


def _reaches(op: Op, walk: Walk) -> bool:
    """Whether the walk visits the op, or one that works on what it gave; none behind the walk's beginning counts."""
    pending, seen = [op], {op.seq}
    while pending:
        later = pending.pop()
        if any(step.walk is walk for step in later.steps):
            return True
        for reader in later.readers:
            if reader.seq < walk.seq and reader.seq not in seen:
                seen.add(reader.seq)
                pending.append(reader)
    return False


def _is_telling(history: History, tensor: int | None) -> bool:
    """Whether equal content can hardly be chance: not few values, nor all the same, such as zeros."""
    array = history.values.array(tensor)
    return array is not None and array.size >= _FEW and bool((array != array.flat[0]).any())
