"""A registered parameter gets gradients, but no optimizer was given it, or its update is disabled."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Parameter
from ..facts.script import Line
from ..facts.training import model_of
from ..finding import Finding

__all__ = ["find"]

_ON_PURPOSE = (
    r"freez|frozen|pre-?train|transfer|fine.?tun|load_npz|load_hdf5|load_state|extractor|backbone|copyparams"
    r"|teacher|reservoir|random features|\bbase\b"
)
_UPDATES = 3
_NAMED = 4  # layers that a finding names


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
        and parameter.number not in moving
        and "." in parameter.name
    ]
    left = [parameter for parameter in left if not _changes(parameter)]
    if not left:
        return
    learning = [history.parameters[var] for var in moving if var in history.parameters]
    disabled = [parameter for parameter in left if parameter.number in frozen]
    behind = [parameter for parameter in left if _is_behind(parameter, learning)]
    if not behind and learning and (disabled or history.script.mentions(_ON_PURPOSE)):
        return
    chosen = behind or left
    yield _finding(history, chosen, disabled, learning)


def _place(left: list[Parameter], learning: list[Parameter]) -> str:
    """The part of the model that stays; its layers, where others of that part learn."""
    common = model_of(left)
    if not any(f"{parameter.layer}.".startswith(f"{common}.") for parameter in learning):
        return common or left[0].name
    layers = list(dict.fromkeys(parameter.layer or parameter.name for parameter in left))
    return ", ".join(layers) if len(layers) <= _NAMED else f"{', '.join(layers[:_NAMED])} ..."


def _finding(
    history: History, left: list[Parameter], disabled: list[Parameter], learning: list[Parameter]
) -> Finding:
    where = _place(left, learning)
    if left[0] in disabled:
        how = "its update is disabled (disable_update)"
        line = history.script.first_with(r"\.disable_update\s*\(|\.enabled\s*=\s*False")
    else:
        how = "no optimizer was given it"
        line = _given_twice(history) or history.script.first_with(r"\.setup\s*\(")
    update = history.updates[0]
    return Finding(
        f"{where} gets gradients and never changes: {how}",
        where,
        seq=left[0].received[0].seq,
        site=update.site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"parameters": len(left), "updates without them": len(history.updates)},
        subjects=frozenset(parameter.name for parameter in left),
    )


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


def _given_twice(history: History) -> Line | None:
    """Where the second of two optimizers for the very same parameters was asked for."""
    given: dict[frozenset[int], int] = {}
    for update in history.updates:
        number = given.setdefault(frozenset(update.takes), update.number)
        if number != update.number:
            return history.script.outermost(update.made)
    return None
