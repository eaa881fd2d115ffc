"""Losses that are sums or means over elements, pairs or triplets: what each adds, and what it gets back."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...text import number
from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp

__all__ = [
    "contrastive", "contrastive_gradient", "hinge", "hinge_gradient", "huber", "huber_gradient", "sigmoid_entropy",
    "sigmoid_entropy_gradient", "triplet", "triplet_gradient",
]  # fmt: skip

Element = tuple[int, ...]
Name = Callable[[int], str]


def _share(count: float) -> Column:
    return Column(lambda _: f"1/{count:g}", 1 / count)


def _whole(op: RecordedOp) -> bool:
    """Whether the loss is one number, a mean, and not one for each part."""
    return op.settings.get("reduce") == "mean"


def _mean(
    op: RecordedOp, element: Element, parts: np.ndarray, name: Name, count: float, note: Name
) -> list[Sum]:
    """A mean over parts, or the part that `element` is."""
    if _whole(op):
        form = f"Σ over {parts.size} parts / {count:g}"
        return [Sum((Column(name, parts.ravel()), _share(count)), form, note)]
    flat = int(np.ravel_multi_index(element, parts.shape)) if element else 0
    own = Column(lambda _: name(flat), float(parts.ravel()[flat]))
    return [Sum((own,), name(flat), lambda _: note(flat))]


def _arrived(op: RecordedOp, gy: np.ndarray, place: Element, count: float) -> tuple[Column, ...]:
    """gy of a part of the loss: of the mean its share."""
    if _whole(op):
        return Column(lambda _: "gy", float(gy)), _share(count)
    return (Column(lambda _: element_name("gy", place), float(gy[place])),)


def _nothing(why: str) -> list[Sum]:
    return [Sum((Column(lambda _: "0", 0.0),), "0", lambda _: why)]


# ---- sigmoid_cross_entropy ------------------------------------------------------------------------------------


def sigmoid_entropy(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = mean of log(1 + e^x) - t x: -log σ(x) where t = 1, -log(1 - σ(x)) where t = 0."""
    x, t = op.x(0), op.x(1)
    losses = np.where(t == -1, 0, np.log1p(np.exp(-np.abs(x))) - x * (t - (x >= 0)))
    if not x.size:
        return None

    def name(n: int) -> str:
        place = _place(n, x.shape)
        said, label = element_name("x", place), int(t[place])
        if label == 1:
            return f"−log σ({said})"
        return f"−log(1 − σ({said}))" if label == 0 else f"log(1 + e^{said}) − {label} {said}"

    def note(n: int) -> str:
        place = _place(n, x.shape)
        ignored = ": ignored" if t[place] == -1 else ""
        return f"{element_name('t', place)} = {int(t[place])}{ignored}"

    return _mean(op, element, losses, name, _labels(op, t), note)


def sigmoid_entropy_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy (σ(x) - t) / n."""
    gy, t = op.gy(), op.x(1)
    if gy is None or i == 1:
        return []
    label, said = int(t[element]), element_name("t", element)
    if label == -1:
        return _nothing(f"{said} = -1: ignored")
    x = element_name("x", element)
    arrived = _arrived(op, gy, element, _labels(op, t))
    half = float(0.5 + 0.5 * np.tanh(0.5 * op.x(0)[element]))
    sums = [Sum((*arrived, Column(lambda _: f"σ({x})", half)), f"gy σ({x})")]
    if label:
        sums.append(
            Sum((*arrived, Column(lambda _: f"−{label}: {said} = {label}", -float(label))), f"− gy {said}")
        )
    return sums


def _labels(op: RecordedOp, t: np.ndarray) -> float:
    count = int((t != -1).sum()) if op.settings.get("normalize", True) else len(t) if t.ndim else 1
    return float(max(count, 1))


# ---- huber_loss -----------------------------------------------------------------------------------------------


def huber(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = Σ (x - t)² / 2 where |x - t| < delta, else Σ delta (|x - t| - delta / 2)."""
    delta = float(op.settings["delta"])
    difference = op.x(0) - op.x(1)
    single = op.settings.get("reduce") == "no"
    at = element if single else (element[0], slice(None), *element[1:])
    along = np.ravel(difference[at])
    near = np.abs(along) < delta
    values = np.where(near, along * along / 2, delta * (np.abs(along) - delta / 2))

    def of(n: int) -> str:
        place = element if single else (element[0], n, *element[1:])
        return f"{element_name('x', place)} − {element_name('t', place)}"

    def name(n: int) -> str:
        return f"({of(n)})²/2" if near[n] else f"delta (|{of(n)}| − delta/2)"

    def note(n: int) -> str:
        return f"{of(n)} = {number(float(along[n]))}{_side(float(along[n]), delta)}"

    form = name(0) if len(along) == 1 else f"Σ over {len(along)} elements"
    return [Sum((Column(name, values),), form, note)]


