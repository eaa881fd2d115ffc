"""What the screen remembers between runs: sizes of the panes, which are in front, and the theme.

A file that is missing, damaged or not writable costs the remembered sizes, never the session.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from .layout import DEFAULT_SHARES, valid_shares
from .pane_table import FRONT, PANES

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
        theme: name of a theme; "" is the default one.
        recent: all panes, those that were used last first.
        new: there were no preferences: the person sees the screen for the first time.
    """

    shares: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_SHARES))
    theme: str = ""
    recent: list[str] = field(default_factory=lambda: list(FRONT))
    new: bool = field(default=False, compare=False)

    @classmethod
    def load(cls) -> Preferences:
        """Read the file; defaults stand for all that can't be read."""
        try:
            found = json.loads(preferences_file().read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(new=True)
        except (OSError, ValueError, RecursionError):
            return cls()
        if not isinstance(found, dict):
            return cls()
        theme = found.get("theme", "")
        return cls(
            valid_shares(found.get("shares")),
            theme if isinstance(theme, str) else "",
            _all_panes(found.get("recent")),
        )

    def save(self) -> None:
        """Write the file, whole or not at all."""
        target = preferences_file()
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            kept = {"shares": self.shares, "theme": self.theme, "recent": self.recent}
            draft.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            draft.replace(target)


def _all_panes(found: object) -> list[str]:
    """The remembered order with every pane in it once; the first one is where a session begins."""
    order = [name for name in found if name in PANES] if isinstance(found, list) else []
    return list(dict.fromkeys([FRONT[0], *order, *FRONT]))
