"""Records what a callable does, for tests that explain it."""

from __future__ import annotations

import pytest

from bpdebug.timeline import Timeline
from tests.support.watched import Watched


@pytest.fixture
def log(tmp_path):
    """Records what a callable does; gives the timeline."""
    readers = []

    def record(run):
        watched = Watched(tmp_path / f"run-{len(readers)}")
        try:
            run()
        finally:
            readers.append(watched.read())
        return Timeline(readers[-1])

    yield record
    for reader in readers:
        reader.close()
