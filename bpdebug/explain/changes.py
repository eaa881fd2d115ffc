"""Elements that no op made: a gradient that was added up or changed by a hook, a parameter's new value, an edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import NotCaptured
from ..log import records as r
from ..log.schema import Kind
from ..text import clean
from ..timeline import Moment
from ..timeline.names import Names
from ..timeline.scan import last_where
from .explanation import Column, Sum, element_name

__all__ = ["change_sums"]

Element = tuple[int, ...]
_MOST_CONTRIBUTIONS = 1000
_AGREES = 1e-2
"""By how much of the largest term those of an update's rule may miss the step that was taken."""
Found = tuple[list[Sum], str]
"""The sums, and the formula."""


def change_sums(names: Names, moment: Moment, role: str, element: Element) -> Found | None:
    """The terms of an element of the tensor `role` of an event that changes something; None for other events.

    Raises:
        NotCaptured: the log doesn't have a value that this takes.
    """
    make = _CHANGES.get(type(moment.body))
    return make(_Values(names, moment, element), moment.body, role) if make is not None else None


class _Values:
    """Reads elements of the event's tensors."""

    def __init__(self, names: Names, moment: Moment, element: Element) -> None:
        self.names, self.moment, self.element = names, moment, element

    def of(self, tensor: int | None, what: str) -> float:
        if tensor is None:
            raise NotCaptured(f"{self.moment.address}: there is no {what}")
        return float(np.asarray(self.names.reader.array(tensor))[self.element])

    def named(self, name: str, value: float) -> Column:
        """A factor that has one value for each element."""
        return Column(lambda _: element_name(name, self.element), value)


def constant(name: str, value: float) -> Column:
    """A factor that is one number for the whole tensor."""
    return Column(lambda _: name, value)


def _accumulated(values: _Values, body: r.GradAccumulatedBody, role: str) -> Found | None:
    if role != "grad":
        return None
    names = values.names
    sums: list[Sum] = []
    seq: int | None = values.moment.seq
    while seq is not None and len(sums) < _MOST_CONTRIBUTIONS:
        step = names.body(seq)
        assert isinstance(step, r.GradAccumulatedBody)
        sums.append(_contribution(values, step.add, _step_of(names, seq, step.node)))
        first, seq = step.before, _accumulation_before(names, seq, step)
        if seq is None and first is not None:
            sums.append(_contribution(values, first, _maker_of(names, values.moment.seq, body.var, first)))
    return sums, "grad = sum of what each use contributed"


def _contribution(values: _Values, tensor: int | None, by: str) -> Sum:
    value = values.of(tensor, "contribution")
    return Sum((values.named("contribution", value),), "", lambda _: f"from {by}" if by else "there before")


def _accumulation_before(names: Names, seq: int, body: r.GradAccumulatedBody) -> int | None:
    """The accumulation that made the gradient to which this one added."""
    if body.before is None:
        return None
    label = names.reader.index[seq]["label"]
    for _ in range(_MOST_CONTRIBUTIONS):
        found = last_where(
            names.reader.index,
            seq,
            lambda part: (part["kind"] == Kind.grad_accumulated) & (part["label"] == label),
        )
        if found is None:
            return None
        earlier = names.body(found)
        assert isinstance(earlier, r.GradAccumulatedBody)
        if earlier.var == body.var:
            return found if earlier.after == body.before else None
        seq = found
    return None


def _step_of(names: Names, seq: int, node: int | None) -> str:
    """The address of the backward step of a node, the latest before `seq`."""
    if node is None:
        return ""
    found = last_where(
        names.reader.index, seq, lambda part: (part["kind"] == Kind.backward) & (part["node"] == node)
    )
    return "" if found is None else names.reader.address(found)


def _maker_of(names: Names, seq: int, variable: int, tensor: int) -> str:
    """The address of the backward step that gave `variable` the gradient `tensor`, near before `seq`."""
    for _ in range(_MOST_CONTRIBUTIONS):
        found = last_where(names.reader.index, seq, lambda part: part["kind"] == Kind.backward)
        if found is None:
            return ""
        body = names.body(found)
        assert isinstance(body, r.BackwardBody)
        if (variable, tensor) in zip(body.x, body.gx, strict=False):
            return names.reader.address(found)
        seq = found
    return ""


def _hooked(values: _Values, body: r.GradientHookedBody, role: str) -> Found | None:
    return _change(values, body, role, "grad", clean(body.hook))


def _edited(values: _Values, body: r.EditedBody, role: str) -> Found | None:
    return _change(values, body, role, "grad" if body.of == "gradient" else "value", "the edit")


def _change(
    values: _Values, body: r.GradientHookedBody | r.EditedBody, role: str, what: str, by: str
) -> Found | None:
    if role not in (f"{what} after", "delta"):
        return None
    before, after = values.of(body.before, f"{what} before"), values.of(body.after, f"{what} after")
    added = Sum((values.named(f"what {by} added", after - before),), by, lambda _: f"by {by}")
    if role == "delta":
        return [added], f"delta = what {by} added"
    sums = [Sum((values.named(f"{what} before", before),), f"{what} before"), added]
    return sums, f"{what} after = {what} before + what {by} added"


# ---- updates --------------------------------------------------------------------------------------------------


