"""Aligns the events of two runs by their addresses, a batch of iterations at a time.

Events with the same iteration, phase, scope and label are numbered in their order; the same number is the same event.
Where one run has more of them than the other, the lines of the script that made them tell which ones are new, a
backward step goes with its forward op, and what it adds to a gradient with the step. So an inserted op doesn't shift
all that comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from ..log.schema import NOTHING, Kind
from .common_names import CommonNames, Side

__all__ = ["Batch", "align", "pair_sequences"]

BATCH_EVENTS = 1 << 18
_MAX_PRODUCT = 1 << 18
"""Longer sequences than this (one times the other) are paired in order between their common ends."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Aligned events, in the order of A; what only B has stands behind the event that it follows in B.

    Attributes:
        a, b: seqs, int64 arrays of one length; -1 where the other run has no such event.
        turns: how many matched events come earlier in B than the one that A has before them.
    """

    a: np.ndarray
    b: np.ndarray
    turns: int = 0


def align(names: CommonNames) -> Iterator[Batch]:
    """All events of both logs, each once.

    Raises:
        DamagedLog: an index was cut off while it was read.
    """
    a, b = names.a, names.b
    iterations_a, iterations_b = _iterations(a), _iterations(b)
    at_a = at_b = 0
    while at_a < len(iterations_a) or at_b < len(iterations_b):
        last = min(
            int(iterations[min(at + BATCH_EVENTS, len(iterations)) - 1])
            for at, iterations in ((at_a, iterations_a), (at_b, iterations_b))
            if at < len(iterations)
        )
        end_a = int(np.searchsorted(iterations_a, last, side="right"))
        end_b = int(np.searchsorted(iterations_b, last, side="right"))
        yield _align_batch(names, slice(at_a, end_a), slice(at_b, end_b))
        at_a, at_b = end_a, end_b


def _iterations(side: Side) -> np.ndarray:
    """The iterations of all events; those of a damaged log, which may fall, made to rise."""
    column = np.ascontiguousarray(side.reader.index["iteration"])
    return np.maximum.accumulate(column) if len(column) else column


def _align_batch(names: CommonNames, part_a: slice, part_b: slice) -> Batch:
    rows_a, rows_b = names.a.reader.index[part_a], names.b.reader.index[part_b]
    places_a, places_b = names.a.places(rows_a), names.b.places(rows_b)
    seqs_a, seqs_b = np.arange(part_a.start, part_a.stop), np.arange(part_b.start, part_b.stop)
    if (
        len(rows_a) == len(rows_b)
        and np.array_equal(rows_a["iteration"], rows_b["iteration"])
        and np.array_equal(places_a, places_b)
    ):
        return Batch(seqs_a, seqs_b)
    groups_a, groups_b = _groups(rows_a["iteration"], places_a, rows_b["iteration"], places_b)
    partners = _pair(names, (rows_a, rows_b), (groups_a, groups_b), (part_a.start, part_b.start))
    return _merged(seqs_a, seqs_b, partners)


def _groups(
    iterations_a: np.ndarray, places_a: np.ndarray, iterations_b: np.ndarray, places_b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Small numbers, equal for events that have all of their address in common but the ordinal."""
    _, places = np.unique(np.concatenate([places_a, places_b]), return_inverse=True)
    iterations = np.concatenate([iterations_a, iterations_b]).astype(np.uint64)
    iterations -= iterations.min()
    # Both are below the number of events or of iterations, so the product fits into 64 bits.
    wide = iterations * np.uint64(int(places.max()) + 1) + places.astype(np.uint64)
    _, groups = np.unique(wide, return_inverse=True)
    return groups[: len(places_a)], groups[len(places_a) :]


def _pair(
    names: CommonNames,
    rows: tuple[np.ndarray, np.ndarray],
    groups: tuple[np.ndarray, np.ndarray],
    starts: tuple[int, int],
) -> np.ndarray:
    """For each event of A in the batch, the place of its partner in the batch of B, or -1."""
    count = 1 + max((int(part.max()) for part in groups if len(part)), default=-1)
    order_a, order_b = (np.argsort(part, kind="stable") for part in groups)
    counts_a, counts_b = (np.bincount(part, minlength=count) for part in groups)
    begins_a, begins_b = (np.cumsum(counts) - counts for counts in (counts_a, counts_b))
    partners = np.full(len(groups[0]), -1, np.int64)
    sorted_groups = groups[0][order_a]
    ranks = np.arange(len(order_a)) - begins_a[sorted_groups]
    there = ranks < counts_b[sorted_groups]
    partners[order_a[there]] = order_b[(begins_b[sorted_groups] + ranks)[there]]

    uneven = np.flatnonzero((counts_a != counts_b) & (counts_a > 0) & (counts_b > 0)).tolist()
    members = [
        (
            order_a[begins_a[group] : begins_a[group] + counts_a[group]],
            order_b[begins_b[group] : begins_b[group] + counts_b[group]],
        )
        for group in uneven
    ]
    # Backward steps must find the partners of their forward ops, and what a step adds to a gradient those of the steps.
    last = (Kind.backward, Kind.grad_accumulated)
    kinds = rows[0]["kind"]
    members.sort(key=lambda pair: last.index(kinds[pair[0][0]]) if kinds[pair[0][0]] in last else -1)
    nodes: dict[int, int] | None = None
    for mine, theirs in members:
        partners[mine] = -1
        if kinds[mine[0]] == Kind.backward:
            pairs = _pair_steps(rows, (mine, theirs), partners, starts)
        elif kinds[mine[0]] == Kind.grad_accumulated and NOTHING not in rows[0]["node"][mine]:
            nodes = _nodes(rows, partners) if nodes is None else nodes
            pairs = _pair_contributions(rows, (mine, theirs), nodes)
        else:
            lines_a = [names.a.line(site) for site in rows[0]["site"][mine].tolist()]
            lines_b = [names.b.line(site) for site in rows[1]["site"][theirs].tolist()]
            pairs = pair_sequences(lines_a, lines_b)
        for i, j in pairs:
            partners[mine[i]] = theirs[j]
    return partners


