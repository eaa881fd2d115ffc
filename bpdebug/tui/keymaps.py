"""Keymaps: other keys for the ids of the table in `keymap`, ours and those that a person writes.

A person's file is `$XDG_CONFIG_HOME/bpdebug/config.toml`, by default under `~/.config`:

    keymap = "vscode"        # which of ours to begin with
    theme = "textual-light"

    [keys]
    step = "j"               # all keys of an id, separated by commas; `bpdebug keys` lists the ids
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .key_plan import KeyPlan, key_names, plan_keys, why_no_key
from .keymap import KEYMAP

__all__ = ["KEYMAPS", "Config", "config_file", "load_config"]

KEYMAPS: Mapping[str, Mapping[str, str]] = {
    "default": {},
    "vscode": {
        "step": "f11,s",
        "over": "f10,n",
        "finish": "shift+f11,f23,f",
        "continue": "f5,c",
        "breakpoint": "f9,b",
        "run": "f6,space",
        "palette": "f1,ctrl+p",
        "help": "question_mark",
        "quit": "shift+f5,f17,q",
        "search": "ctrl+f,slash",
        "search_next": "f3,full_stop",
        "search_previous": "shift+f3,f15,comma",
        "console": "ctrl+grave_accent,o",
    },
}
"""By name: ids of the table to the keys that take the place of its own, as Textual spells them."""


@dataclass(frozen=True)
class Config:
    """What a person's file says.

    Attributes:
        keys: what acts under the keymap that it names with its own keys laid over.
        theme: name of a theme, or "".
        problem: in words what is wrong with the file, or "".
    """

    keys: KeyPlan = field(default_factory=KeyPlan)
    theme: str = ""
    problem: str = ""


def config_file() -> Path:
    """Where a person's file is, whether it exists or not."""
    config = os.environ.get("XDG_CONFIG_HOME", "")
    # The XDG rules say that a relative path there is to be ignored.
    home = Path(config) if os.path.isabs(config) else Path(os.path.expanduser("~/.config"))
    return home / "bpdebug" / "config.toml"


def load_config() -> Config:
    """Read the file; what can't be used of it is left out and said in `problem`."""
    path = config_file()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, ValueError, RecursionError) as error:
        return Config(problem=f"{path} can't be read: {error}")
    problems = [f"no setting is called {name}" for name in found if name not in ("keymap", "theme", "keys")]
    base = found.get("keymap", "default")
    if not isinstance(base, str) or base not in KEYMAPS:
        problems.append(f"keymap {base!r}: there are {', '.join(KEYMAPS)}")
        base = "default"
    theme = found.get("theme", "")
    own = found.get("keys", {})
    keys = plan_keys(KEYMAPS[base], _usable(own if isinstance(own, dict) else {}, problems))
    problems += keys.problems()
    problem = f"{path}: {'; '.join(problems)}" if problems else ""
    return Config(keys, theme if isinstance(theme, str) else "", problem)


def _usable(own: Mapping[object, object], problems: list[str]) -> dict[str, str]:
    """Of what stands under `[keys]`, what can be used; what can't is added to `problems`."""
    known = {key.id for key in KEYMAP}
    usable: dict[str, str] = {}
    for name, value in own.items():
        if name not in known:
            problems.append(f"no key has the id {name}")
        elif name == "count":
            problems.append("count: the digits can't be other keys")
        elif not isinstance(value, str) or not value.strip():
            problems.append(f"{name}: keys are a text such as 'f5,c'")
        else:
            wrong = [why for one in key_names(value) if (why := why_no_key(one))]
            problems += [f"{name}: {why}" for why in wrong]
            if not wrong:
                usable[str(name)] = value
    return usable
