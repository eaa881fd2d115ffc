"""Weight decay outweighs the gradient: it pulls the weights to zero faster than they can learn."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from ..facts.history import History
from ..facts.penalty import Penalty, heavy_penalty
from ..facts.records import Moved
from ..facts.training import fall, losses
from ..finding import Finding

__all__ = ["find"]

_OUTWEIGHS = 1.0
_SHRINKS = 0.5
_UPDATES = 5
_ENOUGH_FALL = 0.5


def find(history: History) -> Iterator[Finding]:
    """A decay that adds several times the gradient, weights that shrink, and a loss that doesn't fall well.

    A penalty in the loss itself falls with the weights, so the rest of the loss is looked at.
    """
    penalty = heavy_penalty(history)
    if penalty is not None and any(_shrank(history, p.moved) for p in history.parameters.values()):
        yield _penalized(history, penalty)
        return
    if fall(losses(history)) > _ENOUGH_FALL:
        return
    ratios: dict[str, list[float]] = {}
    for update in history.updates:
        for hooked in update.hooked:
            if "decay" not in hooked.hook.lower() and "lasso" not in hooked.hook.lower():
                continue
            added = history.values.moved_by(hooked.before, hooked.after)
            gradient = history.values.norm(hooked.before)
            if added is not None and gradient is not None and len(history.values.shape(hooked.before)) >= 2:
                ratios.setdefault(hooked.hook, []).append(added / max(gradient, 1e-12))
    shrunk = [parameter for parameter in history.parameters.values() if _shrank(history, parameter.moved)]
    for hook, found in ratios.items():
        early = found[: max(_UPDATES, len(found) // 4)]
        if len(found) < _UPDATES or not shrunk or statistics.median(early) < _OUTWEIGHS:
            continue
        update = history.updates[0]
        settings = update.hooks.get(hook, {})
        line = history.script.first_with(rf"\b{hook}\s*\(") or history.script.first_with("add_hook")
        worst = max(shrunk, key=lambda parameter: history.values.norm(parameter.moved[0].before) or 0.0)
        yield Finding(
            f"{hook} adds {statistics.median(early):.3g} times the gradient and shrinks the weights to nothing"
            f"{_settings(settings)}",
            hook,
            seq=update.hooked[0].seq if update.hooked else update.seq,
            site=update.made if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={
                "decay / gradient": statistics.median(early),
                "parameter": worst.name,
                "norm at first": history.values.norm(worst.moved[0].before),
                "norm at last": history.values.norm(worst.moved[-1].after),
                **settings,
            },
            subjects=frozenset({hook, *(parameter.name for parameter in shrunk)}),
        )


def _penalized(history: History, penalty: Penalty) -> Finding:
    op = penalty.op
    return Finding(
        f"a penalty on the weights makes up {penalty.first:.3g} of the first loss, the rest"
        f" {penalty.rest_first:.3g}: the weights shrink, and the rest stays at {penalty.rest_last:.3g}",
        f"{op.scope}/{op.label}" if op.scope else op.label,
        seq=op.seq,
        site=penalty.site,
        evidence={
            "penalty": penalty.first,
            "rest at first": penalty.rest_first,
            "rest at last": penalty.rest_last,
        },
        fix="Multiply the penalty with 1e-4 to 1e-3.",
        subjects=frozenset({op.label}),
    )


def _settings(settings: dict[str, object]) -> str:
    return f" ({', '.join(f'{key} {value}' for key, value in settings.items())})" if settings else ""


def _shrank(history: History, moved: list[Moved]) -> bool:
    if len(moved) < _UPDATES or len(history.values.shape(moved[0].before)) < 2:
        return False
    first = history.values.norm(moved[0].before)
    last = next(
        (norm for norm in (history.values.norm(event.after) for event in reversed(moved)) if norm), None
    )
    return first is not None and last is not None and first > 0 and last < _SHRINKS * first
