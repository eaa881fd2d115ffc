"""What is computed both by real Chainer 7.8.1 and by our engine, and must come out the same.

A case is a function that takes the framework's package (`chainer` or `engine`) and gives named arrays. It
uses NumPy's global generator, which is seeded with 0 before each case. `../record.py` runs the cases with
real Chainer and keeps the arrays; `../test_golden.py` runs them with the engine and compares.

Nothing here imports either framework.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np

from . import distributions, functions, links, more_ops, optimizers, rules, sampling, steps, values, weights

__all__ = ["CASES", "EXACT", "FILES", "run_case"]

Case = Callable[[ModuleType], dict[str, np.ndarray]]

EXACT: dict[str, Case] = weights.CASES | links.EXACT | rules.EXACT | functions.EXACT
"""Cases of random numbers, their scaling, and arithmetic element by element: equal bit for bit."""

FILES: dict[str, dict[str, Case]] = {
    "values": (
        weights.CASES
        | links.EXACT
        | rules.EXACT
        | weights.ROUNDED
        | values.CASES
        | more_ops.CASES
        | steps.CASES
        | optimizers.CASES
        | links.CASES
        | rules.CASES
    ),
    "distributions": distributions.CASES | sampling.CASES,
    "functions": functions.EXACT | functions.CASES,
}
"""The npz files that hold the golden values, and the cases of each."""

CASES: dict[str, Case] = {name: case for cases in FILES.values() for name, case in cases.items()}
"""All cases by name; those not in EXACT are equal up to the rounding of their dtype."""


def run_case(name: str, framework: ModuleType) -> dict[str, np.ndarray]:
    """Run one case with the framework's package and say which random number would come next.

    The entry `next_random` shows that both frameworks drew the same count of random numbers.
    """
    np.random.seed(0)
    arrays = {key: np.array(value) for key, value in CASES[name](framework).items()}
    arrays["next_random"] = np.array(np.random.random_sample())
    return arrays
