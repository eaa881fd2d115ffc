"""Batch normalization with given statistics, and with those of the batch corrected towards the running ones."""

from __future__ import annotations

import numpy as np

from ..explanation import Column, Sum, element_name
from ..jacobian import named_places
from ..recorded_op import RecordedOp
from .normalization import Normalized, input_gradient

__all__ = ["corrected", "corrected_gradient", "fixed", "fixed_gradient"]

Element = tuple[int, ...]


def fixed(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = gamma xhat + beta, xhat with the mean and the variance that were given."""
    part = _fixed(op)
    place = part.parameter_place(element)
    gamma = Column(lambda _: element_name("gamma", place), float(part.gamma[element]))
    return [Sum((gamma, _xhat(part, element)), "gamma xhat"), _beta(op, place)]


def fixed_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy gamma / std; ggamma = Σ gy xhat; gbeta = Σ gy; gmean = -Σ gy gamma / std; gvar likewise with xhat."""
    gy = op.gy()
    if gy is None:
        return []
    part = _fixed(op)
    over = Column(lambda _: "1/std", 1 / part.std_at(element)) if i == 0 else None
    if over is not None:
        place = part.parameter_place(element)
        gamma = Column(lambda _: element_name("gamma", place), float(part.gamma[element]))
        arrived = Column(lambda _: element_name("gy", element), float(gy[element]))
        return [Sum((arrived, gamma, over), "gy gamma / std")]
    flat = part.share(element)
    of = f"over the {len(flat)} elements that share it"
    gys = Column(named_places("gy", gy.shape, flat), gy.ravel()[flat])
    hats = Column(named_places("xhat", gy.shape, flat), part.xhat.ravel()[flat])
    gamma_value, var = float(op.x(1)[element]), float(op.x(4)[element]) + float(op.settings["eps"])
    gamma_name = element_name("gamma", element)
    if i == 1:
        return [Sum((gys, hats), f"Σ gy xhat {of}")]
    if i == 2:
        return [Sum((gys,), f"Σ gy {of}")]
    if i == 3:
        return [
            Sum(
                (gys, Column(lambda _: f"−{gamma_name} / std", -gamma_value / var**0.5)),
                f"−Σ gy gamma / std {of}",
            )
        ]
    slope = Column(lambda _: f"−{gamma_name} / (2 var)", -gamma_value / (2 * var))
    return [Sum((gys, hats, slope), f"−Σ gy xhat gamma / (2 var) {of}")]


def _fixed(op: RecordedOp) -> Normalized:
    return Normalized(op, over_batch=True, given=(op.x(3), op.x(4)))


def _xhat(part: Normalized, element: Element) -> Column:
    return Column(lambda _: f"({element_name('x', element)} − mean) / std", float(part.xhat[element]))


def _beta(op: RecordedOp, place: Element) -> Sum:
    return Sum((Column(lambda _: element_name("beta", place), float(op.x(2)[place])),), "beta")


class _Corrected:
    """Batch normalization, with r and s that lead to the running statistics, one a channel."""

    def __init__(self, op: RecordedOp, running: tuple[np.ndarray, np.ndarray]) -> None:
        self.part = part = Normalized(op, over_batch=True)
        settings = op.settings
        mean, var = (array.reshape(part.parameter_shape) for array in running)
        std = np.sqrt(var + float(settings["eps"]))
        rmax, dmax = float(settings["rmax"]), float(settings["dmax"])
        self.r = np.broadcast_to(np.clip(part.std / std, 1 / rmax, rmax), part.x.shape)
        self.s = np.broadcast_to(np.clip((part.mean - mean) / std, -dmax, dmax), part.x.shape)


def _corrected(op: RecordedOp) -> _Corrected | None:
    mean, var = op.held("mean"), op.held("var")
    return None if mean is None or var is None else _Corrected(op, (mean, var))


def corrected(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = gamma (r xhat + s) + beta."""
    found = _corrected(op)
    if found is None:
        return None
    place = found.part.parameter_place(element)
    gamma = Column(lambda _: element_name("gamma", place), float(found.part.gamma[element]))
    r = Column(lambda _: "r", float(found.r[element]))
    s = Column(lambda _: "s", float(found.s[element]))
    return [
        Sum(
            (gamma, r, _xhat(found.part, element)), "gamma r xhat", lambda _: "r = std / running std, limited"
        ),
        Sum((gamma, s), "gamma s", lambda _: "s = (mean − running mean) / running std, limited"),
        _beta(op, place),
    ]


def corrected_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx as of batch normalization, with gamma r for gamma; ggamma = Σ gy (r xhat + s); gbeta = Σ gy."""
    gy, found = op.gy(), _corrected(op)
    if gy is None:
        return []
    if found is None:
        return None
    part = found.part
    if i:
        flat = part.share(element)
        gys = Column(named_places("gy", gy.shape, flat), gy.ravel()[flat])
        of = f"over the {len(flat)} elements that share it"
        if i == 2:
            return [Sum((gys,), f"Σ gy {of}")]
        hats = (found.r * part.xhat + found.s).ravel()[flat]
        name = named_places("xhat", gy.shape, flat)
        return [Sum((gys, Column(lambda n: f"(r {name(n)} + s)", hats)), f"Σ gy (r xhat + s) {of}")]
    return input_gradient(part, gy, element, found.r)
