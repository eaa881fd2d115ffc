"""A setting of the optimizer lies outside the range in which it means anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..facts.history import History
from ..facts.records import Parameter, Update
from ..facts.training import fall, losses
from ..finding import Finding

__all__ = ["find"]

_BELOW_ONE = ("momentum", "beta1", "beta2", "rho")
_UPDATES = 3
_FREEZES = r"freez|frozen|pre-?train|transfer|fine-?tun"
_SETS_ZERO = r"hyperparam.*\b(lr|alpha)\s*=\s*0(\.0*)?\s*(#|$)"
_LARGE_EPS = 1.0
_LONG_MEMORY = 0.99
"""A beta1 from here on, with a smaller beta2, is no choice that anyone makes: the two have changed places."""
_ENOUGH_FALL = 0.3


def find(history: History) -> Iterator[Finding]:
    """A memory that never fades (1 or more) or is negative; a rate of zero in every update; an eps that swamps all."""
    still = _stands_still(history)
    if still is not None:
        yield still
    learns = fall(losses(history)) > _ENOUGH_FALL
    yield from _of_parts(history, learns)
    seen: set[int] = set()
    for update in history.updates:
        if update.number in seen:
            continue
        seen.add(update.number)
        own = [other for other in history.updates if other.number == update.number]
        for name, problem in [*_problems(update.hyper, learns), *_without_rate(own)]:
            # A schedule of the script's own sets it anew in every iteration.
            line = history.script.first_with(rf"\.{name}\s*=[^=]") if not update.hyper[name] else None
            yield Finding(
                f"{name} of {update.optimizer} is {update.hyper[name]:g}: {problem}",
                update.optimizer,
                seq=update.seq,
                site=update.made,
                file="" if line is None else line[0],
                line=0 if line is None else line[1],
                blamed=(name, "") if name in ("lr", "alpha") else (name,),
                evidence={name: update.hyper[name], "updates": len(own)},
            )


def _stands_still(history: History) -> Finding | None:
    """Parameters that get a gradient and have a rate of their own, 0 in all updates, where others have more."""
    still, moving = [], False
    for parameter in history.parameters.values():
        rates = {moved.lr for moved in parameter.moved}
        moving = moving or any(rates - {0.0, None})
        if (
            len(parameter.moved) >= _UPDATES
            and rates == {0.0}
            and history.values.norm(parameter.moved[0].grad)
        ):
            still.append(parameter)
    if not still or not moving or history.script.mentions(_FREEZES):
        return None
    layers = list(dict.fromkeys(parameter.layer or parameter.name for parameter in still))
    line = history.script.first_with(_SETS_ZERO)
    return Finding(
        f"the learning rate of {', '.join(layers[:4])} is 0 in all updates, so that it never changes; that of others"
        " is not",
        layers[0],
        seq=still[0].moved[0].seq,
        site=still[0].moved[0].update.made if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"parameters": [parameter.name for parameter in still][:8], "updates": len(still[0].moved)},
        fix="Give these parameters a rate above 0; to freeze them, call disable_update() on their layer.",
        subjects=frozenset(parameter.name for parameter in still),
    )


def _of_parts(history: History, learns: bool) -> Iterator[Finding]:
    """The same of settings that parameters have of their own, in place of the optimizer's."""
    parts: dict[tuple[str, float, str], list[Parameter]] = {}
    for parameter in history.parameters.values():
        first = next((moved for moved in parameter.moved if moved.hyper), None)
        if first is None:
            continue
        of_all = dict(_problems(first.update.hyper, learns))
        settings = {**first.update.hyper, **first.hyper}
        for name, problem in _problems(settings, learns):
            if name not in of_all:
                parts.setdefault((name, settings[name], problem), []).append(parameter)
    for (name, value, problem), parameters in parts.items():
        layers = list(dict.fromkeys(parameter.layer or parameter.name for parameter in parameters))
        first = next(moved for moved in parameters[0].moved if moved.hyper)
        line = history.script.first_with(rf"hyperparam\.{name}\s*=[^=]")
        yield Finding(
            f"{name} of {', '.join(layers[:4])} is {value:g}, unlike that of {first.update.optimizer}: {problem}",
            layers[0],
            seq=first.seq,
            site=first.update.made if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={name: value, "parameters": [parameter.name for parameter in parameters][:8]},
            subjects=frozenset(parameter.name for parameter in parameters),
        )


def _problems(hyper: dict[str, Any], learns: bool) -> Iterator[tuple[str, str]]:
    beta1, beta2 = hyper.get("beta1"), hyper.get("beta2")
    exchanged = isinstance(beta1, float) and beta1 >= _LONG_MEMORY
    if (
        isinstance(beta1, float)
        and isinstance(beta2, float)
        and 0 <= beta2 < beta1**2 < 1
        and (exchanged or not learns)
    ):
        yield (
            "beta2",
            f"below the square of beta1 ({beta1:g}), so that single gradients decide the size of steps",
        )
    for name, value in hyper.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if name in _BELOW_ONE and value >= 1:
            yield name, "what it remembers never fades; it must be below 1"
        elif name in _BELOW_ONE and value < 0:
            yield name, "it must not be negative"
        elif name == "eps" and (value < 0 or (value >= _LARGE_EPS and not learns)):
            yield name, "it outweighs the gradient that it is added to"


def _without_rate(own: list[Update]) -> Iterator[tuple[str, str]]:
    for name in ("lr", "alpha"):
        if len(own) >= _UPDATES and all(other.hyper.get(name) == 0 for other in own):
            yield name, "no parameter can move"
