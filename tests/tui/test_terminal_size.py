from __future__ import annotations

import os

import pytest
from textual import events
from textual.geometry import Size

from bpdebug.tui.app import _with_size_of_now

TOLD = events.Resize(Size(31, 57), Size(31, 57), pixel_size=Size(310, 570))


def test_a_size_that_is_told_late_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((150, 40)))
    found = _with_size_of_now(TOLD)
    assert (found.size, found.virtual_size, found.pixel_size) == (
        Size(150, 40),
        Size(150, 40),
        Size(310, 570),
    )


def test_without_a_terminal_the_size_is_the_one_that_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(number: int) -> os.terminal_size:
        raise OSError("it has gone away")

    monkeypatch.setattr(os, "get_terminal_size", gone)
    assert _with_size_of_now(TOLD) is TOLD
