"""How the language of conditions calls a tensor that an event shows."""

from __future__ import annotations

from ..conditions import parse
from ..conditions import syntax as s
from ..errors import ConditionError
from ..log.schema import Kind
from .moment import Moment, TensorView

__all__ = ["expression_of"]

_OF_UPDATE = {"before": ".before", "after": "", "delta": ".delta", "gradient": ".grad"}


def expression_of(view: TensorView, moment: Moment) -> str:
    """The word for a tensor of the moment; "" where the language has none.

    Parameters have their names, whatever the event; other tensors their roles.
    """
    found = _of_parameter(view, moment) or view.role
    try:
        node = parse(found)
    except ConditionError:
        return ""
    return found if isinstance(node, s.Tensor) else ""


def _of_parameter(view: TensorView, moment: Moment) -> str:
    name = view.name
    if "." not in name:
        return ""
    if moment.kind is Kind.param_updated:
        return name + _OF_UPDATE[view.group] if view.group in _OF_UPDATE else ""
    if moment.kind in (Kind.grad_accumulated, Kind.gradient_hooked):
        return f"{name}.grad" if view.group == "after" else ""
    if view.group.startswith("gradient"):
        return f"{name}.grad"
    return name
