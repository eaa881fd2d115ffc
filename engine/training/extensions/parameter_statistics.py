"""The extension that reports statistics of parameters and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy

from ... import backend, reporter
from ...link import Link
from ..extension import PRIORITY_WRITER, Extension
from ..trigger import get_trigger

__all__ = ["ParameterStatistics"]

_PERCENTILES = (0.13, 2.28, 15.87, 50, 84.13, 97.72, 99.87)


class ParameterStatistics(Extension):
    """Reports statistics of the parameters of links, and of their gradients, as means over an interval.

    Args:
        links: a link or several.
        statistics: dict from name to function of an array; None: none; `default`: the usual ones.
        report_params, report_grads: whether of the parameters, of their gradients.
        prefix: what the reported names begin with.
        trigger: the ends of the intervals.
        skip_nan_params: whether a parameter with NaN is reported as NaN without calling the functions.
    """

    default_name = "parameter_statistics"
    priority = PRIORITY_WRITER
    report_key_template = "{prefix}{link_name}{param_name}/{attr_name}/{function_name}"
    default_statistics: dict[str, Callable[[Any], Any]] = {
        "mean": lambda x: x.mean(),
        "std": lambda x: x.std(),
        "min": lambda x: x.min(),
        "max": lambda x: x.max(),
        "zeros": lambda x: (x == 0).sum(),
        "percentile": lambda x: numpy.percentile(backend.to_host(x), _PERCENTILES),
    }

    def __init__(
        self,
        links: Any,
        statistics: Any = "default",
        report_params: bool = True,
        report_grads: bool = True,
        prefix: str | None = None,
        trigger: Any = (1, "epoch"),
        skip_nan_params: bool = False,
    ) -> None:
        self._links: Iterable[Link] = (links,) if isinstance(links, Link) else tuple(links)
        if statistics == "default":
            statistics = self.default_statistics
        self._statistics = dict(statistics or {})
        attributes = {"data": report_params, "grad": report_grads}
        self._attributes = [name for name, wanted in attributes.items() if wanted]
        self._prefix = prefix
        self._trigger = get_trigger(trigger)
        self._summary = reporter.DictSummary()
        self._skip_nan_params = skip_nan_params

    def __call__(self, trainer: Any) -> None:
        statistics: dict[str, Any] = {}
        for link in self._links:
            for param_name, param in link.namedparams():
                for attr_name in self._attributes:
                    array = getattr(param, attr_name)
                    if array is not None:
                        self._add(statistics, link.name, param_name, attr_name, array)
        self._summary.add(statistics)
        if self._trigger(trainer):
            reporter.report(self._summary.compute_mean())
            self._summary = reporter.DictSummary()

    def _add(
        self, statistics: dict[str, Any], link_name: str | None, param_name: str, attr_name: str, array: Any
    ) -> None:
        skipped = self._skip_nan_params and bool(backend.get_array_module(array).isnan(array).any())
        for function_name, function in self._statistics.items():
            key = self.report_key_template.format(
                prefix="" if not self._prefix else f"{self._prefix}/",
                link_name=link_name,
                param_name=param_name,
                attr_name=attr_name,
                function_name=function_name,
            )
            value: Any = float("nan") if skipped else function(array)
            if getattr(value, "ndim", 0) == 0:
                statistics[key] = value
            else:
                statistics.update((f"{key}/{i}", element) for i, element in enumerate(value))

    def register_statistics(self, name: str, function: Callable[[Any], Any]) -> None:
        """Add a statistic; its function gives a number or an array with one axis."""
        self._statistics[name] = function
