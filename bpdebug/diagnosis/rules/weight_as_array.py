"""A weight is used a second time as a plain array: that use gives it no gradient."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.records import Op, Parameter
from ..finding import Finding

__all__ = ["find"]

_PASSES = 3
_LOOKED = 200
_ELEMENTS = 8
_ON_PURPOSE = (
    r"detach|stop[\s_-]*(the[\s_-]*)?grad|straight[\s_-]*through|teacher|target.?net|frozen|freeze|fixed"
)


def find(history: History) -> Iterator[Finding]:
    """An op of the training passes is handed the very values of a parameter, or their transpose, that is trained, too.

    Such as the weights of an encoder that its decoder is to share.
    """
    if history.script.mentions(_ON_PURPOSE):
        return
    trained: dict[tuple[int, ...], list[Parameter]] = {}
    for parameter in history.parameters.values():
        shape = history.values.shape(parameter.first)
        if len(shape) == 2 and parameter.moved:
            for either in {shape, shape[::-1]}:
                trained.setdefault(either, []).append(parameter)
    handed = (
        (op, place)
        for op in history.training_ops()
        for place in op.fed
        if history.values.shape(op.x[place][1]) in trained
    )
    uses: dict[tuple[int, int], list[tuple[Op, int]]] = {}
    for op, place in itertools.islice(handed, _LOOKED):
        for parameter in trained[history.values.shape(op.x[place][1])]:
            if _is_its_value(history, op, place, parameter):
                uses.setdefault((op.site, parameter.number), []).append((op, place))
    for (site, number), found in uses.items():
        if len(found) < _PASSES:
            continue
        op, parameter = found[0][0], history.parameters[number]
        line = history.script.array_line(site)
        yield Finding(
            f"{parameter.name} goes into {op.label} as a plain array: what this use would teach it is lost",
            parameter.layer or parameter.name,
            seq=op.seq,
            site=site,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"parameter": parameter.name, "passes": len(found)},
            subjects=frozenset({parameter.name}),
        )


def _is_its_value(history: History, op: Op, place: int, parameter: Parameter) -> bool:
    """Whether an op was handed what the parameter held then."""
    before = [moved.after for moved in parameter.moved if moved.seq < op.seq]
    value = history.values.array(before[-1] if before else parameter.first)
    array = history.values.array(op.x[place][1])
    if value is None or array is None or array.size < _ELEMENTS or value.dtype != array.dtype:
        return False
    if not (value != value.flat[0]).any():
        return False
    return np.array_equal(array, value) or np.array_equal(array, value.T)
