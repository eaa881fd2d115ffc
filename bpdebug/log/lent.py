"""Large arrays that stay as they are for a while: they are read once, most of them by the writer's thread.

`TensorStore.lend` gives such an array its row at once. The writer's thread reads the array when it comes to it: content
id, statistics and bytes, in one go. As long as the array is known here, the training needn't look at it again, either.
Whoever has lent an array takes it back (`take_back`) before anybody writes into it.

`native.loans` has twins of the classes, which `TensorStore` takes where they are there.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np
import xxhash

from .forgetting import forgetting
from .keep import Keep
from .promised import Promised

__all__ = [
    "LENT_BYTES",
    "SMALL_BYTES",
    "WAITING_BYTES",
    "WITH_ID",
    "Content",
    "Lent",
    "LentArrays",
    "same_content",
]

SMALL_BYTES = 1 << 12
"""Arrays of up to so many bytes are copied: that costs less than to look after them, and many are measured at once."""
LENT_BYTES = SMALL_BYTES + 1
WAITING_BYTES = 64 << 20
"""So many bytes of arrays wait for the writer's thread at most; what comes then is copied."""
_MEASURED_FAST = "fd"


class Lent:
    """An array that the writer's thread is to read, and the content that it had when it was lent.

    Attributes:
        array: the array, or a copy of it once it was taken back; None when it has been read.
        content: the id of its content, None as long as nobody has worked it out.
        keep: what is kept of it.
        row, flags, layout: as in its record; `flags` may come to be right only when it has been read.
        plain_layout: the layout that says nothing of what is not kept.
        segment: the file where its bytes go.
    """

    __slots__ = ("array", "content", "flags", "keep", "layout", "lock", "plain_layout", "row", "segment")

    def __init__(
        self,
        array: np.ndarray,
        keep: Keep,
        flags: int,
        layout: int,
        plain_layout: int,
        segment: int,
        lock: Any,
    ) -> None:
        self.array: np.ndarray | None = array
        self.content: bytes | None = None
        self.flags = flags
        self.keep = keep
        self.layout = layout
        self.plain_layout = plain_layout
        self.lock = lock
        self.row = -1
        self.segment = segment

    def identify(self) -> bytes:
        """The id of the content, worked out here where nobody has done so yet."""
        with self.lock:
            if self.content is None:
                assert self.array is not None
                self.content = xxhash.xxh3_128_digest(self.array.data)
            return self.content


Content = bytes | Lent | Promised
"""What a content is known by: its id, or what will have one. Empty bytes: it isn't known."""


def same_content(one: Content, other: Content) -> bool:
    """Whether both are known by the same id; a content of a device and one of the host are taken for the same."""
    if one is other:
        return True
    kinds = type(one), type(other)
    if kinds[0] is not kinds[1] and not (set(kinds) <= WITH_ID):
        return True
    left = one if type(one) is bytes else one.identify()  # type: ignore[union-attr]
    right = other if type(other) is bytes else other.identify()  # type: ignore[union-attr]
    return left == right


WITH_ID: set[type] = {bytes, Lent}
"""The types that contents of the host have: these have content ids of the log."""


class LentArrays:
    """Which arrays are lent, by their identity, and for as long as they live."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held while an array is read, or replaced by its copy: for as long as reading one takes."""
        self.most_waiting = WAITING_BYTES
        self.waiting_bytes = 0
        """Of arrays that the writer's thread has not read yet."""
        self._known: dict[int, tuple[weakref.ref[np.ndarray], Keep, Any]] = {}

    def __len__(self) -> int:
        """How many arrays are known, some of which may be gone already."""
        return len(self._known)

    def fits(self, array: np.ndarray) -> bool:
        """Whether an array can be lent: it owns its memory, and is of the common kind."""
        return (
            array.nbytes >= LENT_BYTES
            and array.base is None
            and array.dtype.char in _MEASURED_FAST
            and array.dtype.isnative
            and array.flags.c_contiguous
            and self.waiting_bytes < self.most_waiting
        )

    def find(self, array: np.ndarray, keep: Keep | None = None) -> Any:
        """The entry of an array that was lent or read (to be kept so, if given) and not taken back; None for others."""
        known = self._known.get(id(array))
        if known is None or known[0]() is not array:
            return None
        if keep is not None and not known[1].serves(keep):
            return None
        entry = known[2]
        if type(entry[5]) is bytes:
            return entry
        flags = entry[5].flags
        return entry if flags == entry[1] else (entry[0], flags, *entry[2:])  # found when it was read

    def set(self, array: np.ndarray, keep: Keep, entry: Any) -> None:
        """Remember an array until it is taken back, or gone."""
        key, known = id(array), self._known
        if key in known:  # kept in another way until now; only one loan can be taken back
            self.take_back(array)
        known[key] = weakref.ref(array, forgetting(known, key)), keep, entry

    def take_back(self, array: np.ndarray) -> Lent | None:
        """From now on the memory of `array` may be written into; gives the loan if it has not been read yet."""
        owner = array if array.base is None else array.base
        known = self._known.get(id(owner))
        if known is None or known[0]() is not owner:
            return None
        del self._known[id(owner)]
        lent: Lent | bytes = known[2][5]
        if isinstance(lent, bytes):
            return None
        with self.lock:
            if lent.array is None:
                return None
            lent.identify()
            lent.array = lent.array.copy()
        return lent

    def forget_all(self) -> None:
        """Whatever comes again is looked at again."""
        for reference, _, _ in list(self._known.values()):
            array = reference()
            if array is not None:
                self.take_back(array)

    def after_fork(self) -> None:
        """In a forked child: another thread of the parent may have held the lock."""
        self.lock = threading.RLock()
        self._known.clear()
