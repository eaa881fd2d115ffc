"""Raises KeyboardInterrupt in another thread, as Ctrl-C does in the main one."""

from __future__ import annotations

import ctypes

__all__ = ["interrupt_thread"]


def interrupt_thread(ident: int) -> None:
    """Let the thread with this `threading.get_ident()` raise KeyboardInterrupt when it next runs Python code."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(KeyboardInterrupt))
