"""The loss is made larger, not smaller: a minus too many, one too few, or a negative learning rate."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.opponents import Helper, helping_opponent
from ..facts.records import Op
from ..facts.rewarded import Rarer, rarer_by_reward
from ..facts.terms import Term, terms_of
from ..facts.training import downstream, fall, is_one_training, loss_walks, losses, upstream
from ..facts.uphill import uphill
from ..finding import Finding

__all__ = ["find"]

_DISTANCES = (
    "softmax_cross_entropy", "sigmoid_cross_entropy", "mean_squared_error", "mean_absolute_error", "huber_loss",
    "hinge", "squared_error", "absolute_error", "connectionist_temporal_classification", "contrastive", "triplet",
    "negative_sampling", "crf1d",
)  # fmt: skip
_RATES = ("lr", "alpha")
_ADDS_GRADIENT = r"\+=.*\bgrad|\+\s*[\w.]*(lr|rate|alpha|eta|step)\w*\s*\*.*\bgrad"
_LOGS = ("log", "log_softmax")
_LOOKS = 40
_GROWS = 5.0
_KEEPS_ON = 0.5


def find(history: History) -> Iterator[Finding]:
    """A negative rate; a distance whose incoming gradient is negative in each walk; a log-likelihood that falls.

    Or a term that is never below zero, is taken away from the loss, and grows without end.
    """
    negative = list(_negative_rate(history))
    if negative:
        yield from negative
        return
    ascent = _ascent(history)
    if ascent is not None:
        yield ascent
        return
    rewarded = rarer_by_reward(history)
    if rewarded is not None:
        yield _rewarded(rewarded)
        return
    helper = helping_opponent(history)
    if helper is not None:
        yield _helping(helper)
    if not is_one_training(history):
        return
    found = _negated_distance(history) or _missing_minus(history) or _taken_away(history)
    if found is not None:
        yield found


def _negative_rate(history: History) -> Iterator[Finding]:
    for update in history.updates[:1]:
        for name in _RATES:
            rate = update.hyper.get(name)
            if isinstance(rate, int | float) and rate < 0:
                yield Finding(
                    f"the learning rate of {update.optimizer} is negative ({rate:g}): the loss is made larger",
                    update.optimizer,
                    seq=update.seq,
                    site=update.made,
                    evidence={name: rate},
                )


def _ascent(history: History) -> Finding | None:
    """Updates that go along the gradient of a loss that has a distance in it, to be made small."""
    found = uphill(history)
    distances = [op for op in history.training_ops() if op.label in _DISTANCES][:_LOOKS]
    if found is None or not distances or any(_sign(history, op) < 0 for op in distances):
        return None
    update = found.parameter.moved[0].update if found.parameter.moved else None
    line = history.script.first_with(_ADDS_GRADIENT) or history.script.first_with(r"def update_core")
    return Finding(
        f"the updates of {found.parameter.name} follow its gradient (cosine {found.cosine:.2f}) instead of going"
        " against it: the loss is made larger",
        found.parameter.name if update is None else update.optimizer,
        seq=found.seq,
        site=None if update is None or line is not None else update.made,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"cosine of update and gradient": found.cosine, "parameter": found.parameter.name},
        fix="Subtract the gradient: param.array -= lr * param.grad.",
    )


def _rewarded(found: Rarer) -> Finding:
    log, product, line = found.log, found.product, found.turned
    told = "the minus is missing" if line is None else "the advantage is that of the baseline over the reward"
    return Finding(
        f"the loss grows with reward times log-likelihood ({log.label}), so each update makes rarer what was rewarded:"
        f" {told}",
        f"{log.scope}/{log.label}" if log.scope else log.label,
        seq=product.steps[0].seq,
        site=product.site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        fix="Minimize -log p * reward: write the minus before the product, or before its mean."
        if line is None
        else "The advantage is the reward less the baseline.",
        subjects=frozenset({log.label, product.label}),
    )


def _helping(helper: Helper) -> Finding:
    op = helper.op
    return Finding(
        f"two nets that should work against each other push the scores of what {helper.generated} makes the same way"
        f" ({helper.pushes}): the one helps the other to tell it from the real",
        f"{op.scope}/{op.label}" if op.scope else op.label,
        seq=op.steps[0].seq if op.steps else op.seq,
        site=op.site,
        evidence={"cosine of their gradients at the scores": helper.cosine},
        fix="Give real examples the label 1 and generated ones 0."
        if helper.is_critic
        else "Give the generator's loss the label of real examples, or turn its sign.",
        subjects=frozenset({op.label}),
    )


def _negated_distance(history: History) -> Finding | None:
    by_place: dict[tuple[int, str], list[Op]] = {}
    for op in history.training_ops():
        if op.label in _DISTANCES:
            by_place.setdefault((op.site, op.label), []).append(op)
    return next(filter(None, (_negated(history, ops) for ops in by_place.values())), None)


def _negated(history: History, ops: list[Op]) -> Finding | None:
    """What is to be said of the distances of one line."""
    looked_at = ops[:: max(1, len(ops) // _LOOKS)]
    negative = [op for op in looked_at if _sign(history, op) < 0]
    if len(negative) < 2 or len(negative) < len(looked_at) or _is_weighted(history, negative[0]):
        return None
    op = negative[0]
    minus = _turn_of_sign(history, op)
    values = [history.values.spread(other.y[0][1]) for other in negative]
    means = [spread[0] for spread in values if spread is not None]
    if len(means) >= 4 and fall(means) > 0.2:
        return None
    return Finding(
        f"{op.label} is maximized: it arrives at the loss with a negative sign",
        f"{op.scope}/{op.label}" if op.scope else op.label,
        seq=op.steps[0].seq,
        site=minus.site,
        evidence={"at first": means[0] if means else None, "at last": means[-1] if means else None},
        subjects=frozenset({op.label}),
    )


def _is_weighted(history: History, op: Op) -> bool:
    """Whether each example has a weight of its own, such as a reward, or a later op bounds the difference."""
    for later in downstream([op]):
        if later.label == "mul" and any(history.values.shape(later.x[place][1]) for place in later.fed):
            return True
        if later.label in ("relu", "clipped_relu", "maximum", "minimum", "clip", "sigmoid", "softplus"):
            return True
    return False


def _taken_away(history: History) -> Finding | None:
    """A term with a minus that began at zero or above, stayed there, and runs away."""
    walks = [walk for walk in loss_walks(history) if walk.loss is not None]
    looked_at = [walks[place * (len(walks) - 1) // (_LOOKS - 1)] for place in range(_LOOKS)] if walks else []
    if len(walks) < _LOOKS or (walks[-1].loss or 0.0) >= 0:
        return None
    courses: dict[tuple[int, str], list[Term]] = {}
    for walk in looked_at:
        for term in terms_of(history, walk):
            courses.setdefault((term.op.site, term.op.label), []).append(term)
    first, last = abs(walks[0].loss or 0.0), abs(walks[-1].loss or 0.0)
    for course in courses.values():
        values = [term.value for term in course]
        if len(course) != _LOOKS or course[0].turned is None or min(values) < 0 or last < first:
            continue
        early, late = values[_LOOKS // 2] - values[0], values[-1] - values[_LOOKS // 2]
        # What has an upper end, such as an entropy, slows down on its way there.
        grows = values[-1] > _GROWS * max(values[0], 1e-3 * first) and late > _KEEPS_ON * early > 0
        if grows and not _are_weighted_both_ways(history, upstream([course[-1].op])):
            return _finding_taken_away(history, course)
    return None


def _finding_taken_away(history: History, course: list[Term]) -> Finding:
    op, turned, values = course[0].op, course[0].turned, [term.value for term in course]
    assert turned is not None
    name = history.script.name_given(op.site) or (f"{op.scope}/{op.label}" if op.scope else op.label)
    return Finding(
        f"{name} is taken away from the loss, so it is made larger: it went from {values[0]:.4g} to {values[-1]:.4g},"
        " and nothing stops it",
        name,
        seq=turned.seq,
        site=turned.site,
        evidence={f"{name} at first": values[0], f"{name} at last": values[-1]},
        subjects=frozenset({op.label}),
    )


def _sign(history: History, op: Op) -> int:
    for step in op.steps:
        spread = history.values.spread(step.gy[0] if step.gy else None)
        if spread is not None and spread[0]:
            return -1 if spread[0] < 0 else 1
    return 0


def _turn_of_sign(history: History, op: Op) -> Op:
    """The op between the distance and the loss that turns the sign; the distance itself where none is found."""
    seen = set()
    while op.readers and op.seq not in seen:
        seen.add(op.seq)
        reader = next((other for other in op.readers if other.steps), None)
        if reader is None or _sign(history, reader) > 0:
            return reader or op
        op = reader
    return op


def _missing_minus(history: History) -> Finding | None:
    """The mean of logarithms of probabilities as the loss: it is below zero, and falls."""
    walks = loss_walks(history)
    values = losses(history)
    if len(values) < 4 or values[-1] >= 0 or values[0] > 0 or fall(values) < 0.2:
        return None
    root = walks[0].root_op
    if root is None:
        return None
    behind = upstream([root])
    if any(op.label in _DISTANCES for op in behind):
        return None
    for op in reversed(behind):
        if op.label in _LOGS and op.steps and _sign(history, op) > 0 and _of_probability(history, op):
            if any(
                later.label == "mul" and op in later.sources and len(later.x) > 1 and not later.fed
                for later in op.readers
            ):
                return None  # p log p: an entropy
            if _are_weighted_both_ways(history, downstream([op])):
                return None  # an advantage, whose sign says which way the likelihood is meant to go
            return Finding(
                "the loss is a log-likelihood without its minus: it falls without end, and the likelihood with it",
                f"{op.scope}/{op.label}" if op.scope else op.label,
                seq=walks[0].seq,
                site=_loss_line(root),
                evidence={"first loss": values[0], "last loss": values[-1]},
                subjects=frozenset({op.label}),
            )
    return None


def _are_weighted_both_ways(history: History, ops: list[Op]) -> bool:
    """Whether one of the ops multiplies with numbers of both signs that the script gives, such as advantages."""
    for op in ops:
        for place in op.fed if op.label == "mul" else ():
            sample = history.values.sample(op.x[place][1])
            if sample is not None and sample.size and sample.min() < 0 < sample.max():
                return True
    return False


def _loss_line(root: Op) -> int:
    return root.site


def _of_probability(history: History, op: Op) -> bool:
    if op.label == "log_softmax":
        return True
    sample = history.values.sample(op.x[0][1])
    return sample is not None and sample.size > 0 and bool(sample.min() >= 0) and bool(sample.max() <= 1)
