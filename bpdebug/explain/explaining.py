"""Finds what made an element, and puts the explanation together."""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np

from ..errors import DamagedLog, NotCaptured, UsageError
from ..formula.activation import activation, slopes_beside
from ..rerun import OpRunner
from ..text import number, shape_text
from ..timeline import Moment, TensorView, Timeline
from ..timeline.origin import origin_of
from ..timeline.written_into import changed_outside, written_by_op
from . import elementwise
from .changes import change_sums
from .element import find_element
from .explanation import Column, Explanation, Sum, Term, element_name
from .jacobian import gradient_sums, output_sums
from .naming import formula_of, local_derivative, output_text, pretty
from .recorded_op import RecordedOp
from .rules import RULES

__all__ = ["explain"]

Element = tuple[int, ...]

_RECORDED = "from the recorded tensors"
_JACOBIAN = "from the op's Jacobian: the op computed again in float64"
_AGREES = 1e-2
_MUCH_LARGER = 10
_KINDS_OF_GROUP = {"output": "output", "gradient out": "gradient"}


class _Made(NamedTuple):
    """What made an element: its sums, the formula, the tensors that take part, notes, and how it was found."""

    sums: list[Sum]
    formula: str
    shapes: list[str]
    notes: list[str]
    how: str


def explain(timeline: Timeline, seq: int, text: str, runner: OpRunner, limit: int = 10) -> Explanation:
    """The terms that made one element.

    A tensor that the event only received is explained by the event that made it.

    Args:
        seq: the event.
        text: the element: `gW[3,5]`, `y[0]`, `MLP.l1.W[2,2]`.
        runner: computes ops again that have no rule.
        limit: how many terms to list; the total is over all.

    Raises:
        UsageError: there is no such tensor or element.
        NotCaptured: the log lacks values that it takes, or what made the element.
        CannotRerun: the op is the script's own.
        DamagedLog: what is recorded doesn't fit the op.
    """
    moment = timeline.moment(seq)
    view, element = find_element(moment, text)
    if view.variable is None and view.tensor is None:
        raise NotCaptured(f"{moment.address}: {view.role}: {view.why_missing or 'nothing is known of it'}")
    origin = origin_of(timeline, moment, view)
    if origin.seq is None:
        raise NotCaptured(f"{moment.address}: {origin.why}")
    if (origin.seq, origin.role) != (seq, view.role):
        moment = timeline.moment(origin.seq)
        found = moment.tensor(origin.role)
        assert found is not None
        view = found
    array = view.array()
    try:
        # NaN, infinities and overflows are what is looked at here, and nothing to warn of.
        with np.errstate(all="ignore"):
            made = _made(timeline, moment, view, element, runner)
            terms, count, zeros, total, covered = _largest(made.sums, limit)
    except (ArithmeticError, IndexError, KeyError, TypeError, ValueError) as error:
        # The rules take tensors of the shapes that the op makes; a damaged log can claim others.
        raise DamagedLog(
            f"{moment.address}: its tensors don't fit the op {moment.label} ({error}); bpdebug verify tells more"
        ) from error
    frame = moment.frame
    return Explanation(
        moment.address, moment.seq, element_name(view.role, element), view.role, element,
        tuple(view.shape or ()), view.dtype, float(array[element]), terms, count, zeros, total, covered,
        made.formula, [part.form for part in made.sums if part.form], made.shapes, made.notes, made.how,
        "" if frame is None else frame.text, view.name,
    )  # fmt: skip


def _made(timeline: Timeline, moment: Moment, view: TensorView, element: Element, runner: OpRunner) -> _Made:
    names = timeline.names
    changed = change_sums(names, moment, view.role, element)
    if changed is not None:
        sums, formula = changed
        return _Made(sums, formula, [], _rounded(moment, view, element), _RECORDED)
    op = RecordedOp.at(names, moment.seq, runner)
    kind = _KINDS_OF_GROUP.get(view.group)
    if op is None or kind is None:
        raise UsageError(
            f"{moment.address}: of {view.role} nothing is told there: what can be explained is an output, a gradient"
            " that left or was added up, and what a hook, an edit or an update changed"
        )
    if kind == "output":
        return _output(op, op.y_roles.index(view.role), element)
    made = _gradient(op, op.x_roles.index(view.role.removeprefix("g")), element)
    others = (changed_outside(names, moment.body), written_by_op(names, moment.body))
    return made._replace(notes=[*made.notes, *filter(None, others)])