def huber_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy (x - t), clipped to ± delta;  gt = -gx."""
    gy = op.gy()
    if gy is None:
        return []
    delta = float(op.settings["delta"])
    place = element if op.settings.get("reduce") == "no" else (element[0], *element[2:])
    difference = float(op.x(0)[element] - op.x(1)[element])
    of = f"{element_name('x', element)} − {element_name('t', element)}"
    near = abs(difference) < delta
    if near:
        slope = Column(lambda _: f"({of})", difference)
    else:
        slope = Column(
            lambda _: "delta" if difference > 0 else "−delta", float(np.copysign(delta, difference))
        )
    note = f"{of} = {number(difference)}{_side(difference, delta)}"
    minus = (Column(lambda _: "-1", -1.0),) if i == 1 else ()
    arrived = element_name("gy", place)
    columns = (*minus, Column(lambda _: arrived, float(gy[place])), slope)
    return [Sum(columns, f"{'−' if i else ''}{arrived} {slope.name(0)}", lambda _: note)]


def _side(difference: float, delta: float) -> str:
    """On which side of delta it is; NaN is on neither."""
    if math.isnan(difference):
        return ""
    return f", {'below' if abs(difference) < delta else 'beyond'} delta = {number(delta)}"


# ---- hinge ----------------------------------------------------------------------------------------------------


def hinge(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = Σ m / n or Σ m² / n, with the margin m = max(0, 1 - x) at the label, max(0, 1 + x) elsewhere."""
    x = op.x(0)
    margin, right = _margin(op)
    squared = op.settings.get("norm") == "L2"

    def name(n: int) -> str:
        place = _place(n, x.shape)
        said = f"max(0, 1 {'−' if right[place] else '+'} {element_name('x', place)})"
        return f"{said}²" if squared else said

    def note(n: int) -> str:
        place = _place(n, x.shape)
        return f"t[{place[0]}] = {int(op.x(1)[place[0]])}"

    return _mean(op, element, margin**2 if squared else margin, name, max(len(x), 1), note)


def hinge_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = -gy / n at the label, gy / n elsewhere, where m > 0; times 2 m for squares."""
    gy = op.gy()
    if gy is None or i == 1:
        return []
    margins, labels = _margin(op)
    margin, right = float(margins[element]), bool(labels[element])
    side = f"t[{element[0]}] = {int(op.x(1)[element[0]])}"
    x = element_name("x", element)
    bound = f"1 {'−' if right else '+'} {x}"
    if margin <= 0:
        return _nothing(f"{bound} ≤ 0: far enough on the right side, {side}")
    columns = [
        *_arrived(op, gy, element, max(len(margins), 1)),
        Column(lambda _: "-1" if right else "1", -1.0 if right else 1.0),
    ]
    if op.settings.get("norm") == "L2":
        columns += [Column(lambda _: "2", 2.0), Column(lambda _: f"({bound})", margin)]
    return [
        Sum(
            tuple(columns),
            "gy times the slope of the margin",
            lambda _: f"{bound} = {number(margin)} > 0, {side}",
        )
    ]


def _margin(op: RecordedOp) -> tuple[np.ndarray, np.ndarray]:
    """The margins, and which elements are those of the labels."""
    x, t = op.x(0), op.x(1)
    right = np.arange(x.shape[1]) == (t % max(x.shape[1], 1)).reshape(-1, 1)
    return np.maximum(0, 1 + np.where(right, -x, x)), right


# ---- pairs and triplets ---------------------------------------------------------------------------------------


def contrastive(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = mean of d² / 2 of pairs that belong together (t = 1), max(margin - d, 0)² / 2 of others."""
    a, b, t = (op.x(j) for j in range(3))
    d = np.sqrt(((a - b) ** 2).sum(1))
    margin = float(op.settings["margin"])
    values = np.where(t == 1, d**2, np.maximum(margin - d, 0) ** 2) / 2

    def name(n: int) -> str:
        return f"d[{n}]²/2" if t[n] == 1 else f"max(margin − d[{n}], 0)²/2"

    def note(n: int) -> str:
        return f"t[{n}] = {int(t[n])}, d = |a − b| = {number(float(d[n]))}"

    return _mean(op, element, values, name, max(len(a), 1), note)


