"""A comparison as one JSON value, for programs; docs/diff.md names the fields."""

from __future__ import annotations

import math
from typing import Any

from .result import Comparison, Difference, Growth, Place
from .values import Gap

__all__ = ["FORMAT_VERSION", "comparison_json"]

FORMAT_VERSION = 1


def comparison_json(found: Comparison, name_a: str, name_b: str) -> dict[str, Any]:
    """The comparison in JSON values; non-finite numbers are the strings NaN, Infinity and -Infinity."""
    structure, allowed = found.structure, found.tolerance
    return {
        "format": FORMAT_VERSION,
        "a": name_a,
        "b": name_b,
        "same": found.same,
        "whole": found.whole,
        "tolerance": {"rtol": allowed.rtol, "atol": allowed.atol, "ulp": allowed.ulp},
        "events": {
            "a": structure.events_a,
            "b": structure.events_b,
            "both": structure.matched,
            "only_a": structure.only_a,
            "only_b": structure.only_b,
            "passed_over_a": structure.passed_over_a,
            "passed_over_b": structure.passed_over_b,
            "first_only_a": structure.first_only_a,
            "first_only_b": structure.first_only_b,
            "reordered": structure.turns > 0,
            "unreadable": found.unreadable,
            "settings_differ": found.settings_differ,
        },
        "tensors": {
            "differ": found.tensors_differ,
            "tolerated": found.tolerated,
            "not_compared": found.not_compared,
        },
        "setup": found.setup,
        "first": _difference(found.first),
        "first_tensor": _difference(found.first_value),
        "by_iteration": [{"iteration": row.first_iteration, **_growth(row)} for row in found.by_iteration],
        "by_op": [{"op": row.name, "iteration": row.first_iteration, **_growth(row)} for row in found.by_op],
    }


def _difference(difference: Difference | None) -> dict[str, Any] | None:
    if difference is None:
        return None
    return {
        "a": _place(difference.a),
        "b": _place(difference.b),
        "role": difference.role or None,
        "variable": difference.variable or None,
        "made": difference.made,
        "why": difference.why or None,
        "values": None if difference.values is None else list(difference.values),
        "gap": _gap(difference.gap),
        "notes": list(difference.notes),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "seq": place.seq,
        "address": place.address,
        "frames": [{"at": where, "line": text} for where, text in place.lines],
    }


def _gap(gap: Gap | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {
        "size": gap.size,
        "differing": gap.differing,
        "beyond": gap.beyond,
        "max_abs": _number(gap.max_abs),
        "max_rel": _number(gap.max_rel),
        "max_ulp": _number(gap.max_ulp),
        "place": list(gap.place),
        "a": _number(gap.a),
        "b": _number(gap.b),
    }


def _growth(row: Growth) -> dict[str, Any]:
    return {
        "tensors": row.tensors,
        "beyond": row.beyond,
        "max_abs": _number(row.max_abs),
        "max_rel": _number(row.max_rel),
        "max_ulp": _number(row.max_ulp),
        "where": row.where,
    }


def _number(value: Any) -> Any:
    if isinstance(value, complex):
        return [_number(value.real), _number(value.imag)]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
