"""The warning that a result may differ from run to run."""

from __future__ import annotations

import warnings

from ..configuration import config

__all__ = ["nondeterministic"]


def nondeterministic(f_name: str) -> None:
    """Warn that a function may give another result next time, if `config.warn_nondeterministic` is set.

    Args:
        f_name: its name.
    """
    if getattr(config, "warn_nondeterministic", False):
        warnings.warn(
            "Potentially non-deterministic code is being executed while config.warn_nondeterministic set. "
            f"Source: {f_name}",
            stacklevel=2,
        )