def contrastive_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """ga = gy (a - b) of a pair that belongs together, -gy (a - b) max(margin - d, 0) / d of another;  gb = -ga."""
    gy = op.gy()
    if gy is None or i == 2:
        return []
    a, b, t = (op.x(j) for j in range(3))
    n = element[0]
    d = float(np.sqrt(((a[n] - b[n]) ** 2).sum()))
    gap = float(op.settings["margin"]) - d
    told = f"t[{n}] = {int(t[n])}, d = |a − b| = {number(d)}"
    if t[n] != 1 and (gap <= 0 or not d):
        return _nothing(f"{told}: {'far enough apart' if d else 'a distance of 0 has no direction'}")
    apart = Column(
        lambda _: f"({element_name('a', element)} − {element_name('b', element)})",
        float(a[element] - b[element]),
    )
    push = () if t[n] == 1 else (Column(lambda _: "−(margin − d) / d", -gap / d),)
    minus = (Column(lambda _: "-1", -1.0),) if i == 1 else ()
    columns = (*minus, *_arrived(op, gy, (n,), max(len(a), 1)), *push, apart)
    way = "drawn together" if t[n] == 1 else "pushed apart"
    return [Sum(columns, "gy times the slope of the pair's loss", lambda _: f"{told}: {way}")]


def triplet(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = mean of max(0, |a - p|² - |a - q|² + margin)."""
    near, far, loss = _triplets(op)

    def name(n: int) -> str:
        return f"max(0, |a − p|² − |a − q|² + margin) of {list(_place(n, loss.shape))}"

    def note(n: int) -> str:
        place = _place(n, loss.shape)
        return f"|a − p|² = {number(float(near[place]))}, |a − q|² = {number(float(far[place]))}"

    return _mean(op, element, loss, name, max(len(loss), 1), note)


def triplet_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """ga = gy 2 (q - p),  gp = gy 2 (p - a),  gq = gy 2 (a - q), of triplets whose loss isn't 0."""
    gy = op.gy()
    if gy is None:
        return []
    near, far, loss = _triplets(op)
    place = (element[0], *element[2:])
    told = f"|a − p|² = {number(float(near[place]))}, |a − q|² = {number(float(far[place]))}"
    if loss[place] <= 0:
        return _nothing(f"{told}: the margin is kept, the loss is 0")
    first, second = ((2, 1), (1, 0), (0, 2))[i]
    of = " − ".join(element_name(op.x_roles[j], element) for j in (first, second))
    columns = (
        *_arrived(op, gy, place, max(len(loss), 1)),
        Column(lambda _: "2", 2.0),
        Column(lambda _: f"({of})", float(op.x(first)[element] - op.x(second)[element])),
    )
    return [Sum(columns, f"gy 2 ({of})", lambda _: told)]


def _triplets(op: RecordedOp) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Squared distances to the near and the far one, and the loss, of each triplet."""
    a, p, q = (op.x(j) for j in range(3))
    near, far = ((a - p) ** 2).sum(1), ((a - q) ** 2).sum(1)
    return near, far, np.maximum(near - far + float(op.settings["margin"]), 0)


def _place(n: int, shape: Element) -> Element:
    return tuple(int(part) for part in np.unravel_index(n, shape)) if shape else ()
