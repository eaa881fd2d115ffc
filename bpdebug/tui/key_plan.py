"""Which keys do what under a keymap: who asked for a key gets it, and what loses it by that is known.

A key that a person wants wins over one that a keymap of ours names, and that over the table's own. Between equals, what
works in one pane wins there over what works everywhere, and of two in one place the first in the table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.keys import Keys, _character_to_key

from .keymap import KEYMAP, MAIN, Key, shown_key

__all__ = ["KeyPlan", "Loss", "key_names", "plan_keys", "why_no_key"]

_TABLE, _KEYMAP, _OWN, _ALWAYS = range(4)
"""Who wants a key; `_ALWAYS` is answered before anything else sees the key."""

_MODIFIERS = ("ctrl", "shift", "alt", "meta", "super", "hyper")
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape"}
"""Keys that a terminal sends as another one."""
_NAMED = {key.value for key in Keys if "<" not in key.value and "+" not in key.value}


@dataclass(frozen=True)
class Loss:
    """`key` (as Textual spells it) doesn't do what the row `loser` of the table would have it do.

    Attributes:
        where: the pane where it doesn't; `MAIN` for everywhere.
        winner: what it does there.
        equal: whether a person asked for both.
    """

    key: str
    loser: Key
    winner: Key
    where: str
    equal: bool = False

    def words(self) -> str:
        """Such as `k is step`, `k is step in Timeline`."""
        place = "" if self.where in (MAIN, self.loser.where) else f" in {self.where.capitalize()}"
        return f"{shown_key(self.key)} is {self.winner.id}{place}"


@dataclass(frozen=True)
class KeyPlan:
    """Ids to the keys that act, in the order in which they are shown, and what is lost.

    Attributes:
        keys: every id of the table; () where it is left without a key.
        losses: which keys act otherwise than the table, a keymap or the person says.
    """

    keys: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {key.id: key_names(key.keys) for key in KEYMAP}
    )
    losses: tuple[Loss, ...] = ()

    def shown(self, identity: str) -> str:
        """The first key of an id, as people read it; "" where it has none."""
        names = self.keys[identity]
        return shown_key(names[0]) if names else ""

    def problems(self) -> list[str]:
        """Where a person asked for one key twice, in words."""
        return [
            f"{shown_key(loss.key)} is asked for twice: it is {loss.winner.id}"
            f"{'' if loss.where == MAIN else f' in {loss.where.capitalize()}'}, not {loss.loser.id}"
            for loss in self.losses
            if loss.equal
        ]


def key_names(text: str) -> tuple[str, ...]:
    """The keys in a text such as `f5,?`, spelled as Textual does."""
    return tuple(dict.fromkeys(_key_name(word) for word in text.split(",") if word.strip()))


def why_no_key(name: str) -> str:
    """What is wrong with the name of a key, spelled as Textual does; "" for nothing."""
    if name in _SAME:
        return f"{name} can't be told from {_SAME[name]} in a terminal"
    *modifiers, last = name.split("+")
    known = len(last) == 1 or last in _NAMED or _is_character(last)
    if known and all(modifier in _MODIFIERS for modifier in modifiers):
        return ""
    return f"no key is called {name}"


def plan_keys(base: Mapping[str, str], own: Mapping[str, str]) -> KeyPlan:
    """The keys that act where a person has asked for `own`, over the keymap `base`; both by id."""
    wanted: dict[str, list[str]] = {}
    rank: dict[str, int] = {}
    for key in KEYMAP:
        wanted[key.id] = list(key_names(own.get(key.id) or base.get(key.id) or key.keys))
        rank[key.id] = _OWN if key.id in own else _KEYMAP if key.id in base else _TABLE
        if key.priority:
            rank[key.id] = _ALWAYS
    losses: list[Loss] = []
    holders = _share_out(wanted, rank, losses)
    _panes_against_main(holders, wanted, rank, losses)
    return KeyPlan({name: tuple(names) for name, names in wanted.items()}, tuple(losses))


def _share_out(
    wanted: dict[str, list[str]], rank: Mapping[str, int], losses: list[Loss]
) -> dict[tuple[str, str], Key]:
    """Give each key in each place to one; (place, key) to it."""
    holders: dict[tuple[str, str], Key] = {}
    for key in sorted(KEYMAP, key=lambda key: -rank[key.id]):
        for name in list(wanted[key.id]):
            holder = holders.setdefault((key.where, name), key)
            if holder is not key:
                wanted[key.id].remove(name)
                equal = rank[key.id] == rank[holder.id] == _OWN
                losses.append(Loss(name, key, holder, key.where, equal))
    return holders


def _panes_against_main(
    holders: Mapping[tuple[str, str], Key],
    wanted: dict[str, list[str]],
    rank: Mapping[str, int],
    losses: list[Loss],
) -> None:
    """Where a key works in one pane and everywhere, take it from the pane, or know what it isn't there."""
    for (where, name), in_pane in holders.items():
        everywhere = holders.get((MAIN, name))
        if where == MAIN or everywhere is None:
            continue
        if rank[everywhere.id] > rank[in_pane.id]:
            wanted[in_pane.id].remove(name)
            losses.append(Loss(name, in_pane, everywhere, where))
        else:
            equal = rank[everywhere.id] == rank[in_pane.id] == _OWN
            losses.append(Loss(name, everywhere, in_pane, where, equal))


def _key_name(word: str) -> str:
    *modifiers, last = word.strip().split("+") if len(word.strip()) > 1 else [word.strip()]
    if not last and word.strip().endswith("+"):  # ctrl++
        modifiers, last = [modifier for modifier in modifiers if modifier], "+"
    if len(last) == 1:
        if "shift" in modifiers and last.isalpha():  # a terminal sends the capital letter
            modifiers, last = [one for one in modifiers if one != "shift"], last.upper()
        last = _character_to_key(last)
    return "+".join([*modifiers, last])


def _is_character(name: str) -> bool:
    """Whether Textual calls a character so: by its Unicode name."""
    try:
        unicodedata.lookup(name.replace("_than_", "-than_").replace("_", " ").upper())
    except KeyError:
        return False
    return True
