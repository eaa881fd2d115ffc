"""All words of the condition language: the one table from which the parser, the help and the docs are made."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = [
    "FIELDS",
    "FUNCTIONS",
    "REPORT",
    "ROLES",
    "SUFFIXES",
    "TENSORS",
    "Field",
    "Function",
    "Role",
    "Suffix",
    "Tensor",
    "is_gradient",
    "role_word",
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
class Role:
    """What an op of the engine calls one of its inputs, or where `output` says so of its outputs, beside `TENSORS`."""

    name: str
    help: str
    output: bool = False


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


def _table(*items: Field | Tensor | Role | Suffix | Function) -> dict:
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

ROLES: dict[str, Role] = _table(
    Role("a", "first operand of arithmetic and of what compares two: add, mul, mean_squared_error ..."),
    Role("t", "target of a loss or an evaluation: softmax_cross_entropy, accuracy ..."),
    Role("gamma", "scale of a normalization; the parameter, too"),
    Role("beta", "shift of a normalization, likewise"),
    Role("mean", "mean that a normalization is given; in parentheses only, as in norm(mean)"),
    Role("var", "variance that a normalization is given"),
    Role("P", "matrix that a decorrelated normalization is given"),
    Role(
        "c",
        "cell that an LSTM or a TreeLSTM makes (c1, c2 ...: gets); real part of a Fourier transform",
        True,
    ),
    Role("d", "imaginary part of a Fourier transform", True),
    Role("h", "output of an LSTM or a TreeLSTM; what zoneout keeps", True),
    Role("c_prev", "cell that an LSTM begins with; c_prev1 and c_prev2 of an S-LSTM"),
    Role("p", "the share of a in linear_interpolate; the positive example of triplet"),
    Role("q", "the negative example of triplet"),
    Role("m", "mean of gaussian noise"),
    Role("v", "logarithm of the variance of gaussian noise"),
    Role("n", "order of polygamma"),
    Role("condition", "what where chooses by"),
    Role("indices", "places of permutate"),
    Role("grid", "where a spatial transformer looks"),
    Role("rois", "regions of a pooling over regions of interest"),
    Role("roi_indices", "the image of each region"),
    Role("precision", "of classification_summary", True),
    Role("recall", "likewise", True),
    Role("fbeta", "likewise", True),
    Role("support", "likewise", True),
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

REPORT = "report:"
"""In front of a metric's name, as in the addresses of reports: that is no role."""

_NUMBERED = re.compile(r"(x|y|gx|gy)[0-9]+")
_NUMBERED_ROLE = re.compile(r"g?(c|c_prev)[0-9]+")


def tensor_word(name: str) -> bool:
    """Whether `name` is one of `TENSORS`, or one of several such as `x0`, `gx1`."""
    return name in TENSORS or _NUMBERED.fullmatch(name) is not None


def role_word(name: str) -> bool:
    """Whether `name` is one of `ROLES`, a gradient of one (`ggamma`), or one of several such as `c1`."""
    if name in ROLES or (name[:1] == "g" and name[1:] in ROLES):
        return True
    return _NUMBERED_ROLE.fullmatch(name) is not None


def is_gradient(name: str) -> bool:
    """Whether a role is called after the gradient of another one: `gx`, `gW`, `ggamma`, but not `gamma`."""
    return name[:1] == "g" and "." not in name and len(name) > 1 and name not in ROLES
