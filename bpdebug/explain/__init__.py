"""Why has this element this value: the terms that made it, from recorded tensors.

`explain` takes a timeline, an event, a tensor's role and an element, and gives an `Explanation`; `path_to_loss` gives
the chain of ops between a gradient and the loss. Drawing is not done here, and what reruns an op is handed in.
"""

from __future__ import annotations

from .explaining import explain
from .explanation import Explanation, Factor, Term
from .path import PathStep, path_to_loss
from .telling import made_here, telling_element, why_not_there

__all__ = [
    "Explanation",
    "Factor",
    "PathStep",
    "Term",
    "explain",
    "made_here",
    "path_to_loss",
    "telling_element",
    "why_not_there",
]
