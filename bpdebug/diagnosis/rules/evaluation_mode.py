"""The model is evaluated in training mode: dropout is on, and batch normalization learns from the test batch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.source_files import Line
from ..finding import Finding

__all__ = ["find"]

_LINKS = r"\b(Chain|ChainList|Link|Sequential|Classifier)\b"
_MODAL = ("dropout", "batch_normalization", "zoneout", "gaussian")


def find(history: History) -> Iterator[Finding]:
    """A call of the model in training mode, with dropout or batch normalization in it, that no walk visits and whose
    result goes into no later op that one does.

    A generator whose images only the other net learns from has a result that is used; many passes over one input, to
    see how sure a model with dropout is, are counted as meant. The last steps of a sequence, too few for another
    backward pass through time, are the training's own,
    and so is a pass in which the run was stopped.
    """
    if not history.updates or not history.walks:
        return
    fed_later = {op.x[place][1] for op in history.ops if op.steps for place in op.fed if place < len(op.x)}
    calls: dict[int, list[Op]] = {}
    for op in history.ops:
        if not op.during:
            calls.setdefault(op.call, []).append(op)
    unwalked: dict[int, list[tuple[Op, Op]]] = {}
    left_over = _left_over(history)
    for ops in calls.values():
        modal = next((op for op in ops if op.train and op.label in _MODAL), None)
        if modal is None or any(op.steps for op in ops):
            continue
        if modal.seq in left_over or any(reader.steps for op in ops for reader in op.readers):
            continue
        if any(tensor in fed_later for op in ops for _, tensor in op.y):
            continue
        if any(history.values.array(tensor) is None for _, tensor in ops[-1].y):
            continue  # nobody knows whether it was used
        unwalked.setdefault(modal.site, []).append((modal, ops[-1]))
    for found in unwalked.values():
        if _is_sampling(found):
            continue
        modal, last = found[0]
        begin = _call_of_model(history, modal)
        yield Finding(
            f"the model is evaluated in training mode: {modal.label} in {modal.scope or 'the model'} is active in a"
            " pass that is not trained on",
            f"{modal.scope}/{modal.label}" if modal.scope else modal.label,
            seq=modal.seq,
            file="" if begin is None else begin[0],
            line=0 if begin is None else begin[1],
            evidence={"passes": len(found), "op": history.address(modal.seq), "ends with": last.label},
            subjects=frozenset({"mode"}),
        )
        return


def _left_over(history: History) -> set[int]:
    """Ops by event that run where the training runs, and in fewer calls on end than a backward pass goes through."""
    modal = (op for op in history.ops if op.train and op.label in _MODAL and not op.during)
    found: set[int] = set()
    for ops in ops_by_place(history, modal):
        runs = [
            list(run) for _, run in groupby(ops, key=lambda op: op.steps[0].walk.seq if op.steps else None)
        ]
        through = max((len(run) for run in runs if run[0].steps), default=0)
        for run in runs:
            cut_off = run is runs[-1] and run[0].seq > history.walks[-1].seq and len(run) == through
            if not run[0].steps and (len(run) < through or cut_off):
                found.update(op.seq for op in run)
    return found


def _is_sampling(found: list[tuple[Op, Op]]) -> bool:
    """Many passes over the same input: the spread of their results is what is wanted."""
    if len(found) < 5:
        return False
    inputs = {modal.x[0][1] for modal, _ in found}
    return len(inputs) <= len(found) // 5


def _call_of_model(history: History, op: Op) -> Line | None:
    """The line that calls the model: the innermost one that isn't in a model's own `forward` or other method."""
    frames = history.script.frames(op.site)
    models = {layer.cls for layer in history.layers.values()}
    outside = [
        frame
        for frame in frames
        if frame[2].rpartition(".")[2] != "forward"
        and (cls := frame[2].rpartition(".")[0].rpartition(".")[2]) not in models
        and not (frame[2].endswith("__call__") and history.script.first_with(rf"class {cls}\(.*{_LINKS}"))
    ]
    return (outside or frames)[-1][:2] if frames else None
