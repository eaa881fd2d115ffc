"""A value leaves the graph as a plain array and comes in again: what made it gets no gradient."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import Unreached, Why, unreached
from ..facts.records import Op, Walk
from ..facts.source_files import Line
from ..finding import Finding

__all__ = ["find"]

_WRAPS = r"(Variable|as_variable)\s*\(.*(\.array\b|\.data\b|np\.|numpy\.|float\()"


def find(history: History) -> Iterator[Finding]:
    """Parameters without gradient whose output's content is fed to a later op as an array.

    Or walks that begin at a variable that no op made: all is cut off.
    """
    alone = _wrapped_loss(history)
    if alone is not None:
        yield alone
        return
    cut: dict[int, list[Unreached]] = {}
    for found in unreached(history):
        if found.why is Why.cut and found.entry is not None:
            cut.setdefault(found.entry.site, []).append(found)
    for entries in cut.values():
        last = max(entries, key=lambda found: found.op.seq if found.op else 0)
        entry, end = last.entry, last.op
        assert entry is not None
        assert end is not None
        layers = _layers(entries)
        line = _line(history, entry)
        yield Finding(
            f"no gradient reaches {', '.join(layers)}: the value of {end.label} goes into {_name(entry)} as a plain"
            " array, which cuts the graph",
            layers[-1],
            seq=entry.seq,
            site=entry.site,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={
                "parameters without gradient": len(entries),
                "left the graph at": history.address(end.seq),
                "came in again at": history.address(entry.seq),
            },
            subjects=frozenset(found.parameter.name for found in entries),
        )


def _wrapped_loss(history: History) -> Finding | None:
    """Every walk begins at a leaf that isn't a parameter: a loss that was taken out of the graph and wrapped again."""
    walks = [walk for walk in history.walks if not walk.failed]
    lost = unreached(history)
    used = [found.parameter for found in lost if found.op is not None and found.op.in_graph]
    leaves = all(walk.root_op is None and walk.roots and not walk.received for walk in walks)
    if not used or not leaves or any(number in history.parameters for number in _roots(walks)):
        return None
    layers = list(dict.fromkeys(parameter.layer or parameter.name for parameter in used))
    line = history.script.first_with(_WRAPS)
    return Finding(
        "no gradient reaches any layer: backward() begins at a variable that no op made, a loss that was turned into"
        " an array and wrapped again",
        ", ".join(layers[:4]) + (" ..." if len(layers) > 4 else ""),
        seq=walks[0].seq,
        site=walks[0].caller,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"parameters without gradient": len(lost), "backward passes": len(walks)},
        fix="Compute the loss with F functions and operators on variables, and call backward() on their result.",
        subjects=frozenset(parameter.name for parameter in used),
    )


def _roots(walks: list[Walk]) -> set[int]:
    return {var for walk in walks for var, _ in walk.roots}


def _layers(entries: list[Unreached]) -> list[str]:
    """The layers cut off, in the order of their last use."""
    last_use: dict[str, int] = {}
    for found in entries:
        if found.parameter.used_by:
            last_use[found.parameter.layer or found.parameter.name] = found.parameter.used_by[-1].seq
    return sorted(last_use, key=lambda layer: last_use[layer])


def _name(op: object) -> str:
    scope, label = getattr(op, "scope", ""), getattr(op, "label", "")
    return f"{scope}/{label}" if scope else str(label)


def _line(history: History, entry: Op) -> Line | None:
    """Where the array was taken; where another pass takes the same one, on purpose, the call that shouldn't have."""
    tensors = {entry.x[place][1] for place in entry.fed if place < len(entry.x)} - {None}
    for other in history.ops:
        if other.iteration > entry.iteration:
            break
        same = any(other.x[place][1] in tensors for place in other.fed if place < len(other.x))
        walks = [op.steps[0].walk for op in (other, entry) if op.steps]
        if same and other.seq < entry.seq and len(walks) == 2 and walks[0] is not walks[1]:
            return history.script.parting(entry.site, other.site)
    return history.script.array_line(entry.site)
