"""How the gradient flows through an iteration's layers: what arrives at each, and what leaves it.

A layer is a run of ops that stand together in the forward pass and belong to the same link.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from ..log.schema import Phase

if TYPE_CHECKING:
    from .graph import GraphOp, GraphPage, Graphs

__all__ = ["LayerFlow", "backward_is_over", "gradient_flow"]

_LABELS_NAMED = 3


@dataclass(slots=True)
class LayerFlow:
    """One layer.

    Attributes:
        name: its link, and its ops: `MLP.l1 linear`.
        first, last: its rows in the graph's page.
        arriving: tensors of the gradients that came to it from the layers after it.
        leaving: tensors of those that it sent to the layers before it (and to inputs that are no parameters).
        weights: tensors of the gradients of its parameters.
        walked: how many of its ops a backward walk has come to; `reachable` how many it can come to.
    """

    name: str
    first: int
    last: int
    arriving: list[int] = field(default_factory=list)
    leaving: list[int] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    walked: int = 0
    reachable: int = 0

    def why_none(self, over: bool) -> str:
        """Why no gradient came to it or, where some did, why none left it; `over`: the iteration's backward is."""
        if not self.walked:
            return "backward didn't come here" if over else "no gradient yet"
        return "not yet" if not over and self.walked < self.reachable else "none needed"


def backward_is_over(phase: Phase) -> bool:
    """Whether no walk of the iteration is still to be expected in this phase."""
    return phase not in (Phase.setup, Phase.forward, Phase.backward)


def gradient_flow(graphs: Graphs, page: GraphPage, seq: int) -> list[LayerFlow]:
    """The layers of a page as the backward walks have left them at event `seq`, in the order of the forward pass.

    Ops that no walk can reach make no layer, and those of backward rules are none of the forward pass.
    """
    rows = [row for row, op in enumerate(page.ops) if op.in_graph and not op.damaged and not op.second_order]
    layers = []
    for _, found in groupby(rows, key=lambda row: page.ops[row].scope):
        layers.append(_layer(graphs, page, list(found), seq))
    return layers


def _layer(graphs: Graphs, page: GraphPage, rows: list[int], seq: int) -> LayerFlow:
    ops = [page.ops[row] for row in rows]
    layer = LayerFlow(_name(ops), rows[0], rows[-1], reachable=len(ops))
    made = {variable for op in ops for variable in op.y}
    taken = {variable for op in ops for variable in op.x}
    for op in ops:
        step = graphs.step_of(op, seq)
        gradients = graphs.gradients(step) if step is not None else None
        if gradients is None:
            continue
        layer.walked += 1
        layer.arriving += [tensor for variable, tensor in gradients.arriving.items() if variable not in taken]
        layer.leaving += [tensor for variable, tensor in gradients.leaving.items() if variable not in made]
        layer.weights += gradients.weights.values()
    return layer


def _name(ops: list[GraphOp]) -> str:
    labels = list(dict.fromkeys(op.label for op in ops))
    shown = " ".join(labels[:_LABELS_NAMED]) + (" …" if len(labels) > _LABELS_NAMED else "")
    return f"{ops[0].scope} {shown}".strip()
