"""Who owns whom: a parameter or a link knows the link that holds it, and by which name.

From these an observer makes paths such as `MLP.l1.W`. The reference is weak, so that a model still goes when the
script lets go of it. What two links hold belongs to the one that took it last, as its name does.
"""

from __future__ import annotations

import weakref
from typing import Any

__all__ = ["owner_of", "release", "take"]


def take(owner: Any, member: Any, name: str) -> None:
    """`owner` now holds `member`, a link or a parameter, as `name`."""
    member.name = name
    member.__dict__["_owner"] = weakref.ref(owner)


def release(owner: Any, member: Any) -> None:
    """`owner` no longer holds `member`; nothing happens if somebody else has taken it."""
    if owner_of(member) is owner:
        member.__dict__["_owner"] = None


def owner_of(member: Any) -> Any:
    """The link that holds a link or a parameter, or None."""
    reference = getattr(member, "_owner", None)
    return None if reference is None else reference()
