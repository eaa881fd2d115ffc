"""Logarithms of probabilities that are multiplied by rewards, as in policy gradients: which way they are pulled.

The minus of `-log p * advantage` makes what was rewarded likelier; without it the same loss makes it rarer, and
the loss itself says nothing of it: its value has no meaning.
"""

from __future__ import annotations

import dataclasses
import re

import numpy as np

from .history import History
from .places import ops_by_place
from .records import Op
from .source_files import Line

__all__ = ["Rarer", "rarer_by_reward"]

_LOG = ("log", "log_softmax")
_CROSS_ENTROPY = ("softmax_cross_entropy", "sigmoid_cross_entropy")
_PASSING = (
    "get_item", "select_item", "sum", "mean", "reshape", "squeeze", "expand_dims", "neg", "stack", "concat", "cast",
    "broadcast_to", "broadcast", "mul",
)  # fmt: skip
_REWARD = re.compile(r"adv|reward|return|gain|\brets?\b|\b[rR]s?\b|\bG\b|delta|td_?err", re.IGNORECASE)
_COST = re.compile(r"cost|regret|penal|neg|loss|\(\s*-|[*=,]\s*-", re.IGNORECASE)
_LESS_REWARD = re.compile(
    r"(?:^|[=(\s*])(?:self\.)?(?:b|vs?|v_\w+|values?\w*|baselines?|avg\w*|mean\w*)(?:\.array|\.data)?(?:\[[^\]]*\])?"
    r"\s*-\s*(?:self\.)?(?:reward|return|ret|rets|score|payoff|profit|gain|target|r|R|G)s?\b"
)
_STEPS_BACK = 8


@dataclasses.dataclass(slots=True)
class Rarer:
    """The product of reward and logarithm; `turned` is the line that takes the reward from its baseline, if it does."""

    product: Op
    log: Op
    turned: Line | None


def rarer_by_reward(history: History) -> Rarer | None:
    """Where in each looked-at pass the loss grows with reward times log-likelihood; None where it doesn't."""
    products = (op for op in history.training_ops() if op.label == "mul" and _log_behind(op) is not None)
    for ops in ops_by_place(history, products):
        turned = _less_reward(history, ops[0])
        if not (turned or _names_a_reward(history, ops[0])) or not _is_signed(history, ops):
            continue
        way = -1 if turned else 1
        logs = [_log_behind(op) for op in ops[:20]]
        pulls = [_pull(history, op) for op in ops[:20]]
        if all(log is not None and way * pull * log[1] > 0 for log, pull in zip(logs, pulls, strict=True)):
            assert logs[0] is not None
            return Rarer(ops[0], logs[0][0], turned)
    return None


def _log_behind(op: Op) -> tuple[Op, int] | None:
    """The logarithm of probabilities behind a product, and the sign with which it comes there."""
    sign = 1
    source = next((source for source in op.sources if source is not None), None)
    for _ in range(_STEPS_BACK):
        if source is None:
            return None
        if source.label in _LOG:
            return source, sign
        if source.label in _CROSS_ENTROPY:
            return source, -sign
        if source.label not in _PASSING:
            return None
        constant = source.attrs.get("c")
        if source.label == "neg" or (isinstance(constant, int | float) and constant < 0):
            sign = -sign
        source = next((earlier for earlier in source.sources if earlier is not None), None)
    return None


def _pull(history: History, op: Op) -> float:
    """The gradient that comes to the product: above zero where the loss grows with it."""
    spread = history.values.spread(op.steps[0].gy[0]) if op.steps[0].gy else None
    return 0.0 if spread is None else spread[0]


def _is_signed(history: History, ops: list[Op]) -> bool:
    """Whether the other factors are numbers that the script gives, not all the same: a reward for each choice."""
    numbers: set[float] = set()
    for op in ops[:50]:
        constant = op.attrs.get("c")
        if isinstance(constant, int | float):
            numbers.add(float(constant))
        for place in op.fed:
            array = history.values.array(op.x[place][1])
            if array is not None and array.dtype.kind in "fiu":
                numbers.update(np.unique(array)[:3].tolist())
    return len(numbers) > 1


def _less_reward(history: History, op: Op) -> Line | None:
    """The line at which the other factor is a baseline less a reward: an advantage turned round."""
    line = history.script.line(op.site)
    lines = [] if line is None else [line, *history.script.makers(line)]
    texts = [history.script.text(line).split("#", 1)[0] for line in lines]
    if any(_COST.search(text.partition("=")[2]) for text in texts[1:]):
        return None
    return next((line for line, text in zip(lines, texts, strict=True) if _LESS_REWARD.search(text)), None)


def _names_a_reward(history: History, op: Op) -> bool:
    line = history.script.line(op.site)
    text = history.script.text(line).split("#", 1)[0].partition("=")[2]
    made = " ".join(history.script.text(made).split("#", 1)[0] for made in history.script.makers(line))
    return bool(_REWARD.search(text)) and not _COST.search(text) and not _COST.search(made)
