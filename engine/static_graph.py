"""`static_graph` and `static_code`, by which scripts of Chainer mark what may be computed from a saved schedule.

Here every call is computed and recorded anew, with the same results: the decorators leave what they mark as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["static_code", "static_graph"]


def static_graph(*args: Any, **kwargs: Any) -> Callable[..., Any]:
    """`@static_graph` or `@static_graph(option=...)` before the `forward` of a chain; the options do nothing."""
    return _decorator(args)


def static_code(*dec_args: Any, **dec_kwargs: Any) -> Callable[..., Any]:
    """`@static_code` or `@static_code(option=...)` before a function that a static chain calls; the same."""
    return _decorator(dec_args)


def _decorator(args: tuple[Any, ...]) -> Callable[..., Any]:
    if len(args) == 1 and callable(args[0]):
        return args[0]
    return lambda function: function
