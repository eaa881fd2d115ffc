"""The Loss pane: the loss, and every other number that the script reports, over the run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from textual.app import ComposeResult
from textual.timer import Timer

from ...text import clean, count_text, number
from ..keymap import bindings_for
from ..messages import GoTo, SubtitleChanged
from ..widgets.line_plot import LinePlot, Plotted
from ..widgets.lines import Lines, Piece, flow, paragraph
from ..widgets.role_tabs import RoleTab, RoleTabs
from ..widgets.steady import Fitted
from .curve_view import CurveViews

if TYPE_CHECKING:
    from ...diff.beside import Beside
    from ...timeline import Curve, Moment, Timeline

__all__ = ["LossPane"]

_SMALLEST_WINDOW = 4.0
_LOOKED_AT_ONCE = 1_000_000
_LOOK_S = 0.05
"""Events that are looked through for reports at once, and the pause before the next ones."""
_SMOOTHINGS = (1, 5, 20, 100)
"""Values in the running mean that is drawn; 1 draws the values themselves."""


class LossPane(Fitted, can_focus=True):
    """One curve at a time: bold up to now, a line at now, a marker that the person moves."""

    TITLE = "Loss"
    title = TITLE

    BINDINGS = bindings_for("loss")

    DEFAULT_CSS = """
    LossPane {
        layout: vertical; overflow: hidden;
        &:focus RoleTabs > .roles--chosen { background: $primary; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subtitle = ""
        self._curves: list[Curve] = []
        self._beside: Beside | None = None
        self._other_curves: dict[str, Curve] = {}
        self._views, self._other_views = CurveViews(), CurveViews()
        self._timeline: Timeline | None = None
        self._looking: Timer | None = None
        self._seq = -1
        self._name = ""
        self._log = False
        self._smoothing = 0
        self._window: tuple[float, float] | None = None
        self._marker: int | None = None
        self._tabs = RoleTabs()
        self._words = Lines()
        self._plot = LinePlot()

    def compose(self) -> ComposeResult:
        yield self._tabs
        yield self._words
        yield self._plot

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment | None, timeline: Timeline | None) -> None:
        """Draw the run's curves with the line at this moment."""
        self._timeline = timeline
        self._load()
        self._seq = moment.seq if moment is not None else -1
        self._marker = None
        self._keep_now_in_window()
        self._update()

    def show_beside(self, beside: Beside) -> None:
        """Draw the curves of another run behind this one's."""
        self._beside = beside

    def compared_further(self) -> None:
        """Where the other run is at this event may be known now."""
        self._update()

    def _load(self) -> None:
        """Get the curves; of a long log a portion a frame, so that no key waits for them."""
        timeline = self._timeline
        if timeline is None:
            self._curves = []
        elif self._looking is None and self._looked(timeline):
            self._curves = timeline.curves()
            if self._beside is not None:
                self._other_curves = {curve.name: curve for curve in self._beside.other.curves()}
        elif self._looking is None:
            self._looking = self.set_interval(_LOOK_S, self._look_on)

    def _look_on(self) -> None:
        if self._timeline is None or self._looked(self._timeline):
            if self._looking is not None:
                self._looking.stop()
            self._looking = None
            self._load()
            self._update()

    def _looked(self, timeline: Timeline) -> bool:
        """Look through a portion of the log, and of the other run's; True if both were looked through."""
        looked = timeline.look_for_reports(_LOOKED_AT_ONCE)
        return looked and (self._beside is None or self._beside.other.look_for_reports(_LOOKED_AT_ONCE))

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the value at the marker, or now."""
        curve = self._curve()
        place = self._marker if self._marker is not None else self._now(curve)
        if curve is None or place is None:
            return "value", ""
        return f"{clean(curve.name)}", repr(float(curve.values[place]))

    # ---- the chosen curve -----------------------------------------------------------------------------------

    def _place(self) -> int:
        """Of the chosen curve; until the person chooses, a loss goes before anything else."""
        names = [curve.name for curve in self._curves]
        if self._name in names:
            return names.index(self._name)
        ranks = [(name != "loss", not name.endswith("loss"), place) for place, name in enumerate(names)]
        return min(ranks)[2] if ranks else 0

    def _curve(self) -> Curve | None:
        return self._curves[self._place()] if self._curves else None

    def _now(self, curve: Curve | None) -> int | None:
        """The curve's latest value at or before the current event."""
        if curve is None:
            return None
        place = int(np.searchsorted(curve.seqs, self._seq, "right")) - 1
        return place if place >= 0 else None

    # ---- drawing --------------------------------------------------------------------------------------------

    def _update(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        curve = self._curve()
        self._tabs.display = len(self._curves) > 0
        self._plot.display = curve is not None
        place = self._place()
        self._tabs.show(
            [RoleTab(clean(one.name), alarm=self._views.of(one).bad > 0) for one in self._curves],
            place,
        )
        width = self.size.width
        if curve is None:
            lines = _nothing(width) if self._looking is None else [[("looking for reports ...", "muted")]]
        else:
            view = self._views.of(curve)
            now = self._now(curve)
            values = view.mean(_SMOOTHINGS[self._smoothing])
            others = self._other_points(curve)
            self._plot.show(
                Plotted(view.x, values, view.x_name, self._window, now, self._marker, self._log, *others)
            )
            lines = flow(self._in_words(curve, now), width, 1 if self.size.height < 9 else 2)
        self._words.show(lines)
        if self._words.styles.height is None or self._words.styles.height.value != len(lines):
            self._words.styles.height = len(lines)
        self._set_subtitle(curve)

    def _other_points(self, curve: Curve) -> tuple[np.ndarray | None, np.ndarray | None]:
        """The same curve of the other run, None where it has none."""
        other = self._other_curves.get(curve.name)
        if other is None:
            return None, None
        view = self._other_views.of(other)
        return view.x, view.mean(_SMOOTHINGS[self._smoothing])

    def _other_words(self, curve: Curve) -> list[Piece]:
        """The value of the other run, where that is at this event."""
        beside, other = self._beside, self._other_curves.get(curve.name)
        if beside is None or self._seq < 0:
            return []
        if other is None:
            return [(f"{beside.other_letter} doesn't report it", "muted")]
        place = int(np.searchsorted(other.seqs, beside.place(self._seq), "right")) - 1
        if place < 0:
            return [(f"{beside.other_letter} (dotted) none yet", "")]
        return [(f"{beside.other_letter} (dotted) {number(float(other.values[place]))}", "strong")]

    def _in_words(self, curve: Curve, now: int | None) -> list[Piece]:
        pieces: list[Piece] = []
        if now is None:
            pieces.append((f"no value yet at this event; the first comes at event {curve.seqs[0]}", "muted"))
        else:
            pieces += _value_words(f"{clean(curve.name)} now", curve, now)
        pieces += self._other_words(curve)
        if self._marker is not None:
            pieces += _value_words("◆", curve, self._marker)
            pieces.append(("Enter goes there", "muted"))
        view = self._views.of(curve)
        if self._log:
            pieces.append(("log scale", "muted"))
            if view.finite_below:
                pieces.append((f"{count_text(view.finite_below, 'value')} not above 0 left out", "alarm"))
        if self._smoothing:
            pieces.append((f"mean of {_SMOOTHINGS[self._smoothing]} values", "muted"))
        if self._window is not None:
            pieces.append(("zoomed (v: all)", "muted"))
        if view.lowest is not None and len(curve.values) > 1:
            value = number(float(curve.values[view.lowest]))
            pieces.append((f"lowest {value} at iteration {curve.iterations[view.lowest]}", ""))
        if view.bad:
            words = count_text(view.bad, "value") + " not finite, first at iteration"
            pieces.append((f"{words} {curve.iterations[view.first_bad]}", "alarm"))
        return pieces

    def _set_subtitle(self, curve: Curve | None) -> None:
        subtitle = "" if curve is None else f"{clean(curve.name)}, {count_text(len(curve.values), 'value')}"
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    # ---- the window -----------------------------------------------------------------------------------------

    def _zoom(self, factor: float) -> None:
        curve = self._curve()
        if curve is None or len(curve.values) < 2:
            return
        x = self._views.of(curve).x
        whole = float(x[-1] - x[0])
        low, high = self._window or (float(x[0]), float(x[-1]))
        span = (high - low) * factor
        if span >= whole:
            self._window = None
        elif span >= min(_SMALLEST_WINDOW, whole):
            place = self._marker if self._marker is not None else self._now(curve)
            center = float(x[place]) if place is not None else (low + high) / 2
            self._window = self._inside(x, center, span)
        self._update()

    def _inside(self, x: np.ndarray, center: float, span: float) -> tuple[float, float]:
        """A window of this span around `center`, moved as little as keeps it in the run."""
        low = min(max(center - span / 2, float(x[0])), float(x[-1]) - span)
        return low, low + span

    def _keep_now_in_window(self) -> None:
        curve = self._curve()
        self._keep_in_window(curve, self._now(curve))

    def _keep_in_window(self, curve: Curve | None, place: int | None) -> None:
        if curve is None or place is None or self._window is None:
            return
        x = self._views.of(curve).x
        low, high = self._window
        if not low <= x[place] <= high:
            self._window = self._inside(x, float(x[place]), high - low)

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()

    def on_role_tabs_chosen(self, message: RoleTabs.Chosen) -> None:
        message.stop()
        self._choose(message.place)

    def on_line_plot_clicked(self, message: LinePlot.Clicked) -> None:
        message.stop()
        self._set_marker(message.place)
        self.action_go()

    def _choose(self, place: int) -> None:
        if self._curves:
            self._name = self._curves[place % len(self._curves)].name
            self._marker = None
            self._window = None
            self._update()

    def _set_marker(self, place: int) -> None:
        curve = self._curve()
        if curve is None or not len(curve.values):
            return
        self._marker = max(0, min(place, len(curve.values) - 1))
        self._keep_in_window(curve, self._marker)
        self._update()

    def action_curve(self, step: int) -> None:
        """Show the next curve, or the previous one."""
        self._choose(self._place() + step)

    def action_scale(self) -> None:
        """Linear or logarithmic."""
        self._log = not self._log
        self._update()

    def action_smoothing(self) -> None:
        """Draw the running mean of more values; after the longest, the values themselves."""
        self._smoothing = (self._smoothing + 1) % len(_SMOOTHINGS)
        self._update()

    def action_marker(self, steps: int) -> None:
        """Move the marker by values, by a dot's worth of them where they are too many to see one by one."""
        curve = self._curve()
        if curve is None:
            return
        x = self._views.of(curve).x
        low, high = self._window or (float(x[0]), float(x[-1]))
        shown = int(np.searchsorted(x, high, "right") - np.searchsorted(x, low, "left"))
        stride = max(1, shown // self._plot.dots_across)
        start = self._marker if self._marker is not None else self._now(curve)
        self._set_marker((start if start is not None else -1) + steps * stride)

    def action_marker_edge(self, last: bool) -> None:
        """Move the marker to the first or last value."""
        curve = self._curve()
        if curve is not None:
            self._set_marker(len(curve.values) - 1 if last else 0)

    def action_zoom_in(self) -> None:
        """Show half as much of the x axis."""
        self._zoom(0.5)

    def action_zoom_out(self) -> None:
        """Show twice as much of it."""
        self._zoom(2.0)

    def action_whole(self) -> None:
        """Show all of it, and take the marker away."""
        self._window = self._marker = None
        self._update()

    def action_go(self) -> None:
        """Go to the event that reported the value at the marker."""
        curve = self._curve()
        if curve is not None and self._marker is not None:
            self.post_message(GoTo(int(curve.seqs[self._marker])))


def _value_words(what: str, curve: Curve, place: int) -> list[Piece]:
    value = float(curve.values[place])
    return [
        (f"{what} {number(value)}", "strong" if math.isfinite(value) else "alarm"),
        (f"at iteration {curve.iterations[place]}, event {curve.seqs[place]}", ""),
    ]


def _nothing(width: int) -> list[list[Piece]]:
    how = "A curve begins where the script calls backward() on a loss, or chainer.report({'name': value})."
    return [[("No loss reported yet.", "strong")], *paragraph(how, width, "muted")]
