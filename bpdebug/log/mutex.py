"""The lock under which a run is written: a thread that has it may take it again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..native import part

__all__ = ["Mutex"]

Mutex: Callable[[], Any] = threading.RLock
_native = part("mutex")
if _native is not None:
    Mutex = _native.Mutex
