"""A registered parameter gets gradients, but no optimizer was given it, or its update is disabled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Parameter
from ..facts.source_files import Line
from ..facts.training import part_of
from ..finding import Finding

__all__ = ["find"]

_ON_PURPOSE = (
    r"freez|frozen|pre-?train|transfer|fine.?tun|load_npz|load_hdf5|load_state|extractor|backbone|copyparams"
    r"|teacher|reservoir|random features|\bbase\b|\bfixed\b|enable_update|vgg|resnet\d|googlenet|alexnet"
)
_UPDATES = 3
_SETUP = r"(\w+)\.setup\s*\(\s*([\w.]+)"


def find(history: History) -> Iterator[Finding]:
    """Parameters that stay as they are although gradients come to them.

    Keeping the first layers of a model, near the data, is transfer learning and stays silent where the script says
    so in words or loads weights. A layer that stays behind one that learns is a mistake.
    """
    if len(history.updates) < _UPDATES:
        return
    taken = {var for update in history.updates for var in update.takes}
    frozen = frozenset.intersection(*(update.frozen for update in history.updates))
    moving = taken - frozen
    left = [
        parameter
        for parameter in history.parameters.values()
        if parameter.registered
        and parameter.received
        and not parameter.moved
        and (parameter.number not in moving or _has_no_rule(history, parameter))
        and "." in parameter.name
    ]
    left = [parameter for parameter in left if not _changes(parameter)]
    if not left:
        return
    learning = [
        history.parameters[var]
        for var in moving
        if var in history.parameters and history.parameters[var] not in left
    ]
    disabled = [parameter for parameter in left if parameter.number in frozen]
    behind = [parameter for parameter in left if _is_behind(parameter, learning)]
    if not behind and learning and history.script.mentions(_ON_PURPOSE):
        return
    chosen = behind or left
    yield _finding(history, chosen, disabled, learning)


def _finding(
    history: History, left: list[Parameter], disabled: list[Parameter], learning: list[Parameter]
) -> Finding:
    where = part_of(left, learning) or left[0].name
    if _has_no_rule(history, left[0]):
        how = "what comes to the model after setup() has no update rule"
        line = history.script.first_with(r"\.setup\s*\(")
    elif left[0] in disabled:
        how = "the update is disabled (disable_update)"
        line = history.script.first_with(r"\.disable_update\s*\(|\.enabled\s*=\s*False")
    elif idle := _idle(history):
        how = f"its optimizer ({idle}) is never told to update"
        line = _pulled(history, left[0]) or history.script.first_with(r"\.update\s*\(")
    else:
        how = f"no optimizer was given {'them' if ', ' in where else 'it'}"
        line = _given_twice(history) or history.script.first_with(r"\.setup\s*\(")
    update = history.updates[0]
    return Finding(
        f"{where} {'get gradients and never change' if ', ' in where else 'gets gradients and never changes'}: {how}",
        where,
        seq=left[0].received[0].seq,
        site=update.site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"parameters": len(left), "updates without them": len(history.updates)},
        subjects=frozenset(parameter.name for parameter in left),
    )


def _pulled(history: History, parameter: Parameter) -> Line | None:
    """Where the script asks for the gradient of a parameter first: behind it the update is missing."""
    walk = parameter.received[0].walk
    return None if walk is None else history.script.line(walk.caller)


def _has_no_rule(history: History, parameter: Parameter) -> bool:
    """Whether updates that took it, and not as a frozen one, changed others and not it, although it had a gradient."""
    if not parameter.received or parameter.moved:
        return False
    since = parameter.received[0].seq
    took = [update for update in history.updates if update.seq > since and parameter.number in update.takes]
    moved = [update for update in took if update.moved and parameter.number not in update.frozen]
    return len(moved) >= _UPDATES


def _changes(parameter: Parameter) -> bool:
    contents = {tensor for op in parameter.used_by for var, tensor in op.x if var == parameter.number}
    return len(contents) > 1


def _is_behind(parameter: Parameter, learning: list[Parameter]) -> bool:
    """Whether the parameter is used later in the forward pass than every one that learns."""
    own = [op for op in parameter.used_by if op.steps]
    others = [other.used_by for other in learning if any(op.steps for op in other.used_by)]
    if not own or not others:
        return False
    iteration = own[-1].iteration
    last = [max((op.seq for op in used if op.iteration == iteration), default=-1) for used in others]
    return own[-1].seq > max(last)


def _idle(history: History) -> str:
    """An optimizer that the script sets up by a name and never calls the update of, while it calls that of others."""
    # Either `name.setup(model)`, or `name = optimizers.SGD(rate).setup(model)`.
    setups = history.script.matches(r"(\w+)\.setup\s*\(")
    setups += history.script.matches(r"(\w+)\s*=[^=].*\)\.setup\s*\(")
    updated = set(history.script.matches(r"(\w+)\.update\s*\("))
    # An updater, or a loop over several, calls update() under a name of its own.
    if not updated or not updated <= set(setups):
        return ""
    return next((name for name in setups if name not in updated), "")


def _setup_of_another(history: History) -> Line | None:
    """Of two `setup` calls with the same argument, the one by a name that doesn't speak of it: `opt_gen.setup(dis)`."""
    by_argument: dict[str, list[tuple[str, Line]]] = {}
    for line in history.script.lines_with(_SETUP):
        name, argument = re.findall(_SETUP, history.script.text(line))[0]
        by_argument.setdefault(argument, []).append((name, line))
    for argument, calls in by_argument.items():
        strange = [line for name, line in calls if argument.lower() not in name.lower()]
        if len(calls) == 2 and len(strange) == 1:
            return strange[0]
    return None


def _given_twice(history: History) -> Line | None:
    """Where the second of two optimizers for the very same parameters was asked for."""
    given: dict[frozenset[int], int] = {}
    for update in history.updates:
        number = given.setdefault(frozenset(update.takes), update.number)
        if number != update.number:
            made = [
                history.script.line(site)
                for site in {other.number: other.made for other in history.updates}.values()
            ]
            if (setup := _setup_of_another(history)) is not None:
                return setup
            alone = made.count(history.script.line(update.made)) == 1  # no function that makes several
            name = history.script.name_given(update.made) if alone else ""
            setup = history.script.first_with(rf"\b{re.escape(name)}\.setup\s*\(") if name else None
            return setup or history.script.outermost(update.made)
    return None
