"""Is a gradient right: a backward rule against finite differences of the forward computation.

Free of both halves: `explain.gradients` checks recorded steps with it, `frontends.engine_check` the ops of a script
while it runs, a script's own functions among them.
"""

from __future__ import annotations

from .differences import InputCheck, check_vjp
from .graph import Graph, GraphStep, check_parameters
from .results import Checked, ParameterCheck, StepCheck, verdict_of

__all__ = [
    "Checked",
    "Graph",
    "GraphStep",
    "InputCheck",
    "ParameterCheck",
    "StepCheck",
    "check_parameters",
    "check_vjp",
    "verdict_of",
]
