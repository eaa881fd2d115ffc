"""Two nets that train each other: whether one pulls the scores of what it makes where its opponent pulls them, too.

A generator and a discriminator want opposite scores for generated examples, whatever the loss and its labels are. That
can be seen at the output gradients of the discriminator's last layer: in the walks of the one they point against those
in the walks of the other.
"""

from __future__ import annotations

import dataclasses
import statistics
from itertools import permutations

import numpy as np

from .history import History
from .records import Op, Step, Walk
from .training import weighted

__all__ = ["Helper", "helping_opponent"]

_PAIRS = 8
_LOOKED = 60
_ALONG = 0.7
_NEARLY_ALL = 0.9
_CLEARLY = 3.0
_SHAPING = ("reshape", "squeeze", "expand_dims", "get_item", "flatten", "cast", "broadcast", "broadcast_to")


@dataclasses.dataclass(slots=True)
class Helper:
    """`op` takes the scores of generated examples and pulls them where the other net does, as `cosine` says.

    `generated` is the layer that makes the examples; `is_critic` says that the fault is the critic's: it is the one
    that wants low scores for real examples.
    """

    op: Op
    generated: str
    cosine: float
    pushes: str
    is_critic: bool


def helping_opponent(history: History) -> Helper | None:
    """What is at fault where, in nearly all iterations, both nets pull the scores the same way; None otherwise."""
    takes = {update.number: frozenset(update.takes) for update in history.updates}
    for maker, critic in permutations(takes, 2):
        if takes[maker] and takes[critic] and not takes[maker] & takes[critic]:
            found = _between(history, takes[maker], takes[critic])
            if found is not None:
                return found
    return None


def _between(history: History, maker: frozenset[int], critic: frozenset[int]) -> Helper | None:
    made, judged = _made_and_judged(history, maker, critic)
    if not judged:
        return None
    of_maker = [head for walk in _walks_for(history, maker) if (head := _head(walk, critic, judged, made))]
    walks = _walks_for(history, critic)
    of_critic = [head for walk in walks if (head := _head(walk, critic, judged, set()))]
    if min(len(of_maker), len(of_critic)) < _PAIRS:
        return None
    real = [head for walk in walks if (head := _head(walk, critic, judged, set(), real=True))]
    if not _tells_apart(history, real, of_critic):
        return None
    pairs = [
        (mine, theirs)
        for mine, theirs in zip(of_maker, of_critic, strict=False)
        if mine.walk is not theirs.walk
    ]
    cosines = [
        cosine
        for mine, theirs in pairs[:: max(1, len(pairs) // _LOOKED)]
        if (cosine := _cosine(history, mine, theirs)) is not None
    ]
    if len(cosines) < _PAIRS or statistics.median(cosines) < _ALONG:
        return None
    if sum(cosine > 0 for cosine in cosines) < _NEARLY_ALL * len(cosines):
        return None
    is_critic = _way(history, real) > _way(history, of_critic)
    guilty = (of_critic if is_critic else of_maker)[0].op
    assert guilty is not None
    layer = next((p.layer for p in history.parameters.values() if p.number in maker), "")
    pushes = "down" if _way(history, of_maker) > 0 else "up"
    return Helper(_taker(guilty), layer, statistics.median(cosines), pushes, is_critic)


def _made_and_judged(
    history: History, maker: frozenset[int], critic: frozenset[int]
) -> tuple[set[int], set[int]]:
    """The ops, by event, that hold something that the maker made, and those of the critic that are given such."""
    made: set[int] = set()
    judged: set[int] = set()
    contents: set[int] = set()
    for op in history.ops:
        own = {var for var, _ in op.x}
        sources = {source.seq for source in op.sources if source is not None}
        given = {
            tensor for (_, tensor), source in zip(op.x, op.sources, strict=True) if source is None and tensor
        }
        if own & critic or sources & judged:
            if sources & made or sources & judged or given & contents:
                judged.add(op.seq)
        elif own & maker or sources & made:
            made.add(op.seq)
            contents.update(tensor for _, tensor in op.y if tensor is not None)
    return made, judged


def _walks_for(history: History, takes: frozenset[int]) -> list[Walk]:
    """The walks whose gradients went into updates of these parameters: the last one before each update."""
    found: list[Walk] = []
    walks = [walk for walk in history.walks if walk.call == "backward"]
    place = 0
    latest: Walk | None = None
    for update in history.updates:
        while place < len(walks) and walks[place].seq < update.seq:
            if any(event.var in takes for event in walks[place].received):
                latest = walks[place]
            place += 1
        if latest is not None and takes & set(update.takes) and (not found or found[-1] is not latest):
            found.append(latest)
    return found


def _head(
    walk: Walk, critic: frozenset[int], judged: set[int], made: set[int], real: bool = False
) -> Step | None:
    """The step of the critic's last layer for generated examples (or for others), in a walk that reaches `made`."""
    if made and not any(step.op is not None and step.op.seq in made for step in walk.steps):
        return None
    for step in walk.steps:
        op = step.op
        if op is None or not weighted(op) or len(op.x) < 2 or op.x[1][0] not in critic or not step.gy:
            continue
        if any(_is_weighted_critic(later, critic) for later in op.readers):
            continue
        if (op.seq in judged) is not real:
            return step
    return None


def _is_weighted_critic(op: Op, critic: frozenset[int]) -> bool:
    return weighted(op) and len(op.x) > 1 and op.x[1][0] in critic


def _way(history: History, heads: list[Step]) -> float:
    """The mean output gradient at some heads: above zero where the loss pulls the scores down."""
    spreads = [history.values.spread(head.gy[0]) for head in heads[:: max(1, len(heads) // _LOOKED)]]
    known = [spread[0] for spread in spreads if spread is not None]
    return statistics.median(known) if known else 0.0


def _tells_apart(history: History, real: list[Step], generated: list[Step]) -> bool:
    """Whether the critic pulls generated examples another way than others, one way all of those of a batch.

    One that gives each example a target of its own is no discriminator.
    """
    means = [_means(history, heads) for heads in (real, generated)]
    count = min(len(means[0]), len(means[1]))
    if count < _PAIRS:
        return False
    apart = [a[0] - b[0] for a, b in zip(*means, strict=False)]
    spread = statistics.stdev(apart) / count**0.5
    one_way = max(statistics.median(abs(mean) / rms for mean, rms in part[:_PAIRS]) for part in means)
    return abs(statistics.fmean(apart)) > _CLEARLY * spread and one_way > _ALONG


def _means(history: History, heads: list[Step]) -> list[tuple[float, float]]:
    """Of the output gradient at each head, mean and root mean square."""
    found = []
    for head in heads:
        spread, rms = history.values.spread(head.gy[0]), history.values.rms(head.gy[0])
        if spread is not None and rms:
            found.append((spread[0], rms))
    return found


def _cosine(history: History, mine: Step, theirs: Step) -> float | None:
    a, b = history.values.sample(mine.gy[0]), history.values.sample(theirs.gy[0])
    if a is None or b is None:
        return None
    if a.shape != b.shape:  # other batches: only the way that they are pulled on the whole
        return float(np.sign(a.mean()) * np.sign(b.mean()))
    scale = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / scale if scale > 0 else None


def _taker(op: Op) -> Op:
    """The op that the loss begins with, behind the critic's last layer."""
    reader = next((reader for reader in op.readers if reader.steps), op)
    while reader.label in _SHAPING and reader.readers:
        reader = reader.readers[0]
    return reader
