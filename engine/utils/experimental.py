"""The warning that a feature may still change."""

from __future__ import annotations

import warnings

__all__ = ["experimental"]


def experimental(api_name: str) -> None:
    """Warn that something may still change, unless `chainer.disable_experimental_feature_warning` is set.

    Args:
        api_name: its full name.
    """
    from .. import disable_experimental_feature_warning

    if not disable_experimental_feature_warning:
        warnings.warn(
            f"{api_name} is experimental. The interface can change in the future.",
            FutureWarning,
            stacklevel=3,
        )
