"""An update that the script computes by hand is not written back: the parameters stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Parameter
from ..facts.training import model_of
from ..finding import Finding

__all__ = ["find"]

_GRADIENTS = 5
_STEP_LINE = r"[-+]=.*\.grad\b|=.*[-+].*\.grad\b"


def find(history: History) -> Iterator[Finding]:
    """A line that adds or subtracts gradients, in a run without an optimizer, and weights that never change."""
    if history.updates:
        return
    trained = [
        parameter for parameter in history.parameters.values() if len(parameter.received) >= _GRADIENTS
    ]
    line = history.script.first_with(_STEP_LINE)
    if not trained or line is None or any(len(_contents(parameter)) > 1 for parameter in trained):
        return
    where = model_of(trained) or trained[0].layer or trained[0].name
    yield Finding(
        f"a step is computed by hand, but {where} never changes: the result is not written back into it",
        where,
        seq=trained[0].received[0].seq,
        file=line[0],
        line=line[1],
        evidence={"backward passes": len(history.walks)},
        subjects=frozenset(parameter.name for parameter in trained),
    )


def _contents(parameter: Parameter) -> set[int | None]:
    """All that it held in the passes that were walked back."""
    return {tensor for op in parameter.used_by if op.steps for var, tensor in op.x if var == parameter.number}
