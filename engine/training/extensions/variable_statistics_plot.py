"""The extension that plots statistics of parameters over the training. Needs matplotlib, the extra `plot`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy

from ... import backend
from ...link import Link
from ...variable import Variable
from ..extension import Extension, refuse_unexpected
from ..trigger import get_trigger
from .plot_report import PlotReport, _figure_class

__all__ = ["Reservoir", "Statistician", "VariableStatisticsPlot"]


class Reservoir:
    """A sample of fixed size of a stream, in which each item stands with equal probability.

    Args:
        size: how many items are kept.
        data_shape: of an item.
        dtype: of the kept items.

    Reference: Vitter 1985, algorithm R.
    """

    def __init__(self, size: int, data_shape: tuple[int, ...], dtype: Any = numpy.float32) -> None:
        self.size = size
        self.data = numpy.zeros((size, *data_shape), dtype)
        self.idxs = numpy.zeros(size, numpy.int32)
        self.counter = 0

    def add(self, x: Any, idx: int | None = None) -> None:
        """See an item.

        Args:
            x: array.
            idx: its number; None: the count of items before it.
        """
        place = self.counter if self.counter < self.size else numpy.random.randint(0, self.counter + 1)
        if place < self.size:
            self.data[place] = x
            self.idxs[place] = self.counter if idx is None else idx
        self.counter += 1

    def get_data(self) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Numbers and contents of the kept items, by number."""
        count = min(self.counter, self.size)
        order = self.idxs[:count].argsort()
        return self.idxs[:count][order], self.data[:count][order]


class Statistician:
    """Mean, standard deviation and percentiles.

    Args:
        collect_mean, collect_std: whether to compute them.
        percentile_sigmas: which percentiles, 0 to 100; one or several.
    """

    def __init__(
        self, collect_mean: bool, collect_std: bool, percentile_sigmas: float | Sequence[float]
    ) -> None:
        self.collect_mean = collect_mean
        self.collect_std = collect_std
        self.percentile_sigmas = percentile_sigmas

    def __call__(self, x: Any, axis: int | None = 0, dtype: Any = None, xp: Any = None) -> dict[str, Any]:
        """The statistics of an array along an axis (None: of all elements), in the array module `xp`."""
        xp = backend.get_array_module(x) if xp is None else xp
        found = self.collect(x, axis, xp)
        return {name: value if dtype is None else value.astype(dtype) for name, value in found.items()}

    def collect(self, x: Any, axis: int | None, xp: Any = None) -> dict[str, Any]:
        """The statistics of an array along an axis, in the dtypes that they come in."""
        xp = backend.get_array_module(x) if xp is None else xp
        found: dict[str, Any] = {}
        if self.collect_mean:
            found["mean"] = x.mean(axis=axis)
        if self.collect_std:
            found["std"] = x.std(axis=axis)
        if numpy.ndim(self.percentile_sigmas) == 0 or len(numpy.atleast_1d(self.percentile_sigmas)):
            found["percentile"] = xp.percentile(x, self.percentile_sigmas, axis=axis)
        return found


