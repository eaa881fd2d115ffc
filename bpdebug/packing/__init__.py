"""One compressed file for a whole run, to send to a colleague, and back to a directory that can be read."""

from __future__ import annotations

from .cache import unpacked
from .files import is_file_of_run
from .pack import pack_run

__all__ = ["is_file_of_run", "pack_run", "unpacked"]
