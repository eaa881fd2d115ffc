"""Explanations and paths as JSON values: numbers that JSON lacks are the strings `NaN`, `Infinity`, `-Infinity`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .explanation import Explanation
from .path import PathStep

__all__ = ["explanation_object", "path_objects"]


def explanation_object(e: Explanation) -> dict[str, Any]:
    """All that an explanation says."""
    return {
        "element": e.name,
        "role": e.role,
        "index": list(e.element),
        "variable": e.variable or None,
        "address": e.address,
        "seq": e.seq,
        "source": e.where or None,
        "shape": list(e.shape),
        "dtype": e.dtype,
        "recorded": _number(e.recorded),
        "total": _number(e.total),
        "covered": _number(e.covered),
        "count": e.count,
        "zeros": e.zeros,
        "terms": [
            {
                "value": _number(term.value),
                "factors": [{"name": factor.name, "value": _number(factor.value)} for factor in term.factors],
                "note": term.note or None,
            }
            for term in e.terms
        ],
        "formula": e.formula or None,
        "forms": e.forms,
        "tensors": e.shapes,
        "notes": e.notes,
        "how": e.how,
    }


def path_objects(steps: Sequence[PathStep]) -> list[dict[str, Any]]:
    """One object a step."""
    return [
        {
            "address": step.address,
            "seq": step.seq,
            "op": step.label,
            "scope": step.scope or None,
            "arrived": {"role": step.role_in, "norm": _norm(step.arrived)},
            "left": {"role": step.role_out, "norm": _norm(step.left)},
            "factor": _number(step.factor),
            "other_uses": step.forks,
            "source": step.source or None,
        }
        for step in steps
    ]


def _norm(value: float | None) -> float | str | None:
    """null where the log doesn't know it."""
    return None if value is None else _number(value)


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
