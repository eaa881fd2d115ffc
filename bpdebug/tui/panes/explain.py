"""The Explain pane: the terms that made one element, the way from it to the loss, and a gradient check on request.

All of it is computed off the screen's thread, on a timeline of its own. What explains is imported only there: the first
frame of the screen shouldn't wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.message import Message

from ...errors import BpdebugError, CannotRerun
from ...log.schema import Kind
from ...text import clean
from ...timeline import Timeline
from ..keymap import bindings_for
from ..messages import GoTo, Notice, SubtitleChanged
from ..widgets.background import SMALL, Background, Failure
from ..widgets.lines import Lines, Piece, paragraph
from ..widgets.steady import Fitted

if TYPE_CHECKING:
    from ...explain import Explanation, PathStep
    from ...rerun import ComputedOp, OpCall
    from ...timeline import Moment

__all__ = ["ExplainPane"]

_ALWAYS_IN_BACKGROUND = SMALL + 1
_TERMS = 20
_NOTHING_MADE = "this event made nothing that could be explained"


@dataclass(frozen=True)
class _Answer:
    """An explanation, and the way from it to the loss (empty for what no backward step made)."""

    explanation: Explanation
    path: Sequence[PathStep]


class ExplainPane(Fitted, can_focus=True):
    """Explains the element that was asked for, as long as an event has it, else the largest of what the event made."""

    TITLE = "Explain"
    title = TITLE
    BINDINGS = bindings_for("explain")

    DEFAULT_CSS = """
    ExplainPane { layout: vertical; overflow: hidden; & Lines { height: 1fr; } }
    """

    class Computed(Message):
        """An answer is there."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ExplainPane.Computed)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subtitle = ""
        self._background = Background(lambda: self.post_message(self.Computed()))
        self._timeline: Timeline | None = None
        self._own: Timeline | None = None
        self._moment: Moment | None = None
        self._wanted: tuple[str, tuple[int, ...] | None] | None = None
        self._checked: int | None = None
        self._tries = 0
        """Asks anew: what a script couldn't answer while it ran, it can when it is paused."""
        self._refused = False
        self._top = 0
        self._text = Lines()
        self._drawn: list[list[Piece]] = []

    def compose(self) -> ComposeResult:
        yield self._text

    def on_unmount(self) -> None:
        self._background.close()

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment, timeline: Timeline) -> None:
        """Explain an element of this event."""
        if self._timeline is not timeline:
            self._timeline = timeline
            self._own = Timeline(timeline.reader)
        if self._moment is None or self._moment.seq != moment.seq:
            self._top = 0
        self._moment = moment
        if self._refused:
            self._tries, self._refused = self._tries + 1, False
        self._update()

    def ask(self, role: str, element: tuple[int, ...]) -> None:
        """Explain this element, here and in the next events that have it."""
        self._wanted = role, element
        self._top = 0
        self._update()

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the explanation as it stands here."""
        return "explanation", "\n".join("".join(text for text, _ in line) for line in self._drawn)

    def answer(self) -> _Answer | None:
        """What is explained now; None while it is computed, or where nothing can be explained."""
        found = self._ask_for_answer()
        return found if isinstance(found, _Answer) else None

    # ---- computing ------------------------------------------------------------------------------------------

    def _ask_for_answer(self) -> Any:
        moment, own, timeline = self._moment, self._own, self._timeline
        if moment is None or own is None or timeline is None:
            return None
        seq, runner, wanted = moment.seq, timeline.runner or _NoRunner(), self._wanted

        def compute() -> Any:
            if not moment.tensors:
                return _NOTHING_MADE
            from ...explain import explain, path_to_loss, why_not_there

            own.refresh()
            element = _element(moment, wanted)
            if element is None:
                return why_not_there(moment) or _NOTHING_MADE
            explanation = explain(own, seq, element, runner, _TERMS)
            backward = own.reader.index[explanation.seq]["kind"] == Kind.backward
            return _Answer(
                explanation, path_to_loss(own, explanation.seq, explanation.role) if backward else ()
            )

        return self._asked(("explain", seq, wanted), compute)

    def _asked(self, key: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
        found = self._background.ask((*key, self._tries), compute, _ALWAYS_IN_BACKGROUND)
        live = self._timeline is not None and self._timeline.live
        self._refused |= live and isinstance(found, Failure) and isinstance(found.error, CannotRerun)
        return found

    def _ask_for_check(self) -> Any:
        own, timeline, seq = self._own, self._timeline, self._checked
        if own is None or timeline is None or seq is None:
            return None
        runner = timeline.runner or _NoRunner()

        def compute() -> Any:
            from ...explain.gradients import check_step

            return check_step(own, seq, runner)

        return self._asked(("check", seq), compute)

    # ---- drawing --------------------------------------------------------------------------------------------

    def _update(self) -> None:
        if not self.is_mounted or not self.size.width or self._moment is None:
            return
        found = self._ask_for_answer()
        lines = self._lines_of(found)
        if self._checked == self._moment.seq:
            lines = [*self._lines_of_check(self._ask_for_check()), [], *lines]
        self._drawn = lines
        self._top = max(0, min(self._top, len(lines) - self.size.height))
        self._text.show(lines[self._top :])
        subtitle = found.explanation.name if isinstance(found, _Answer) else ""
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    def _lines_of(self, found: Any) -> list[list[Piece]]:
        width = self.size.width
        if found is None:
            return [[("computing ...", "muted")]]
        if not isinstance(found, _Answer):
            return paragraph(clean(_in_words(found)), width, "muted")
        from ...explain.as_text import explanation_lines, path_lines

        first, *rest = explanation_lines(found.explanation, width)
        lines: list[list[Piece]] = [[(first, "strong")], *([(line, "")] for line in rest)]
        if len(found.path) > 1:
            lines += [[], *([(line, "muted")] for line in path_lines(found.path, width))]
        return lines

    def _lines_of_check(self, found: Any) -> list[list[Piece]]:
        if found is None:
            return [[("checking the gradients ...", "muted")]]
        from ...explain.as_text import check_lines
        from ...gradcheck import StepCheck

        if not isinstance(found, StepCheck):
            return paragraph(clean(_in_words(found)), self.size.width, "muted")
        style = "alarm" if found.verdict == "wrong" else ""
        return [[(line, style)] for line in check_lines(found, self.size.width)]

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()

    def on_explain_pane_computed(self) -> None:
        self._update()

    def action_follow(self) -> None:
        """Go to the op that this gradient came from, and to the element there that is in the largest term."""
        answer = self.answer()
        if answer is None or len(answer.path) < 2:
            self.post_message(Notice("there is no gradient to follow from here: this is the end of the way"))
            return
        onward = answer.path[1]
        self._wanted = onward.role_out, _element_in(answer.explanation.followed)
        self.post_message(GoTo(onward.seq))

    def action_check(self) -> None:
        """Check the gradients of this step against finite differences."""
        if self._moment is None or self._moment.kind not in (Kind.backward, Kind.forward):
            self.post_message(Notice("only a backward step has gradients to check"))
            return
        self._checked = self._moment.seq
        self._top = 0
        self._update()

    def action_tensor(self, step: int) -> None:
        """Explain the largest element of the event's next tensor, or the previous one."""
        moment, answer = self._moment, self.answer()
        if moment is None:
            return
        from ...explain import made_here

        known = [view.role for view in made_here(moment)]
        if not known:
            return
        now = answer.explanation.role if answer is not None else known[0]
        place = known.index(now) + step if now in known else 0
        self._wanted = known[place % len(known)], None
        self._top = 0
        self._update()

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by lines."""
        self._top += lines
        self._update()

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by a screenful."""
        self._top += pages * max(self.size.height - 1, 1)
        self._update()


