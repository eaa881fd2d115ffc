"""Arguments that a function takes as `**kwargs`."""

from __future__ import annotations

from typing import Any

from .arguments import parse_kwargs, unexpected_arguments

__all__ = ["assert_kwargs_empty", "check_unexpected_kwargs", "parse_kwargs"]


def check_unexpected_kwargs(kwargs: dict[str, Any], **unexpected: str) -> None:
    """Raise `ValueError` with the given advice if one of these arguments was passed."""
    for name, advice in unexpected.items():
        if name in kwargs:
            raise ValueError(advice)


def assert_kwargs_empty(kwargs: dict[str, Any]) -> None:
    """Raise `TypeError` if any argument was passed."""
    if kwargs:
        raise unexpected_arguments(kwargs, depth=2)
