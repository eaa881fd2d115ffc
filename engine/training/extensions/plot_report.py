"""The extension that plots observed values. Needs matplotlib, the extra `plot`."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from ... import reporter
from ...serializer import Serializer
from ..extension import Extension, refuse_unexpected
from ..trigger import get_trigger

__all__ = ["PlotReport"]


def _figure_class() -> Any:
    """matplotlib's Figure, which needs neither a screen nor the state of pyplot; None without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    return Figure


class PlotReport(Extension):
    """Draws the means of observed values over intervals as curves into an image.

    Args:
        y_keys: name of a value, or several.
        x_key: `iteration`, `epoch`, or another value's name: the horizontal axis.
        trigger: the ends of the intervals.
        postprocess: called with figure, axes and summary before the image is written.
        filename: in the trainer's directory; None: `plot.png`.
        marker: of each point, as matplotlib names it; None: none.
        grid: whether to draw a grid.
        kwargs: `file_name`: the older name of `filename`.

    Raises:
        TypeError: an argument is unknown.
    """

    def __init__(
        self,
        y_keys: str | Iterable[str],
        x_key: str = "iteration",
        trigger: Any = (1, "epoch"),
        postprocess: Callable[..., Any] | None = None,
        filename: str | None = None,
        marker: str | None = "x",
        grid: bool = True,
        **kwargs: Any,
    ) -> None:
        older = kwargs.pop("file_name", "plot.png")
        refuse_unexpected("PlotReport", kwargs)
        self.available()
        self._x_key = x_key
        self._y_keys = [y_keys] if isinstance(y_keys, str) else list(y_keys)
        self._trigger = get_trigger(trigger)
        self._file_name = older if filename is None else filename
        self._marker = marker
        self._grid = grid
        self._postprocess = postprocess
        self._summary = reporter.DictSummary()
        self._data: dict[str, list[tuple[float, float]]] = {key: [] for key in self._y_keys}

    @staticmethod
    def available() -> bool:
        """Whether matplotlib is there; warns if not."""
        if _figure_class() is None:
            warnings.warn(
                "matplotlib is not installed on your environment, so nothing will be plotted at this time. "
                "Please install matplotlib to plot figures: pip install 'bpdebug[plot]'",
                stacklevel=3,
            )
            return False
        return True

    def __call__(self, trainer: Any) -> None:
        figure_class = _figure_class()
        if figure_class is None:
            return
        keys = self._y_keys if self._x_key in ("iteration", "epoch") else [*self._y_keys, self._x_key]
        self._summary.add({key: trainer.observation[key] for key in keys if key in trainer.observation})
        if not (trainer.is_before_training or self._trigger(trainer)):
            return
        means = {key: float(mean) for key, mean in self._summary.compute_mean().items()}
        means["epoch"], means["iteration"] = trainer.updater.epoch, trainer.updater.iteration
        if self._x_key in means:
            for key in self._y_keys:
                if key in means:
                    self._data[key].append((means[self._x_key], means[key]))
        summary, self._summary = self._summary, reporter.DictSummary()
        self._draw(figure_class, summary, trainer.out)

    def _draw(self, figure_class: Any, summary: Any, out: str) -> None:
        figure = figure_class()
        axes = figure.add_subplot(111)
        axes.set_xlabel(self._x_key)
        if self._grid:
            axes.grid()
        for key, points in self._data.items():
            if points:
                x, y = zip(*points, strict=True)
                axes.plot(x, y, marker=self._marker, label=key)
        if self._postprocess is not None:
            self._postprocess(figure, axes, summary)
        if axes.get_legend_handles_labels()[0]:
            legend = axes.legend(bbox_to_anchor=(1.05, 1), loc=2, borderaxespad=0.0)
            figure.savefig(
                os.path.join(out, self._file_name), bbox_extra_artists=(legend,), bbox_inches="tight"
            )

    def serialize(self, serializer: Any) -> None:
        if isinstance(serializer, Serializer):
            serializer("_plot_data", json.dumps(self._data))
        else:
            stored = json.loads(serializer("_plot_data", "{}") or "{}")
            self._data = {key: [tuple(p) for p in stored.get(key, [])] for key in self._y_keys}
