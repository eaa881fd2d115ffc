"""softmax, its logarithm, and the loss made of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...text import number
from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp

__all__ = ["gradient", "log_gradient", "log_output", "loss", "loss_gradient", "output"]

Element = tuple[int, ...]


def output(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = e^(x - max) / Σ e^(x - max)."""
    line, axis = _line(op, op.x(0), element)
    top = line.max()
    x = element_name("x", element)
    own = Column(lambda _: f"e^({x} − max)", float(np.exp(line[element[axis]] - top)))
    rest = Column(lambda _: f"1 / Σ e^(x − max), {len(line)} classes", float(1 / np.exp(line - top).sum()))
    return [Sum((own, rest), "e^(x − max) / Σ e^(x − max)", lambda _: f"max = {number(top)}")]


def gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx[i] = gy[i] y[i] - Σ gy[j] y[j] y[i]."""
    gy = op.gy()
    if gy is None:
        return []
    (gys, axis), (ys, _) = _line(op, gy, element), _line(op, op.y(0), element)
    own = float(ys[element[axis]])
    name, y = _along("gy", element, axis), element_name("y", element)
    names = _along("y", element, axis)
    direct = Sum(
        (Column(lambda _: name(element[axis]), float(gys[element[axis]])), Column(lambda _: y, own)),
        f"gy {y}",
    )
    others = Sum(
        (Column(name, gys), Column(names, ys), Column(lambda _: f"−{y}", -own)),
        f"Σ gy y · −{y} over the classes",
    )
    return [direct, others]


def log_output(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = x - log Σ e^x."""
    line, axis = _line(op, op.x(0), element)
    top = line.max()
    total = float(top + np.log(np.exp(line - top).sum()))
    x = element_name("x", element)
    return [
        Sum((Column(lambda _: x, float(line[element[axis]])),), x),
        Sum((Column(lambda _: f"−log Σ e^x, {len(line)} classes", -total),), "− log Σ e^x"),
    ]


def log_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx[i] = gy[i] - Σ gy[j] e^y[i]."""
    gy = op.gy()
    if gy is None:
        return []
    gys, axis = _line(op, gy, element)
    own = float(np.exp(op.y(0)[element]))
    name, y = _along("gy", element, axis), element_name("y", element)
    return [
        Sum((Column(lambda _: name(element[axis]), float(gys[element[axis]])),), name(element[axis])),
        Sum((Column(name, gys), Column(lambda _: f"−e^{y}", -own)), f"Σ gy · −e^{y} over the classes"),
    ]


def loss(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = Σ -log softmax(x)[t] / n over the labels that count."""
    x, t = op.x(0), op.x(1)
    weight, count = _weights(op, t)
    label = np.where(t == op.settings.get("ignore_label", -1), 0, t)
    log_y = np.take_along_axis(_log_softmax(x), np.expand_dims(label, 1), 1).squeeze(1)
    if op.settings.get("reduce") == "no":
        t, weight, log_y = t[element], weight[element], log_y[element]
        return [
            Sum(
                (Column(lambda _: f"−log softmax(x)[t={t}]", -log_y), Column(lambda _: "weight", weight)),
                "−log softmax(x)[t]",
            )
        ]
    flat = np.flatnonzero(weight)

    def name(n: int) -> str:
        place = np.unravel_index(int(flat[n]), t.shape)
        return f"−log softmax(x{list(map(int, place))})[t={int(t[place])}]".replace(", ", ",")

    columns = [Column(name, -log_y.ravel()[flat]), Column(lambda _: f"1/{number(count)}", 1 / count)]
    if op.held("class_weight") is not None:
        columns.append(Column(lambda n: f"weight of class {int(t.ravel()[flat[n]])}", weight.ravel()[flat]))
    return [Sum(tuple(columns), f"Σ −log softmax(x)[t] / {number(count)} over {len(flat)} labels")]


def loss_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx[n,c] = gy softmax(x)[n,c] / n, and - gy / n at the label."""
    gy = op.gy()
    if gy is None or i == 1:
        return []
    t = op.x(1)
    place = (element[0], *element[2:])
    weight, count = _weights(op, t)
    whole = op.settings.get("reduce") != "no"
    share = float(weight[place]) / (count if whole else 1)
    arrived = Column(
        lambda _: "gy" if whole else element_name("gy", place), float(gy if whole else gy[place])
    )
    shares = Column(lambda _: f"1/{number(1 / share)}" if share else "0: label ignored", share)
    p = float(np.exp(_log_softmax(op.x(0))[element]))
    sums = [
        Sum(
            (arrived, Column(lambda _: f"softmax({element_name('x', element)})", p), shares),
            "gy softmax(x) / n",
        )
    ]
    if int(t[place]) == element[1]:
        label = f"−1: {element_name('t', place)} is this class"
        sums.append(Sum((arrived, Column(lambda _: label, -1.0), shares), "− gy / n at the label"))
    return sums


def _line(op: RecordedOp, array: np.ndarray, element: Element) -> tuple[np.ndarray, int]:
    """The elements that share a sum with `element`, and the axis along which they lie."""
    axis = int(op.settings.get("axis", 1)) % array.ndim
    return np.moveaxis(array, axis, -1)[tuple(e for j, e in enumerate(element) if j != axis)], axis


def _along(role: str, element: Element, axis: int) -> Callable[[int], str]:
    return lambda n: element_name(role, (*element[:axis], n, *element[axis + 1 :]))


def _log_softmax(x: np.ndarray) -> np.ndarray:
    moved = x - x.max(1, keepdims=True)
    return moved - np.log(np.exp(moved).sum(1, keepdims=True))


def _weights(op: RecordedOp, t: np.ndarray) -> tuple[np.ndarray, float]:
    """How much each label counts, and what the sum is divided by."""
    counted = t != op.settings.get("ignore_label", -1)
    classes = op.held("class_weight")
    weight = counted.astype(np.float64)
    if classes is not None:
        weight = weight * classes[np.where(counted, t, 0)]
    count = int(counted.sum()) if op.settings.get("normalize", True) else len(t)
    return weight, float(max(count, 1))