class VariableStatisticsPlot(Extension):
    """Draws how mean, standard deviation and percentiles of variables and of their gradients change.

    Of each iteration's statistics a sample is kept, so that memory doesn't grow with the training.

    Args:
        targets: a variable or a link, or several of them; of several variables the means are drawn.
        max_sample_size: how many iterations are kept.
        report_data, report_grad: whether to draw contents, gradients.
        plot_mean, plot_std: whether to draw mean and standard deviation.
        percentile_sigmas: which percentiles to draw, 0 to 100.
        trigger: when the image is written.
        filename: in the trainer's directory; None: `statistics.png`.
        figsize: width and height of the image in inches.
        marker: of each point, as matplotlib names it.
        grid: whether to draw a grid.
        kwargs: `file_name`: the older name of `filename`.

    Raises:
        ValueError: there is no variable, or nothing to draw.
        TypeError: an argument is unknown.
    """

    trigger = (1, "iteration")

    def __init__(
        self,
        targets: Any,
        max_sample_size: int = 1000,
        report_data: bool = True,
        report_grad: bool = True,
        plot_mean: bool = True,
        plot_std: bool = True,
        percentile_sigmas: float | Sequence[float] = (0, 0.13, 2.28, 15.87, 50, 84.13, 97.72, 99.87, 100),
        trigger: Any = (1, "epoch"),
        filename: str | None = None,
        figsize: tuple[float, float] | None = None,
        marker: str | None = None,
        grid: bool = True,
        **kwargs: Any,
    ) -> None:
        older = kwargs.pop("file_name", "statistics.png")
        refuse_unexpected("VariableStatisticsPlot", kwargs)
        self._variables = list({id(variable): variable for variable in _variables_in(targets)}.values())
        if not self._variables:
            raise ValueError("VariableStatisticsPlot: there is no variable among the targets")
        percentiles = numpy.atleast_1d(numpy.asarray(percentile_sigmas, float))
        if not (plot_mean or plot_std or len(percentiles)):
            raise ValueError(
                "VariableStatisticsPlot: nothing to plot, neither means nor deviations nor percentiles"
            )
        self.available()
        self._attributes = [name for name, wanted in (("data", report_data), ("grad", report_grad)) if wanted]
        self._statistician = Statistician(plot_mean, plot_std, list(percentiles))
        self._percentiles = list(percentiles)
        self._names = ["mean"] * plot_mean + ["std"] * plot_std + ["percentile"] * bool(len(percentiles))
        self._trigger = get_trigger(trigger)
        self._filename = older if filename is None else filename
        self._figsize = figsize
        self._marker = marker
        self._grid = grid
        rows = plot_mean + plot_std + len(percentiles)
        self._samples = Reservoir(max_sample_size, (len(self._attributes), rows))

    @staticmethod
    def available() -> bool:
        """Whether matplotlib is there; warns if not."""
        return PlotReport.available()

    def __call__(self, trainer: Any) -> None:
        figure_class = _figure_class()
        if figure_class is None:
            return
        now = numpy.array([self._row(attribute) for attribute in self._attributes], numpy.float32)
        self._samples.add(now.reshape(self._samples.data.shape[1:]), trainer.updater.iteration)
        if self._trigger(trainer):
            self._draw(figure_class, os.path.join(trainer.out, self._filename))

    def _row(self, attribute: str) -> numpy.ndarray:
        """The statistics of the variables' contents or gradients, as means over the variables."""
        rows = []
        for variable in self._variables:
            array = getattr(variable, attribute)
            if array is not None:
                found = self._statistician(backend.to_host(array), axis=None)
                rows.append(numpy.concatenate([numpy.atleast_1d(found[name]) for name in self._names]))
        return numpy.mean(rows, axis=0) if rows else numpy.full(self._samples.data.shape[2], numpy.nan)

    def _draw(self, figure_class: Any, path: str) -> None:
        """One column of plots for contents and one for gradients; one row a kind of statistic."""
        iterations, data = self._samples.get_data()
        figure = figure_class(figsize=self._figsize)
        axes = figure.subplots(len(self._names), max(len(self._attributes), 1), squeeze=False, sharex=True)
        for column, attribute in enumerate(self._attributes):
            begin = 0
            for row, name in enumerate(self._names):
                plot = axes[row][column]
                labels = [f"{p:g}%" for p in self._percentiles] if name == "percentile" else [name]
                for offset, label in enumerate(labels):
                    plot.plot(iterations, data[:, column, begin + offset], marker=self._marker, label=label)
                begin += len(labels)
                plot.set_ylabel(name)
                plot.set_title(attribute if row == 0 else "")
                plot.grid(self._grid)
                if name == "percentile" and column == len(self._attributes) - 1:
                    plot.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))
            axes[-1][column].set_xlabel("iteration")
        figure.tight_layout()
        figure.savefig(path, bbox_inches="tight")


def _variables_in(targets: Any) -> Iterator[Variable]:
    if isinstance(targets, Variable):
        yield targets
    elif isinstance(targets, Link):
        yield from targets.params()
    elif isinstance(targets, Iterable) and not isinstance(targets, str):  # whose letters are strings again
        for target in targets:
            yield from _variables_in(target)
