"""All words of the condition language: the one table from which the parser, the help and the docs are made."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = [
    "FIELDS",
    "FUNCTIONS",
    "SUFFIXES",
    "TENSORS",
    "Field",
    "Function",
    "Suffix",
    "Tensor",
    "tensor_word",
]


@dataclass(frozen=True, slots=True)
class Field:
    """Something that every event has, whatever its kind.

    `state` ones (the iteration) last over many events: a condition of those alone stops where it begins to hold.
    """

    name: str
    help: str
    is_text: bool = False
    state: bool = False


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor by its role; `help` says at which events it is there."""

    name: str
    help: str


@dataclass(frozen=True, slots=True)
class Suffix:
    """What may stand behind a tensor's name."""

    name: str
    help: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one argument.

    `reduces` ones make one number (or truth value) of all elements, the others work on each element.
    """

    name: str
    help: str
    reduces: bool


def _table(*items: Field | Tensor | Suffix | Function) -> dict:
    return {item.name: item for item in items}


FIELDS: dict[str, Field] = _table(
    Field("iteration", "number of the training iteration, from 0", state=True),
    Field("phase", '"setup", "forward", "backward", "update" or "evaluation"', is_text=True, state=True),
    Field("time", "seconds since the run began", state=True),
    Field("kind", 'what the event is: "forward", "backward", "param_updated", "failed" ...', is_text=True),
    Field("op", 'label of the op of a forward or backward event, such as "relu"; else ""', is_text=True),
    Field("scope", 'the link whose call it belongs to, such as "MLP.l1"; "" outside of all', is_text=True),
    Field("label", "what the event's address ends with", is_text=True),
    Field("parameter", 'the parameter that it is about, such as "MLP.l1.W"; else ""', is_text=True),
    Field("file", "path of the source file that made it; its end is enough", is_text=True),
    Field("line", "line of the script that made it"),
    Field("event", "number of the event, from 0"),
)

TENSORS: dict[str, Tensor] = _table(
    Tensor("x", "input of a forward op: that in the role x (x0, x1 ...); where it has none, all inputs"),
    Tensor("y", "output of a forward op; all of them where it has several"),
    Tensor("gy", "gradient that arrives at a backward step"),
    Tensor("gx", "gradient that leaves a backward step for the input x, likewise"),
    Tensor("W", "a weight: in a forward op that uses it, and where it is updated"),
    Tensor("b", "a bias, likewise"),
    Tensor("gW", "gradient of W: in a backward step, where it is added up or hooked, and in its update"),
    Tensor("gb", "gradient of b, likewise"),
    Tensor("param", "the parameter that the event is about, whatever it is called"),
)

SUFFIXES: dict[str, Suffix] = _table(
    Suffix("before", "its content before this event changed it"),
    Suffix("after", "its content after that"),
    Suffix("delta", "after - before"),
    Suffix("grad", "its gradient, where the event shows it: added up, hooked, or used in an update"),
)

FUNCTIONS: dict[str, Function] = _table(
    Function("nan", "whether an element is NaN", True),
    Function("inf", "whether an element is infinite", True),
    Function("finite", "whether all elements are finite", True),
    Function("zeros", "share of the elements that are exactly zero, 0 to 1", True),
    Function("min", "least element", True),
    Function("max", "greatest element", True),
    Function("mean", "mean of the elements", True),
    Function("std", "standard deviation of the elements", True),
    Function("sum", "sum of the elements", True),
    Function("norm", "L2 norm: root of the sum of squares", True),
    Function("size", "number of elements", True),
    Function("any", "whether something holds for an element", True),
    Function("all", "whether something holds for all elements", True),
    Function("abs", "absolute value", False),
    Function("sqrt", "square root", False),
    Function("exp", "exponential", False),
    Function("log", "natural logarithm", False),
)

_NUMBERED = re.compile(r"(x|y|gx|gy)[0-9]+")


def tensor_word(name: str) -> bool:
    """Whether `name` is a role: one of the table, or one of several such as `x0`, `gx1`."""
    return name in TENSORS or _NUMBERED.fullmatch(name) is not None
