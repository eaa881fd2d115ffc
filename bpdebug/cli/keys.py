"""`bpdebug keys`: the keys of the screen with their ids, for a keymap of one's own."""

from __future__ import annotations

import argparse

__all__ = ["configure", "execute"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--keymap", metavar="NAME", help="those of this keymap (default: those in use)")


def execute(options: argparse.Namespace) -> int:
    """Print the table; returns the exit status.

    Raises:
        UsageError: there is no such keymap.
    """
    # Only here: the table comes with the screen, which other commands don't load.
    from ..errors import UsageError
    from ..tui.key_plan import plan_keys
    from ..tui.keymap import GROUPS, KEYMAP, shown_key
    from ..tui.keymaps import KEYMAPS, config_file, load_config

    if options.keymap is not None and options.keymap not in KEYMAPS:
        raise UsageError(f"no keymap is called {options.keymap!r}\nThere are: {', '.join(KEYMAPS)}")
    config = load_config()
    plan = config.keys if options.keymap is None else plan_keys(KEYMAPS[options.keymap], {})
    lost: dict[str, list[str]] = {}
    for loss in plan.losses:
        lost.setdefault(loss.loser.id, []).append(loss.words())
    width = max(len(key.id) for key in KEYMAP)
    for group in GROUPS:
        print(f"{group}:")
        for key in KEYMAP:
            if key.group == group:
                names = " ".join(shown_key(name) for name in plan.keys[key.id]) or "-"
                shadowed = f"  ({', '.join(lost[key.id])})" if key.id in lost else ""
                print(f"  {key.id:<{width}}  {names:<20}  {key.help}{shadowed}".rstrip())
    print(f"\nKeymaps: {', '.join(KEYMAPS)}. Your own keys go to {config_file()}, such as\n")
    print('  keymap = "vscode"\n\n  [keys]\n  step = "j,f11"')
    print(
        "\nThe keys of an id take the place of all that it has; they win over what a pane does with them by itself."
    )
    print("In brackets: keys that an id doesn't have any more, because another one took them.")
    if config.problem:
        print(f"\n{config.problem}")
    return 0
