"""The debugger's side of a live run: start the script's process, tell it to go on, notice how it ends."""

from .session import Session

__all__ = ["Session"]