class _NoRunner:
    """Stands for what computes ops again where there is none."""

    def run(self, call: OpCall, dtype: Any = None, x: Any = None) -> ComputedOp:
        raise CannotRerun(f"{call.cls} has no rule of its own, and nothing here can compute it again")


def _in_words(found: Any) -> str:
    if isinstance(found, Failure):
        known = isinstance(found.error, BpdebugError)
        return str(found.error) if known else f"this can't be explained: {found}"
    return str(found)


def _element(moment: Moment, wanted: tuple[str, tuple[int, ...] | None] | None) -> str | None:
    """The element to explain: the chosen one if the event has it, else the largest."""
    from ...explain import telling_element
    from ...explain.explanation import element_name

    view = moment.tensor(wanted[0]) if wanted is not None else None
    if wanted is not None and view is not None and view.there:
        if wanted[1] is None:
            return telling_element(moment, view.role)
        if _fits(wanted[1], view.shape):
            return element_name(view.role, wanted[1])
    return telling_element(moment)


def _fits(element: tuple[int, ...], shape: tuple[int, ...] | None) -> bool:
    return (
        shape is not None
        and len(element) == len(shape)
        and all(i < length for i, length in zip(element, shape, strict=True))
    )


def _element_in(name: str | None) -> tuple[int, ...] | None:
    """The indexes in `gy[0,3]`; None where there are none."""
    if not name or not name.endswith("]"):
        return None
    inside = name[:-1].rpartition("[")[2]
    return tuple(int(part) for part in inside.split(",")) if inside else None
