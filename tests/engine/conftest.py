"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import events


@pytest.fixture
def seen() -> Iterator[list[events.Event]]:
    """The events of this test."""
    heard: list[events.Event] = []
    stop = events.observe(heard.append)
    yield heard
    stop()
