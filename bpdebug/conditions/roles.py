"""Which tensors of an event a name in a condition means: the same rule for the child and for the log.

Reads the event's body, as the recorder makes it and as the log gives it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from ..log.definition_records import OpDefinition, VariableDefinition
from ..log.schema import Kind
from . import syntax as s
from .words import ROLES, is_gradient

__all__ = ["ALL_KINDS", "Found", "OpsAndVariables", "Piece", "Roles", "kinds_with", "parameter_fields"]

ALL_KINDS = frozenset(int(kind) for kind in Kind)
_FORWARD, _BACKWARD, _WALK = int(Kind.forward), int(Kind.backward), int(Kind.backward_started)
_UPDATED, _EDITED = int(Kind.param_updated), int(Kind.edited)
_ADDED, _HOOKED = int(Kind.grad_accumulated), int(Kind.gradient_hooked)
_CHANGES = ("before", "after", "delta")


class OpsAndVariables(Protocol):
    """What a `LogWriter` and a `LogReader` both have; the index in each list is the id."""

    ops: list[OpDefinition]
    variables: list[VariableDefinition]


class Piece(NamedTuple):
    """A tensor of an event: a field of its body (`x`, `gy`, `after` ...), the place in it, the row in the log."""

    field: str
    place: int
    row: int


class Found(NamedTuple):
    """A tensor that a name means; with `less`, what is to be subtracted from it."""

    piece: Piece
    less: Piece | None = None


def kinds_with(tensor: s.Tensor) -> frozenset[int]:
    """The kinds of events that can show this tensor."""
    name, suffix = tensor.name, tensor.suffix
    gradient = is_gradient(name)
    if suffix == "grad":
        return frozenset((_ADDED, _HOOKED, _UPDATED, _EDITED))
    if suffix:
        return frozenset((_ADDED, _HOOKED, _EDITED) if gradient else (_UPDATED, _EDITED))
    letter, _ = _letter_of(name)
    if letter in ("x", "y", "gx", "gy"):
        return frozenset(
            {"x": (_FORWARD,), "y": (_FORWARD, _WALK), "gx": (_BACKWARD,)}.get(letter, (_BACKWARD, _WALK))
        )
    if gradient:
        return frozenset((_BACKWARD, _ADDED, _HOOKED, _UPDATED, _EDITED))
    if name == "param":
        return frozenset((_UPDATED, _EDITED))
    return frozenset((_FORWARD, _UPDATED, _EDITED))


def parameter_fields(tensor: s.Tensor, kind: int, of_gradient: bool = False) -> tuple[str, ...]:
    """The field of an event about one parameter that the name means; with a second one, that less this.

    Args:
        of_gradient: of an edit, whether it changed the gradient.
    """
    suffix, gradient = tensor.suffix, is_gradient(tensor.name)
    of_gradient = of_gradient or kind in (_ADDED, _HOOKED)
    if suffix == "grad" or (gradient and not suffix):
        if (gradient and suffix) or (kind == _EDITED and not of_gradient):
            return ()
        return ("grad" if kind == _UPDATED else "after",)
    if gradient != of_gradient:
        return ()
    return {"before": ("before",), "delta": ("after", "before")}.get(suffix, ("after",))


class Roles:
    """Finds tensors in the events of one run."""

    def __init__(self, names: OpsAndVariables) -> None:
        self._names = names
        self._places: dict[tuple[int, str, str, int | None, int], tuple[int, ...]] = {}
        self._about: dict[tuple[str, int], bool] = {}
        self._variables: dict[str, int] = {}
        self._variables_seen = 0

    def find(self, tensor: s.Tensor, kind: int, body: Any) -> list[Found]:
        """The tensors that the name means in this event; empty where it has none."""
        if kind in (_FORWARD, _BACKWARD, _WALK):
            if tensor.suffix:
                return []
            fields = {_FORWARD: self._in_forward, _BACKWARD: self._in_backward, _WALK: self._in_walk}
            return fields[kind](tensor, body)
        if kind in (_UPDATED, _EDITED, _ADDED, _HOOKED):
            return self._of_parameter(tensor, kind, body)
        return []

    def field_and_places(
        self, tensor: s.Tensor, kind: int
    ) -> tuple[str, Callable[[int, int], tuple[int, ...]]] | None:
        """For a role in forward or backward events: its field of the body, and its places there by op and count.

        None for what `find` has to look for by other means.
        """
        name = tensor.name
        if "." in name or tensor.suffix or kind not in (_FORWARD, _BACKWARD):
            return None
        if kind == _BACKWARD and not is_gradient(name):
            return None
        if _on_either_side(name if kind == _FORWARD else name[1:]):
            return None
        letter = _letter_of(name)[0]
        if kind == _FORWARD:
            field, bare = ("y" if letter == "y" else "x"), tensor
        else:
            field, bare = ("gy" if letter == "gy" else "gx"), s.Tensor(name[1:], "", tensor.place)
        side = field.removeprefix("g")
        return field, lambda op, count: self._places_of(op, side, bare, count)

    def variable(self, tensor: s.Tensor) -> int | None:
        """The number of the variable that a full name (`MLP.l1.W`) means in forward events, -1 for none so far.

        None for a name that isn't one.
        """
        return self._variable(tensor.name) if "." in tensor.name and not tensor.suffix else None

    # ---- ops ----------------------------------------------------------------------------------------------------

    def _in_forward(self, tensor: s.Tensor, body: Any) -> list[Found]:
        if "." in tensor.name:
            number = self._variable(tensor.name)
            return _rows("x", body.x, number) or _rows("y", body.y, number)
        field, places = self._field_and_places(body.op, tensor, len(body.x), len(body.y))
        slots = body.x if field == "x" else body.y
        return _found(field, [(place, _pair(slots[place])[1]) for place in places])

    def _in_backward(self, tensor: s.Tensor, body: Any) -> list[Found]:
        name = tensor.name
        if not is_gradient(name):
            return []
        bare = s.Tensor(name[1:], "", tensor.place)
        side, places = self._field_and_places(body.op, bare, len(body.gx), len(body.gy))
        rows = body.gx if side == "x" else body.gy
        return _found(f"g{side}", [(place, rows[place]) for place in places])

    def _in_walk(self, tensor: s.Tensor, body: Any) -> list[Found]:
        letter, number = _letter_of(tensor.name)
        wanted = tensor.place if tensor.place is not None else number
        rows = (
            [_pair(slot)[1] for slot in body.roots] if letter == "y" else body.seeds if letter == "gy" else []
        )
        field = "roots" if letter == "y" else "seeds"
        return _found(field, [(i, row) for i, row in enumerate(rows) if wanted in (None, i)])

    def _field_and_places(
        self, op: int, tensor: s.Tensor, inputs: int, outputs: int
    ) -> tuple[str, tuple[int, ...]]:
        """The side (`x` or `y`) of an op, and the places there, that a name without its `g` means.

        A name that both sides may have is an input of exactly this role, else such an output; else the numbered
        ones of either: `c` of a TreeLSTM is the cell that it makes, not all of `c1`, `c2` ... that it gets.
        """
        name = tensor.name
        if not _on_either_side(name):
            side = "y" if _letter_of(name)[0] == "y" else "x"
            return side, self._places_of(op, side, tensor, inputs if side == "x" else outputs)
        sides = (("x", inputs), ("y", outputs))
        found = [(side, self._places_of(op, side, tensor, count)) for side, count in sides]
        exact = [one for one in found if one[1] and name in self._roles_of(op, one[0])]
        return next(iter(exact or [one for one in found if one[1]]), ("x", ()))

    def _roles_of(self, op: int, field: str) -> list[str]:
        definition = self._names.ops[op] if op < len(self._names.ops) else None
        return list((definition.x_roles if field == "x" else definition.y_roles) if definition else [])

    def _places_of(self, op: int, field: str, tensor: s.Tensor, count: int) -> tuple[int, ...]:
        """The places among `count` inputs (outputs) of an op that a name means."""
        key = (op, field, tensor.name, tensor.place, count)
        places = self._places.get(key)
        if places is None:
            places = self._places[key] = self._look_for_places(*key)
        return places

    def _look_for_places(
        self, op: int, field: str, name: str, place: int | None, count: int
    ) -> tuple[int, ...]:
        if place is not None:
            return (place,) if name == field and place < count else ()
        roles = self._roles_of(op, field) or [field]
        roles += [roles[-1]] * (count - len(roles))  # an op of any number of inputs names the last role once
        exact = tuple(i for i in range(count) if roles[i] == name)
        if exact:
            return exact
        letter, number = _letter_of(name)
        if number is not None:  # x1 of an op whose inputs are all called x
            return (number,) if number < count and roles[number] == letter else ()
        alike = tuple(i for i in range(count) if _letter_of(roles[i])[0] == name)
        return alike or (tuple(range(count)) if name == field else ())

    # ---- parameters ---------------------------------------------------------------------------------------------

    def _of_parameter(self, tensor: s.Tensor, kind: int, body: Any) -> list[Found]:
        if not self.is_about(tensor.name, body.var):
            return []
        fields = parameter_fields(tensor, kind, kind == _EDITED and body.of == "gradient")
        pieces = [Piece(field, 0, row) for field in fields if (row := getattr(body, field)) is not None]
        return [Found(*pieces)] if pieces and len(pieces) == len(fields) else []

    def is_about(self, name: str, variable: int) -> bool:
        """Whether the name means this variable, or its gradient, in events about one parameter."""
        known = self._about.get((name, variable))
        if known is None:
            if not 0 <= variable < len(self._names.variables):
                return False  # the log may get it yet
            known = self._about[name, variable] = self._look_at(name, variable)
        return known

    def _look_at(self, name: str, variable: int) -> bool:
        definition = self._names.variables[variable]
        if not definition.parameter or name == "param":
            return definition.parameter
        if "." in name:
            return definition.name == name
        return definition.name.rpartition(".")[2] == (name[1:] if is_gradient(name) else name)

    def _variable(self, name: str) -> int:
        known = self._names.variables
        for number in range(self._variables_seen, len(known)):
            self._variables.setdefault(known[number].name, number)
        self._variables_seen = len(known)
        return self._variables.get(name, -1)


def _on_either_side(name: str) -> bool:
    """Whether a role (not of a gradient) may be that of an output, other than y."""
    role = ROLES.get(_letter_of(name)[0])
    return role is not None and role.output


def _letter_of(name: str) -> tuple[str, int | None]:
    """`x1` is (x, 1); a name without a number has None."""
    letter = name.rstrip("0123456789")
    return (letter, int(name[len(letter) :])) if letter and letter != name else (name, None)


def _pair(slot: Any) -> tuple[int, int | None]:
    """Variable and row: the recorder keeps pairs, the log gives `records.Slot`."""
    return slot if type(slot) is tuple else (slot.var, slot.tensor)


def _rows(field: str, slots: Sequence[Any], variable: int) -> list[Found]:
    pairs = [_pair(slot) for slot in slots]
    return _found(field, [(place, row) for place, (number, row) in enumerate(pairs) if number == variable])


def _found(field: str, rows: list[tuple[int, int | None]]) -> list[Found]:
    return [Found(Piece(field, place, row)) for place, row in rows if row is not None]