def _rounded(moment: Moment, view: TensorView, element: Element) -> list[str]:
    """A note on a small step of large numbers: its last digits are those that the numbers haven't."""
    after = next((other for other in moment.tensors if other.group == "after"), None)
    if view.group != "delta" or after is None or np.dtype(view.dtype).kind != "f":
        return []
    value, step = float(after.array()[element]), float(view.array()[element])
    if not math.isfinite(value) or abs(value) <= _MUCH_LARGER * abs(step):
        return []
    lost = float(np.finfo(view.dtype).eps) * abs(value)
    return [
        f"{after.role} is {number(value)}, which {view.dtype} rounds to {lost:.0e}: delta is no more exact"
    ]


def _output(op: RecordedOp, k: int, element: Element) -> _Made:
    rule = RULES.get(op.cls)
    sums = rule.output(op, k, element) if rule is not None and rule.output is not None else None
    if sums is not None and _chose_otherwise(op, sums, op.y_roles[k], element):
        sums = None
    how = _RECORDED
    if sums is None:
        sums = elementwise.output(op, k, element)
    if sums is None:
        how = _JACOBIAN
        sums = _named_if_elementwise(op, k, element, output_sums(op, k, element))
    return _Made(sums, pretty(formula_of(op.formula, op.y_roles[k])), _shapes(op, "", k), [], how)


def _gradient(op: RecordedOp, i: int, element: Element) -> _Made:
    rule = RULES.get(op.cls)
    sums = rule.gradient(op, i, element) if rule is not None and rule.gradient is not None else None
    if sums is not None and _chose_otherwise(op, sums, f"g{op.x_roles[i]}", element):
        sums = None
    how = _RECORDED
    if sums is None:
        sums = elementwise.gradient(op, i, element)
    if sums is None:
        how = _JACOBIAN
        sums = gradient_sums(op, i, element, local_derivative)
    return _Made(
        sums,
        pretty(formula_of(op.formula, f"g{op.x_roles[i]}")),
        _shapes(op, op.x_roles[i], 0),
        [*_stretched(op, i), *_bend(op, i, element)],
        how,
    )


def _chose_otherwise(op: RecordedOp, sums: list[Sum], role: str, element: Element) -> bool:
    """Whether the terms of a rule miss the recorded value and the op was given NaN or an infinity.

    A rule compares as the op does (a margin, the largest of a window), and with a NaN an op may come out elsewhere.
    """
    recorded = op.recorded(role)
    if recorded is None:
        return False
    value = float(recorded[element])
    terms = np.concatenate([part.values() for part in sums]) if sums else np.zeros(1)
    total = float(terms.sum())
    if total == value or (math.isnan(total) and math.isnan(value)):
        return False
    if abs(total - value) <= _AGREES * max(abs(value), float(np.abs(terms).max(initial=0.0))):
        return False
    inputs = (op.x(j) for j in range(op.x_count))
    return any(x.dtype.kind == "f" and not np.isfinite(x).all() for x in inputs)


def _named_if_elementwise(op: RecordedOp, k: int, element: Element, sums: list[Sum]) -> list[Sum]:
    """One term with the op's own formula, for an op that isn't linear and makes each element from one of each input."""
    linear = all(part.form != "rest" for part in sums)
    if linear or any(len(part.values()) != 1 for part in sums):
        return sums
    text = output_text(op, k, element)
    if not text:
        return sums
    operands = ", ".join(f"{f.name} = {f.value:.6g}" for part in sums for f in part.term(0, 0.0).factors[1:])
    value = float(sum(part.values()[0] for part in sums))
    return [Sum((Column(lambda _: text, value),), text, lambda _: operands)]