def _pair_steps(
    rows: tuple[np.ndarray, np.ndarray],
    members: tuple[np.ndarray, np.ndarray],
    partners: np.ndarray,
    starts: tuple[int, int],
) -> list[tuple[int, int]]:
    """Backward steps whose forward ops are partners; in their order where the forward ops are elsewhere."""
    forward_b = {seq: j for j, seq in enumerate(rows[1]["partner"][members[1]].tolist())}
    pairs = []
    for i, seq in enumerate(rows[0]["partner"][members[0]].tolist()):
        place = seq - starts[0]
        if seq == NOTHING or not 0 <= place < len(partners):
            return [(k, k) for k in range(min(map(len, members)))]
        j = forward_b.get(int(partners[place]) + starts[1]) if partners[place] >= 0 else None
        if j is not None:
            pairs.append((i, j))
    return pairs


def _nodes(rows: tuple[np.ndarray, np.ndarray], partners: np.ndarray) -> dict[int, int]:
    """The function nodes of A whose ops or steps in the batch have partners in B, and the nodes of these."""
    there = np.flatnonzero((partners >= 0) & np.isin(rows[0]["kind"], (Kind.forward, Kind.backward)))
    return dict(zip(rows[0]["node"][there].tolist(), rows[1]["node"][partners[there]].tolist(), strict=True))


def _pair_contributions(
    rows: tuple[np.ndarray, np.ndarray], members: tuple[np.ndarray, np.ndarray], nodes: dict[int, int]
) -> list[tuple[int, int]]:
    """What steps that are partners add to a gradient; a step that adds to it more than once, in order."""
    waiting: dict[int, list[int]] = {}
    for j, node in enumerate(rows[1]["node"][members[1]].tolist()):
        waiting.setdefault(node, []).append(j)
    pairs = []
    for i, node in enumerate(rows[0]["node"][members[0]].tolist()):
        theirs = waiting.get(nodes.get(node, NOTHING))
        if theirs:
            pairs.append((i, theirs.pop(0)))
    return pairs


def pair_sequences(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Which items of `a` and `b` belong together: equal ones as far as the order allows, others that stand alike.

    Returns:
        Pairs of places, rising on both sides; as many as the shorter list has where nothing but insertions differs.
    """
    front = 0
    while front < min(len(a), len(b)) and a[front] == b[front]:
        front += 1
    back = 0
    while back < min(len(a), len(b)) - front and a[-1 - back] == b[-1 - back]:
        back += 1
    pairs = [(i, i) for i in range(front)]
    middle_a, middle_b = a[front : len(a) - back], b[front : len(b) - back]
    blocks = [(len(middle_a), len(middle_b), 0)]
    if 0 < len(middle_a) * len(middle_b) <= _MAX_PRODUCT:
        matcher = SequenceMatcher(None, middle_a, middle_b, False)
        blocks = [(block.a, block.b, block.size) for block in matcher.get_matching_blocks()]
    at_a = at_b = 0
    for i, j, size in blocks:
        # Between two matches: as many as both have, in order; a line whose text was changed is the same line.
        gap = min(i - at_a, j - at_b)
        pairs += [(front + at_a + k, front + at_b + k) for k in range(gap)]
        pairs += [(front + i + k, front + j + k) for k in range(size)]
        at_a, at_b = i + size, j + size
    pairs += [(len(a) - back + k, len(b) - back + k) for k in range(back)]
    return pairs


def _merged(seqs_a: np.ndarray, seqs_b: np.ndarray, partners: np.ndarray) -> Batch:
    """The batch in one order."""
    matched = np.flatnonzero(partners >= 0)
    owners = np.full(len(seqs_b), -1, np.int64)
    owners[partners[matched]] = matched
    alone = np.flatnonzero(owners < 0)
    before = np.maximum.accumulate(owners) if len(owners) else owners
    b_of_a = np.where(partners >= 0, seqs_b[partners] if len(seqs_b) else -1, -1)
    a = np.concatenate([seqs_a, np.full(len(alone), -1, np.int64)])
    b = np.concatenate([b_of_a, seqs_b[alone]])
    keys = np.concatenate([2 * np.arange(len(seqs_a)), 2 * before[alone] + 1])
    order = np.argsort(keys, kind="stable")
    turns = int((np.diff(partners[matched]) < 0).sum())
    return Batch(a[order], b[order], turns)
