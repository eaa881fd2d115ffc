"""Event bodies as JSON objects in which nothing is a number of something defined elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..log import records as r
from ..log.definition_records import OpDefinition
from ..log.schema import NOTHING
from ..timeline.names import held_roles, roles
from .plain_values import json_number, plain

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from .tensor_json import Tensors

__all__ = ["Bodies"]

Object = dict[str, Any]


def _item(items: Sequence[Any], number: int | None) -> Any:
    return items[number] if number is not None and 0 <= number < len(items) else None


class Bodies:
    """Makes the objects of one log. Texts are as recorded: JSON escapes what a terminal must not see."""

    def __init__(self, reader: LogReader, tensors: Tensors) -> None:
        self._reader = reader
        self.tensor = tensors.object

    def object(self, seq: int) -> Object:
        """The body of event `seq`.

        Raises:
            DamagedLog: it can't be read.
        """
        body = self._reader.body(seq)
        special = _OBJECTS.get(type(body))
        return special(self, body) if special is not None else _as_recorded(body)

    # ---- what numbers stand for -------------------------------------------------------------------------------

    def text(self, number: int) -> str | None:
        return _item(self._reader.texts, number)

    def scope(self, number: int) -> str | None:
        found = _item(self._reader.scopes, number)
        return None if found is None else found.path

    def thread(self, number: int) -> str | None:
        found = _item(self._reader.threads, number)
        return None if found is None else found.name

    def frames(self, site: int | None) -> list[Object]:
        """User frames, innermost last."""
        found = None if site == NOTHING else _item(self._reader.sites, site)
        return [
            {"path": self._path(frame.source), "line": frame.line, "function": frame.function}
            for frame in (found.frames if found is not None else ())
        ]

    def _path(self, number: int) -> str | None:
        found = _item(self._reader.sources, number)
        return None if found is None else found.path

    def variable(self, number: int) -> Object:
        found = _item(self._reader.variables, number)
        return {"id": number, "name": None if found is None else found.name}

    def op(self, number: int) -> OpDefinition:
        return _item(self._reader.ops, number) or OpDefinition(number, "?", "?")

    def slots(self, names: list[str], slots: list[r.Slot]) -> list[Object]:
        return [
            {"role": role, "variable": self.variable(slot.var), "tensor": self.tensor(slot.tensor)}
            for role, slot in zip(names, slots, strict=True)
        ]

    def gradients(self, names: list[str], variables: list[int], tensors: list[int | None]) -> list[Object]:
        return [
            {
                "role": role,
                "variable": self.variable(variables[i]) if i < len(variables) else None,
                "tensor": self.tensor(tensors[i]),
            }
            for i, role in enumerate(names)
        ]


def _as_recorded(body: r.Event) -> Object:
    """A body whose fields are plain values already."""
    return {name: plain(getattr(body, name)) for name in body.__struct_fields__}


def _op(op: OpDefinition) -> Object:
    return {"class": op.cls, "label": op.label, "formula": op.formula}


def _forward(bodies: Bodies, body: r.ForwardBody) -> Object:
    op = bodies.op(body.op)
    x_roles = roles(op.x_roles, len(body.x), "x")
    return {
        "op": _op(op),
        "x": bodies.slots(x_roles, body.x),
        "y": bodies.slots(roles(op.y_roles, len(body.y), "y"), body.y),
        "attributes": plain(body.attrs),
        "train": body.train,
        "in_graph": body.grad,
        "random_state": body.rng or None,
        "random_state_tensor": bodies.tensor(body.rng_state),
        "duration_ns": body.ns,
        "kept_bytes": body.kept,
        "fed": [
            {"role": x_roles[fed.place], "array": fed.serial, "rows": fed.rows}
            for fed in body.fed
            if 0 <= fed.place < len(x_roles)
        ],
        "changed": [x_roles[i] for i in body.changed if 0 <= i < len(x_roles)],
        "wrote": [x_roles[i] for i in body.wrote if 0 <= i < len(x_roles)],
        "settings": [
            {"role": role, "tensor": bodies.tensor(tensor)}
            for role, tensor in zip(held_roles(body), body.held, strict=True)
        ],
    }


def _backward_started(bodies: Bodies, body: r.BackwardStartedBody) -> Object:
    return {
        "call": body.call,
        "roots": bodies.slots(roles((), len(body.roots), "y"), body.roots),
        "seeds": [bodies.tensor(seed) for seed in body.seeds],
        "nodes": body.nodes,
        "double": body.double,
    }


def _backward(bodies: Bodies, body: r.BackwardBody) -> Object:
    op = bodies.op(body.op)
    gx = bodies.gradients(roles(op.x_roles, len(body.gx), "x", "g"), body.x, body.gx)
    gy_roles = roles(op.y_roles, len(body.gy), "y", "g")
    for i, entry in enumerate(gx):
        entry["why_none"] = body.why.get(str(i))
    return {
        "op": _op(op),
        "forward": body.forward,
        "gy": bodies.gradients(gy_roles, body.y, body.gy),
        "gx": gx,
        "caller": bodies.frames(body.caller),
        "changed": body.changed,
        "wrote": [gy_roles[i] for i in body.wrote if 0 <= i < len(gy_roles)],
        "duration_ns": body.ns,
    }


def _accumulated(bodies: Bodies, body: r.GradAccumulatedBody) -> Object:
    return {
        "variable": bodies.variable(body.var),
        "before": bodies.tensor(body.before),
        "contribution": bodies.tensor(body.add),
        "after": bodies.tensor(body.after),
        "node": body.node,
        "changed": body.changed,
    }


def _cleared(bodies: Bodies, body: r.GradsClearedBody) -> Object:
    return {"variables": [bodies.variable(number) for number in body.vars], "zeroed": body.zeroed}


def _update_started(bodies: Bodies, body: r.UpdateStartedBody) -> Object:
    return {
        "optimizer": body.optimizer,
        "hyperparameters": plain(body.hyper),
        "t": body.t,
        "number": body.number,
        "made": bodies.frames(body.made),
        "takes": None if body.takes is None else [bodies.variable(number) for number in body.takes],
        "frozen": [bodies.variable(number) for number in body.frozen],
        "hooks": plain(body.hooks),
    }


def _hooked(bodies: Bodies, body: r.GradientHookedBody) -> Object:
    return {
        "hook": body.hook,
        "variable": bodies.variable(body.var),
        "before": bodies.tensor(body.before),
        "after": bodies.tensor(body.after),
        "changed": body.changed,
    }


def _updated(bodies: Bodies, body: r.ParamUpdatedBody) -> Object:
    def state(values: dict[str, Any]) -> Object:
        return {
            key: bodies.tensor(value)
            if key in body.state_tensors and isinstance(value, int)
            else json_number(value)
            for key, value in values.items()
        }

    return {
        "variable": bodies.variable(body.var),
        "rule": body.rule,
        "lr": json_number(body.lr),
        "hyperparameters": plain(body.hyper),
        "before": bodies.tensor(body.before),
        "gradient": bodies.tensor(body.grad),
        "after": bodies.tensor(body.after),
        "state_before": state(body.state_before),
        "state_after": state(body.state_after),
        "changed": ["gradient" if name == "grad" else name for name in body.changed],
    }


def _reported(bodies: Bodies, body: r.ReportedBody) -> Object:
    return {"name": body.name, "value": json_number(body.value), "tensor": bodies.tensor(body.tensor)}


def _edited(bodies: Bodies, body: r.EditedBody) -> Object:
    return {
        "variable": bodies.variable(body.var),
        "what": body.what,
        "of": body.of,
        "before": bodies.tensor(body.before),
        "after": bodies.tensor(body.after),
    }


def _failed(bodies: Bodies, body: r.FailedBody) -> Object:
    operands = [
        {"role": role, "tensor": bodies.tensor(tensor)}
        for role, tensor in zip(body.roles, body.operands, strict=False)
    ]
    return {
        "type": body.type,
        "text": body.text,
        "traceback": body.traceback,
        "op": body.op,
        "shapes": body.shapes,
        "left": body.left,
        "operands": operands,
    }


_OBJECTS: dict[type, Callable[[Bodies, Any], Object]] = {
    r.ForwardBody: _forward,
    r.BackwardStartedBody: _backward_started,
    r.BackwardBody: _backward,
    r.GradAccumulatedBody: _accumulated,
    r.GradsClearedBody: _cleared,
    r.UpdateStartedBody: _update_started,
    r.GradientHookedBody: _hooked,
    r.ParamUpdatedBody: _updated,
    r.ReportedBody: _reported,
    r.FailedBody: _failed,
    r.EditedBody: _edited,
}
"""The kinds whose bodies refer to definitions or tensors; the others are written as recorded."""
