"""What the Tensor pane shows of two runs: the tensor of either, how far both are apart, and that in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import BpdebugError
from ...text import clean, number
from ..widgets.background import Failure
from ..widgets.lines import Lines, Piece, flow

if TYPE_CHECKING:
    from ...diff.beside import Beside
    from ...diff.values import Gap
    from ...timeline import Moment, TensorView

__all__ = ["SHORT_NAMES", "TensorBeside"]

SHORT_NAMES = {"absolute": "|A-B|", "relative": "relative", "ulp": "ULP"}
"""Titles of `diff.values.DISTANCES`, which is imported only where there are two runs."""


class TensorBeside(Lines):
    """Says which of both runs is shown, and how far they are apart; hidden where there is only one.

    Attributes:
        what: `A`, `B`, or a key of `SHORT_NAMES`; "" for this run, without another.
    """

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._beside: Beside | None = None
        self.what = ""

    @property
    def there(self) -> bool:
        """Whether there is another run."""
        return self._beside is not None

    def use(self, beside: Beside) -> None:
        """There is another run."""
        self._beside, self.what = beside, beside.letter
        self.display = True

    def step(self, count: int) -> None:
        """Show the next one of what there is to show."""
        if self._beside is not None:
            choices = ("A", "B", *SHORT_NAMES)
            self.what = choices[(choices.index(self.what) + count) % len(choices)]

    def view(self, moment: Moment | None, mine: TensorView) -> TensorView:
        """What is shown of this run's tensor `mine`."""
        if self._beside is None or moment is None:
            return mine
        return self._beside.view(moment, mine, self.what)

    def show_apart(
        self,
        moment: Moment | None,
        mine: TensorView | None,
        ask: Callable[[Callable[[], Gap]], Any],
        width: int,
        most: int,
    ) -> None:
        """Draw that of a tensor in at most so many lines; `ask` measures it, perhaps later (None)."""
        if self._beside is None:
            return
        lines = [] if moment is None or mine is None else flow(self._words(moment, mine, ask), width, most)
        self.show(lines)
        height = max(1, len(lines))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def _words(
        self, moment: Moment, mine: TensorView, ask: Callable[[Callable[[], Gap]], Any]
    ) -> list[Piece]:
        assert self._beside is not None
        # Brackets, so that the chosen one shows without colour too.
        titles = {"A": "A", "B": "B", **SHORT_NAMES}
        pieces: list[Piece] = [
            (f"[{title}]", "strong") if what == self.what else (f" {title} ", "muted")
            for what, title in titles.items()
        ]
        measure = self._beside.gap(moment, mine)
        found = measure if isinstance(measure, str) else ask(measure)
        return [*pieces, ("", ""), *_gap_words(found)]

    def element_words(
        self, moment: Moment | None, mine: TensorView | None, index: tuple[int, ...]
    ) -> list[Piece]:
        """One element in both runs, and its distances; nothing where they aren't both recorded."""
        if self._beside is None or moment is None or mine is None:
            return []
        views = [self._beside.view(moment, mine, letter) for letter in ("A", "B")]
        if mine.tensor is None or any(not view.there for view in views):
            return []
        try:
            arrays = [np.asarray(view.array()) for view in views]
            if arrays[0].shape != arrays[1].shape:
                return []
            a, b = (array[index].reshape(1) for array in arrays)
        except (BpdebugError, OSError, ValueError, IndexError):
            return []
        from ...diff.values import distances

        pieces: list[Piece] = [
            (f"A {number(a[0], a.dtype)}", "strong" if self.what == "A" else ""),
            (f"B {number(b[0], b.dtype)}", "strong" if self.what == "B" else ""),
        ]
        for what, name in SHORT_NAMES.items():
            apart = float(distances(a, b, what)[0])
            if not np.isnan(apart):
                text = f"{apart:,.0f}" if what == "ulp" else number(apart)
                pieces.append((f"{name} {text}", "strong" if self.what == what else "muted"))
        return pieces


def _gap_words(found: Gap | str | Failure | None) -> list[Piece]:
    if found is None:
        return [("comparing ...", "muted")]
    if isinstance(found, str | Failure):
        from ...diff.beside import KnownToDiffer

        prefix = "" if isinstance(found, KnownToDiffer) else "not compared: "
        return [(f"{prefix}{clean(str(found))}", "alarm")]
    if not found.differing:
        alike = ("the same in both runs", "muted")
        return [("equal", "muted"), (clean(found.why), "alarm")] if found.why else [alike]
    pieces: list[Piece] = [(f"{found.differing:,} of {found.size:,} differ", "alarm")]
    place = f" at [{', '.join(map(str, found.place))}]" if found.place else ""
    pieces.append((f"at most {number(found.max_abs)}{place}", ""))
    pieces.append((f"{number(found.max_rel)} relative", ""))
    if found.max_ulp:
        pieces.append((f"{found.max_ulp:,} ULP", ""))
    if found.why:
        pieces.append((clean(found.why), ""))
    return pieces
