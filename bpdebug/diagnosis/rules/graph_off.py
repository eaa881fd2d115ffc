"""A part of the model that is to be trained runs with the graph switched off."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import Why, unreached
from ..finding import Finding

__all__ = ["find"]

_LOST = 3
_SWITCH = r"no_backprop_mode|enable_backprop"


def find(history: History) -> Iterator[Finding]:
    """Parameters without gradient whose ops were never in the graph; or passes whose losses are all outside it."""
    off = _left_off(history)
    if off is not None:
        yield off
        return
    found = [entry for entry in unreached(history) if entry.why is Why.graph_off]
    if not found:
        return
    last = max(found, key=lambda entry: entry.op.seq if entry.op else 0)
    op = last.op
    assert op is not None
    layers = list(dict.fromkeys(entry.parameter.layer or entry.parameter.name for entry in found))
    frames = history.script.frames(op.site)
    switch = None
    for path, number, _ in reversed(frames):
        switch = switch or history.script.enclosing_with((path, number), _SWITCH)
    switch = switch or history.script.first_with(_SWITCH)
    yield Finding(
        f"no gradient reaches {', '.join(layers)}: it runs with the graph switched off (no_backprop_mode)",
        last.parameter.layer or last.parameter.name,
        seq=op.seq,
        site=op.site if switch is None else None,
        file="" if switch is None else switch[0],
        line=0 if switch is None else switch[1],
        evidence={"parameters without gradient": len(found), "op outside the graph": history.address(op.seq)},
        subjects=frozenset(entry.parameter.name for entry in found),
    )


def _left_off(history: History) -> Finding | None:
    """From some pass on every backward() begins at a loss that was computed with the graph off, and updates go on."""
    walks = [walk for walk in history.walks if not walk.failed and walk.call == "backward"]
    if not walks or not any(walk.received for walk in walks):
        return None
    last = max(place for place, walk in enumerate(walks) if walk.received)
    lost = [walk for walk in walks[last + 1 :] if walk.root_op is not None and not walk.root_op.in_graph]
    if len(lost) < _LOST or len(lost) < len(walks) - last - 1:
        return None
    if sum(update.seq > lost[0].seq for update in history.updates) < _LOST:
        return None
    op = lost[0].root_op
    assert op is not None
    switch = history.script.first_with(r"enable_backprop\s*=\s*False") or history.script.first_with(_SWITCH)
    where = op.scope or op.label
    return Finding(
        f"from iteration {lost[0].iteration} on the graph is switched off, so that backward() finds nothing and"
        f" {len(lost)} passes give no gradient",
        where,
        seq=lost[0].seq,
        site=lost[0].caller if switch is None else None,
        file="" if switch is None else switch[0],
        line=0 if switch is None else switch[1],
        evidence={"passes without gradient": len(lost), "passes before": last + 1},
        fix="Switch it off for a while only: with chainer.no_backprop_mode(): ...",
        subjects=frozenset({where}),
    )
