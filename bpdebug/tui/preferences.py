"""What the screen remembers between runs: sizes of the panes and the theme.

A file that is missing, damaged or not writable costs the remembered sizes, never the session.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from .layout import DEFAULT_SHARES, valid_shares

__all__ = ["Preferences", "preferences_file"]


def preferences_file() -> Path:
    """`$XDG_STATE_HOME/bpdebug/screen.json`, by default under `~/.local/state`."""
    state = os.environ.get("XDG_STATE_HOME", "")
    # The XDG rules say that a relative path there is to be ignored.
    home = Path(state) if os.path.isabs(state) else Path(os.path.expanduser("~/.local/state"))
    return home / "bpdebug" / "screen.json"


@dataclass
class Preferences:
    """Remembered settings.

    Attributes:
        shares: see `layout.DEFAULT_SHARES`.
        theme: name of a Textual theme; "" is the default one.
    """

    shares: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))
    theme: str = ""

    @classmethod
    def load(cls) -> Preferences:
        """Read the file; defaults stand for all that can't be read."""
        try:
            found = json.loads(preferences_file().read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return cls()
        if not isinstance(found, dict):
            return cls()
        theme = found.get("theme", "")
        return cls(valid_shares(found.get("shares")), theme if isinstance(theme, str) else "")

    def save(self) -> None:
        """Write the file, whole or not at all."""
        target = preferences_file()
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(
                json.dumps({"shares": self.shares, "theme": self.theme}, indent=1), encoding="utf-8"
            )
            draft.replace(target)
