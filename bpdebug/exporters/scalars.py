"""The numbers of each iteration: what was reported, and how long parameters, gradients and updates were."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BpdebugError, DamagedLog
from ..log.records import GradAccumulatedBody, ParamUpdatedBody
from ..log.schema import EventFlag, Kind
from ..timeline.curves import REPORT
from ..timeline.statistics import statistics
from .event_tensors import LeftOut, norm

if TYPE_CHECKING:
    from ..timeline.names import Names
    from .selection import Selection

__all__ = ["IterationScalars", "ParameterScalars", "each_iteration", "scalar_names"]

_GRADIENT = "grad:"


@dataclass(slots=True)
class ParameterScalars:
    """A parameter in one iteration: L2 norms, NaN or infinite where an element is, None where the log doesn't say.

    `ratio` is the norm of the update over that of the value before it. `after` and `gradient_tensor` are numbers of
    tensors: what its last update left, and the gradient that was used (without an update: the one last summed).
    """

    value: float | None = None
    gradient: float | None = None
    update: float | None = None
    ratio: float | None = None
    after: int | None = None
    gradient_tensor: int | None = None
    before: int | None = None


@dataclass(slots=True)
class IterationScalars:
    """One iteration; of what happened several times in it, the last. `time_us` is of its last event used here."""

    iteration: int
    time_us: int = 0
    reported: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, ParameterScalars] = field(default_factory=dict)


def scalar_names(names: Names, selection: Selection) -> tuple[list[str], list[str]]:
    """What `each_iteration` will give: reported names and parameters, in the order in which they first come."""
    labels: dict[tuple[int, bool], None] = {}
    index = names.reader.index
    for seq in selection.seqs(Kind.reported, Kind.param_updated, Kind.grad_accumulated):
        header = index[seq]
        if _counts(header):
            labels[int(header["label"]), int(header["kind"]) == Kind.reported] = None
    reported = [names.text(label).removeprefix(REPORT) for label, is_report in labels if is_report]
    parameters = [names.text(label).removeprefix(_GRADIENT) for label, is_report in labels if not is_report]
    return list(dict.fromkeys(reported)), list(dict.fromkeys(parameters))


def each_iteration(names: Names, selection: Selection, left_out: LeftOut) -> Iterator[IterationScalars]:
    """The selected iterations in which there was something to tell, in order."""
    index = names.reader.index
    now: IterationScalars | None = None
    for seq in selection.seqs(Kind.reported, Kind.param_updated, Kind.grad_accumulated):
        header = index[seq]
        if not _counts(header):
            continue
        left_out.events += 1
        iteration = int(header["iteration"])
        if now is None or now.iteration != iteration:
            if now is not None:
                yield _measured(names, now, left_out)
            now = IterationScalars(iteration)
        now.time_us = int(header["time_us"])
        label = names.text(header["label"])
        if int(header["kind"]) == Kind.reported:
            now.reported[label.removeprefix(REPORT)] = float(header["value"])
            continue
        try:
            body = names.body(seq)
        except DamagedLog:
            left_out.damaged += 1
            continue
        parameter = now.parameters.setdefault(label.removeprefix(_GRADIENT), ParameterScalars())
        if isinstance(body, ParamUpdatedBody):
            parameter.before, parameter.after, parameter.gradient_tensor = body.before, body.after, body.grad
        elif isinstance(body, GradAccumulatedBody):
            parameter.gradient_tensor = body.after
    if now is not None:
        yield _measured(names, now, left_out)


def _counts(header: np.void) -> bool:
    kind = int(header["kind"])
    if kind == Kind.reported:
        return bool(header["flags"] & EventFlag.value)
    return kind == Kind.param_updated or bool(header["flags"] & EventFlag.parameter)


def _measured(names: Names, now: IterationScalars, left_out: LeftOut) -> IterationScalars:
    """Measured once an iteration, when it is known which tensors are its last."""
    for parameter in now.parameters.values():
        parameter.value = _norm(names, parameter.after)
        parameter.gradient = _norm(names, parameter.gradient_tensor)
        before, after = _array(names, parameter.before), _array(names, parameter.after)
        if before is not None and after is not None and before.shape == after.shape:
            with np.errstate(all="ignore"):
                wide = np.result_type(before, after, np.float64)
                parameter.update = norm(statistics(after.astype(wide) - before.astype(wide)))
            length = _norm(names, parameter.before)
            assert length is not None
            parameter.ratio = parameter.update / length if length else None
            if parameter.ratio is not None and math.isinf(length):
                parameter.ratio = math.nan
        left_out.norms += parameter.after is not None and parameter.value is None
        left_out.norms += parameter.gradient_tensor is not None and parameter.gradient is None
        left_out.norms += None not in (parameter.before, parameter.after) and parameter.update is None
    return now


def _norm(names: Names, tensor: int | None) -> float | None:
    """The norm, as it was recorded or from the values; None where there is neither."""
    try:
        return None if tensor is None else norm(names.reader.measured(tensor))
    except BpdebugError:
        return None


def _array(names: Names, tensor: int | None) -> np.ndarray | None:
    """The values, or None where there are none."""
    try:
        return None if tensor is None else names.reader.array(tensor)
    except BpdebugError:
        return None
