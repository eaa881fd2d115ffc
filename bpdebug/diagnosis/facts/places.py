"""Which ops of a run are one and the same op of the script, done again in each iteration."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from .history import History
from .records import Op
from .training import layer_before, weighted
from .user_frames import UserFrame

__all__ = ["ops_by_place"]

_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_COMPREHENSIONS = _LOOPS[2:]
_ENDS = ("backward", "grad", "update")
"""What a script calls that ends an iteration."""


def ops_by_place(history: History, ops: Iterable[Op]) -> list[list[Op]]:
    """Some ops, which are in order, one list for each op that the script has: `f(a) + f(b)` on one line has two.

    Of one call site, label, layer, and layer behind it are the ops of a list; and where such an op is there several
    times in an iteration, it is the first, or the second ..., in each. A loop within an iteration, as that over the
    steps of a sequence, has one op for all its turns.
    """
    alike: dict[tuple[int, str, str, int], list[Op]] = {}
    for op in ops:
        alike.setdefault((op.site, op.label, op.scope, _weight(history, op)), []).append(op)
    return [place for group in alike.values() for place in _by_order(history, group)]


def _weight(history: History, op: Op) -> int:
    """The parameter that the op, or the layer before it, multiplies with; -1 where none does, or what it computed."""
    layer = op if weighted(op) else layer_before(op)
    weight = layer.x[1][0] if layer is not None and len(layer.x) > 1 else -1
    return weight if weight in history.parameters else -1


def _by_order(history: History, ops: list[Op]) -> list[list[Op]]:
    """Lists of the first of each iteration, the second ones ...; one list of all where a loop repeats the op."""
    places: list[list[Op]] = []
    before: Counter[int] = Counter()
    for op in ops:
        # An optimizer that is set up and never updates has all passes in one iteration.
        unit = op.iteration if history.updates or not op.steps else op.steps[0].walk.seq
        place = before[unit]
        before[unit] += 1
        if place == len(places):
            places.append([])
        places[place].append(op)
    return [ops] if len(places) > 1 and _is_repeated(history, ops[0].site) else places


def _is_repeated(history: History, site: int) -> bool:
    known = history.memo.setdefault("repeated sites", {})
    assert isinstance(known, dict)
    if site not in known:
        known[site] = _in_turns(history, site)
    return bool(known[site])


def _in_turns(history: History, site: int) -> bool:
    """Whether the script may come to a call site several times before it ends an iteration by an update.

    So it is in a loop that has no update in it, or one that is not made in each turn. A script without updates has
    backward passes for iterations. Of what has no source nobody knows.
    """
    trees = dict(history.script.trees())
    ends_at = {update.site for update in history.updates} or {walk.caller for walk in history.walks}
    ends = [history.script.frames(end) for end in ends_at]
    frames = history.script.frames(site)
    if not frames:
        return True
    for path, line, _ in frames:
        if path not in trees:
            return True
        loops = (node for node in ast.walk(trees[path]) if isinstance(node, _LOOPS) and _holds(node, line))
        if any(not any(_ends_each_turn(end, path, loop, trees) for end in ends) for loop in loops):
            return True
    return False


def _ends_each_turn(end: list[UserFrame], path: str, loop: ast.AST, trees: dict[str, ast.Module]) -> bool:
    """Whether the end of an iteration, given by its frames, is come to in each turn of a loop."""
    inside = next((n for n, frame in enumerate(end) if frame[0] == path and _holds(loop, frame[1])), None)
    if inside is None:
        return False
    if isinstance(loop, _COMPREHENSIONS):
        return _is_called_in(loop, end[inside + 1 :])  # beside it on its line, an update is made once for all
    _, line, _ = end[inside]
    skips = any(isinstance(node, ast.Continue) and node.lineno < line for node in ast.walk(loop))
    return not (
        skips
        or _is_conditional(loop, line)
        or any(other in trees and _is_conditional(trees[other], at) for other, at, _ in end[inside + 1 :])
    )


def _is_called_in(loop: ast.AST, frames: list[UserFrame]) -> bool:
    """Whether a comprehension calls what the first of some frames is in; what ends an iteration, if there is none."""
    names = (frames[0][2].rpartition(".")[2],) if frames else _ENDS
    calls = (node.func for node in ast.walk(loop) if isinstance(node, ast.Call))
    return any(getattr(func, "attr", "") in names or getattr(func, "id", "") in names for func in calls)


def _is_conditional(around: ast.AST, line: int) -> bool:
    return any(isinstance(node, ast.If) and _holds(node, line) for node in ast.walk(around))


def _holds(node: ast.AST, line: int) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
    return first <= line <= (last or first)