def _shapes(op: RecordedOp, role: str, k: int) -> list[str]:
    """The tensors that take part, with shapes and names."""
    told = []
    if role:
        told.append(f"g{role} {shape_text(op.x_shape(op.x_roles.index(role)))}")
        told += [f"g{y} {shape_text(op.y_shape(j))}" for j, y in enumerate(op.y_roles)]
    else:
        told.append(f"{op.y_roles[k]} {shape_text(op.y_shape(k))}")
    for j, x in enumerate(op.x_roles):
        name = op.variable_of_input(j)
        told.append(f"{x} {shape_text(op.x_shape(j))}{f' is {name}' if name and name != x else ''}")
    return told


def _stretched(op: RecordedOp, i: int) -> list[str]:
    """A note where an input was stretched to the output's shape: its gradient is summed over those axes."""
    x, y = op.x_shape(i), op.y_shape(0)
    if x == y or len(x) > len(y) or op.y_count != 1:
        return []
    lead = len(y) - len(x)
    if any(own not in (1, length) for own, length in zip(x, y[lead:], strict=True)):
        return []
    axes = [*range(lead), *(lead + j for j, own in enumerate(x) if own == 1 and y[lead + j] != 1)]
    if not axes or not any(word in op.formula for word in ("stretched", "summed", "repeated", "repetitions")):
        return []
    which = "axis" if len(axes) == 1 else "axes"
    return [
        f"{op.x_roles[i]} {shape_text(x)} was stretched to {shape_text(y)}:"
        f" its gradient is summed over {which} {', '.join(map(str, axes))}"
    ]


def _bend(op: RecordedOp, i: int, element: Element) -> list[str]:
    """A note where an elementwise op has a kink, or is flat."""
    if op.x_roles != ["x"] or op.y_count != 1 or op.x_shape(0) != op.y_shape(0):
        return []
    try:
        x = float(op.x(0)[element])
    except NotCaptured:
        return []
    if math.isnan(x):
        return []
    at = f"{element_name('x', element)} = {number(x)}"
    beside = slopes_beside(op.formula, op.settings, x) if math.isfinite(x) else None
    if beside is not None:
        left, right = (number(slope) for slope in beside)
        return [f"{at} is at a kink of {op.label}: its slope is {left} on the left and {right} on the right"]
    shape = activation(op.formula, op.settings)
    if shape is None or not shape.flat(np.array([x])).any():
        return []
    slope = shape.slope(x)
    if not slope:
        return [f"{at} is where {op.label} is flat: nothing goes through"]
    return [f"{at} is where {op.label} is nearly flat: {number(slope)} of its steepest slope"]


def _largest(sums: list[Sum], limit: int) -> tuple[list[Term], int, int, float, float]:
    """The largest terms; how many there are, how many are zero; their sum; how much the largest cover."""
    values = [part.values() for part in sums]
    everything = np.concatenate(values) if values else np.empty(0)
    sizes = np.abs(everything)
    sizes[np.isnan(sizes)] = np.inf  # what isn't a number comes first
    if len(sizes) > limit:
        chosen = np.argpartition(-sizes, limit - 1)[:limit]
    else:
        chosen = np.arange(len(sizes))
    ordered = heapq.nlargest(limit, chosen.tolist(), key=lambda place: (sizes[place], -place))
    nothing = not sizes.any()  # then the terms that are zero say why
    starts = np.cumsum([0, *(len(part) for part in values)])
    terms = []
    for place in ordered:
        if sizes[place] == 0 and not nothing:
            continue
        which = int(np.searchsorted(starts, place, side="right")) - 1
        n = int(place - starts[which])
        terms.append(sums[which].term(n, float(values[which][n])))
    all_sizes = float(sizes.sum())
    listed = float(sum(abs(term.value) for term in terms))
    covered = 1.0 if not all_sizes else listed / all_sizes if np.isfinite(all_sizes) else float("nan")
    with np.errstate(all="ignore"):
        total = float(everything.sum())
    return terms, len(everything), int((sizes == 0).sum()), total, min(covered, 1.0)
