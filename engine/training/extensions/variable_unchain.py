"""The extension that lets go of the graph behind the observed values."""

from __future__ import annotations

from typing import Any

from ...configuration import config
from ...variable import Variable
from ..extension import Extension

__all__ = ["unchain_variables"]


class unchain_variables(Extension):  # noqa: N801  # Chainer's name
    """Cuts the graph behind each observed variable, where `config.keep_graph_on_report` keeps it.

    It is called last, and gives the memory of the graph free before the next iteration.
    """

    priority = 0

    def trigger(self, _: Any) -> bool:
        """Fires always if graphs are kept, else never."""
        return bool(config.keep_graph_on_report)

    def __call__(self, trainer: Any) -> None:
        for value in trainer.observation.values():
            if isinstance(value, Variable):
                value.unchain_backward()
