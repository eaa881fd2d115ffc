"""Python's warnings, noticed on their way to stderr."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ["notice_warnings"]


def notice_warnings(record: Callable[[str, str], Any]) -> None:
    """Call `record(category, text)` for each warning that is shown, which is shown as ever."""
    show = warnings.showwarning

    def showwarning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if file is None:
            record(category.__name__, str(message))
        show(message, category, filename, lineno, file, line)

    warnings.showwarning = showwarning
