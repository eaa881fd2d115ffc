from __future__ import annotations

from collections.abc import Iterator

import pytest
from diagnosed import Diagnoser


@pytest.fixture(scope="session")
def diagnoser() -> Iterator[Diagnoser]:
    with Diagnoser() as diagnoser:
        yield diagnoser