def _updated(values: _Values, body: r.ParamUpdatedBody, role: str) -> Found | None:
    if role not in ("after", "delta"):
        return None
    rule = _RULES.get(body.rule)
    numbers = _Hyper(values, body)
    before = values.of(body.before, "value before")
    found = rule(values, numbers) if rule is not None and body.grad is not None else None
    after = values.of(body.after, "value after")
    if found is None or not _gives(found[0], after - before, _smallest_step(values, body, before, after)):
        step = Sum((values.named(f"step of {clean(body.rule) or 'the rule'}", after - before),), "step")
        found = [step], "after = before + step"
    sums, formula = found
    if role == "delta":
        for start, instead in (("after = before + ", "delta = "), ("after = before − ", "delta = −")):
            formula = formula.replace(start, instead, 1)
        return sums, formula
    return [Sum((values.named("before", before),), "before"), *sums], formula


def _gives(sums: list[Sum], step: float, rounding: float) -> bool:
    """Whether the terms give the step that was taken: a rule of the script's own may bear the name of another one."""
    terms = [float(part.values()[0]) for part in sums]
    if not np.isfinite([step, *terms]).all():
        return True  # where it overflows is to be seen in the terms
    return abs(sum(terms) - step) <= _AGREES * max(map(abs, (*terms, step))) + rounding


def _smallest_step(values: _Values, body: r.ParamUpdatedBody, before: float, after: float) -> float:
    """What rounding may make of a step in the parameter's dtype."""
    layout = values.names.layout(body.after)
    dtype = np.dtype(np.float32 if layout is None else layout.dtype)
    return float(np.finfo(dtype).eps) * max(abs(before), abs(after)) if dtype.kind == "f" else np.inf


class _Hyper:
    """The settings and the state of one update."""

    def __init__(self, values: _Values, body: r.ParamUpdatedBody) -> None:
        self._values, self._body = values, body
        parent = values.moment.parent
        started = values.names.body(parent) if parent is not None else None
        of_all = started.hyper if isinstance(started, r.UpdateStartedBody) else {}
        self._hyper: dict[str, Any] = {**of_all, **body.hyper}

    @property
    def lr(self) -> float | None:
        return _number(self._body.lr)

    def setting(self, name: str, default: float | None = None) -> float | None:
        found = _number(self._hyper.get(name))
        return default if found is None else found

    def gradient(self) -> float:
        return self._values.of(self._body.grad, "gradient")

    def state(self, name: str, when: str = "before") -> float | None:
        """An element of the optimizer's state; None where it isn't recorded as a tensor."""
        state = self._body.state_before if when == "before" else self._body.state_after
        tensor = state.get(name)
        if name not in self._body.state_tensors or not isinstance(tensor, int):
            return None
        return self._values.of(tensor, name)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _sgd(values: _Values, hyper: _Hyper) -> Found | None:
    if hyper.lr is None:
        return None
    step = Sum((constant("−lr", -hyper.lr), values.named("gradient", hyper.gradient())), "− lr gradient")
    return [step], "after = before − lr · gradient"


def _momentum(values: _Values, hyper: _Hyper) -> Found | None:
    momentum, v = hyper.setting("momentum"), hyper.state("v")
    if hyper.lr is None or momentum is None or v is None:
        return None
    sums = [
        Sum(
            (constant("momentum", momentum), values.named("v", v)),
            "momentum v",
            lambda _: "what earlier steps go on with",
        ),
        Sum((constant("−lr", -hyper.lr), values.named("gradient", hyper.gradient())), "− lr gradient"),
    ]
    return sums, "after = before + momentum · v − lr · gradient"


def _adam(values: _Values, hyper: _Hyper) -> Found | None:
    beta1, eps, eta = hyper.setting("beta1"), hyper.setting("eps"), hyper.setting("eta", 1.0)
    m, vhat = hyper.state("m"), hyper.state("vhat", "after")
    v = hyper.state("v", "after") if vhat is None else vhat
    if None in (hyper.lr, beta1, eps, eta, m, v):
        return None
    assert hyper.lr is not None and beta1 is not None and eps is not None and eta is not None  # noqa: PT018
    assert m is not None and v is not None  # noqa: PT018
    scale = constant("−eta lr / (√v + eps)", -eta * hyper.lr / (np.sqrt(v) + eps))
    sums = [
        Sum(
            (scale, constant("beta1", beta1), values.named("m", m)),
            "earlier gradients",
            lambda _: "the mean of earlier gradients",
        ),
        Sum(
            (scale, constant("1 − beta1", 1 - beta1), values.named("gradient", hyper.gradient())),
            "this gradient",
        ),
    ]
    decay = hyper.setting("weight_decay_rate", 0.0)
    if decay:
        before = values.moment.tensor("before")
        assert before is not None
        own = float(before.array()[values.element])
        sums.append(
            Sum((constant("−decay eta", -decay * eta), values.named("before", own)), "− decay before")
        )
    formula = "after = before − eta lr / (√v + eps) · (beta1 m + (1 − beta1) gradient)"
    return sums, f"{formula} − eta decay · before" if decay else formula


_RULES: dict[str, Callable[[_Values, _Hyper], Found | None]] = {
    "SGDRule": _sgd,
    "MomentumSGDRule": _momentum,
    "AdamRule": _adam,
}
"""By class of update rule; the step of any other is one term."""

_CHANGES: dict[type, Callable[[_Values, Any, str], Found | None]] = {
    r.GradAccumulatedBody: _accumulated,
    r.GradientHookedBody: _hooked,
    r.EditedBody: _edited,
    r.ParamUpdatedBody: _updated,
}
