"""What was captured of tensors, at any event of a run: the policy may have stepped down meanwhile."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DamagedLog
from ..log.records import RunStartedBody, WarnedBody
from ..log.schema import Kind
from ..text import bytes_text, clean

if TYPE_CHECKING:
    from .names import Names

__all__ = ["CaptureHistory", "capture_asked_for"]

_STEPPED_DOWN = "warning:capture "
"""How the label of the warning begins that names the policy from there on."""
_KEPT = "warning:kept"
"""The label of the warning that says that a condition held, and what is kept for it."""


def capture_asked_for(body: RunStartedBody) -> str:
    """All that was asked for of a run's tensors: the policy, the budget, the conditions; clean."""
    parts = [clean(body.capture)]
    if body.max_bytes:
        parts.append(f"at most {bytes_text(body.max_bytes)}")
    if body.keep_when:
        parts.append(f"kept for good when {clean(body.keep_when)}")
    if body.until:
        parts.append(f"until {clean(body.until)}")
    return ", ".join(parts)


class CaptureHistory:
    """Follows the log by itself."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._seen = 0
        self._seqs: list[int] = []
        self._policies: list[str] = []
        self._kept: list[int] = []

    def at(self, seq: int) -> str:
        """The policy that was followed at event `seq`, such as `full` or `last:5`; "" where the log doesn't say."""
        self._follow()
        place = bisect.bisect_right(self._seqs, seq)
        return self._policies[place - 1] if place else ""

    def said(self) -> list[str]:
        """What the run said of each step down and each time that values were kept for good, a line each."""
        self._follow()
        lines = []
        for seq in sorted([*self._seqs[1:], *self._kept]):
            try:
                body = self._names.body(seq)
            except DamagedLog:
                continue
            if isinstance(body, WarnedBody):
                lines.append(clean(body.text))
        return lines

    def _follow(self) -> None:
        names, index = self._names, self._names.reader.index
        if not self._seen and len(index):
            try:
                body = names.body(0)
            except DamagedLog:
                body = None
            self._add(0, clean(body.capture) if isinstance(body, RunStartedBody) else "")
            self._seen = 1
        labels = {
            label: text.removeprefix(_STEPPED_DOWN)
            for label, text in names.texts_with_prefix("warning:")
            if text.startswith(_STEPPED_DOWN)
        }
        kept = names.text_id(_KEPT)
        if labels or kept is not None:
            rows = index[self._seen :]
            wanted = [*labels, *([] if kept is None else [kept])]
            found = np.flatnonzero((rows["kind"] == Kind.warned) & np.isin(rows["label"], wanted))
            for place in found.tolist():
                label = int(rows["label"][place])
                if label in labels:
                    self._add(self._seen + place, clean(labels[label]))
                else:
                    self._kept.append(self._seen + place)
            self._seen = len(index)

    def _add(self, seq: int, policy: str) -> None:
        self._seqs.append(seq)
        self._policies.append(policy)
