"""Which elements of an image a window meets, and which windows meet an element: for convolution and pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Windows"]

Element = tuple[int, ...]
Places = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Windows:
    """Windows of size `kernel` moving over an image of size `lengths`, one number an axis.

    Offset k of the window at position p meets element `p stride + k dilate - pad`, if that is in the image.
    """

    kernel: Element
    lengths: Element
    positions: Element
    stride: Element
    pad: Element
    dilate: Element

    @classmethod
    def of(cls, settings: dict[str, Any], kernel: Element, lengths: Element, positions: Element) -> Windows:
        """From an op's recorded settings."""
        ones = (1,) * len(kernel)
        return cls(
            kernel,
            lengths,
            positions,
            tuple(settings["stride"]),
            tuple(settings["pad"]),
            tuple(settings.get("dilate", ones)),
        )

    def elements(self, position: Element) -> tuple[Places, Places]:
        """The offsets of the window at `position` that are in the image, and the elements that they meet."""
        offsets = self._offsets()
        met = tuple(
            p * s + k * d - pad
            for p, k, s, d, pad in zip(position, offsets, self.stride, self.dilate, self.pad, strict=True)
        )
        inside = _inside(met, self.lengths)
        return tuple(k[inside] for k in offsets), tuple(q[inside] for q in met)

    def windows(self, element: Element) -> tuple[Places, Places]:
        """The offsets at which windows meet `element`, and the positions of these windows."""
        offsets = self._offsets()
        starts = tuple(
            q + pad - k * d for q, k, d, pad in zip(element, offsets, self.dilate, self.pad, strict=True)
        )
        whole = np.ones(len(offsets[0]) if offsets else 1, bool)
        for start, s in zip(starts, self.stride, strict=True):
            whole &= start % s == 0
        at = tuple(start // s for start, s in zip(starts, self.stride, strict=True))
        inside = whole & _inside(at, self.positions)
        return tuple(k[inside] for k in offsets), tuple(p[inside] for p in at)

    def everywhere(self, offset: Element) -> tuple[Places, Places]:
        """All positions at which `offset` is in the image, and the elements that it meets there."""
        positions = tuple(part.ravel() for part in np.indices(self.positions))
        met = tuple(
            p * s + k * d - pad
            for p, k, s, d, pad in zip(positions, offset, self.stride, self.dilate, self.pad, strict=True)
        )
        inside = _inside(met, self.lengths)
        return tuple(p[inside] for p in positions), tuple(q[inside] for q in met)

    def _offsets(self) -> Places:
        return tuple(part.ravel() for part in np.indices(self.kernel))


def _inside(places: Places, lengths: Element) -> np.ndarray:
    inside = np.ones(len(places[0]) if places else 1, bool)
    for place, length in zip(places, lengths, strict=True):
        inside &= (place >= 0) & (place < length)
    return inside
