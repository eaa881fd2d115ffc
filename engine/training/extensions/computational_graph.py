"""The extension that writes the graph of the first iteration."""

from __future__ import annotations

import os
import shutil
from typing import Any

from ... import computational_graph
from ...configuration import config
from ...variable import Variable
from ..extension import Extension, refuse_unexpected

__all__ = ["DumpGraph", "is_graphviz_available"]


def is_graphviz_available() -> bool:
    """Whether Graphviz's `dot`, which makes a picture of the written graph, can be called."""
    return shutil.which("dot") is not None


class DumpGraph(Extension):
    """Writes the graph behind an observed value in Graphviz's language, once.

    Args:
        root_name: name of the value in the observation, such as `main/loss`.
        filename: in the trainer's directory; None: `cg.dot`.
        variable_style, function_style: see `build_computational_graph`.
        kwargs: `out_name`: the older name of `filename`.

    Raises:
        TypeError: an argument is unknown, or the value is no variable.
    """

    default_name = "dump_graph"

    def __init__(
        self,
        root_name: str,
        filename: str | None = None,
        variable_style: Any = None,
        function_style: Any = None,
        **kwargs: Any,
    ) -> None:
        older = kwargs.pop("out_name", "cg.dot")
        refuse_unexpected("DumpGraph", kwargs)
        self._root_name = root_name
        self._filename = older if filename is None else filename
        self._variable_style = "default" if variable_style is None else variable_style
        self._function_style = "default" if function_style is None else function_style
        self._original_flag: bool | None = None
        self._flag_called = False

    def initialize(self, trainer: Any) -> None:
        if not self._flag_called:
            self._original_flag = bool(config.keep_graph_on_report)
            config.keep_graph_on_report = True

    def trigger(self, trainer: Any) -> bool:
        """Fires once."""
        if self._flag_called:
            return False
        self._flag_called = True
        return True

    def __call__(self, trainer: Any) -> None:
        try:
            root = trainer.observation[self._root_name]
            if not isinstance(root, Variable):
                raise TypeError("root value is not a Variable")
            graph = computational_graph.build_computational_graph(
                [root], variable_style=self._variable_style, function_style=self._function_style
            )
            with open(os.path.join(trainer.out, self._filename), "w", encoding="utf-8") as file:
                file.write(graph.dump())
        finally:
            config.keep_graph_on_report = self._original_flag

    def serialize(self, serializer: Any) -> None:
        self._original_flag = serializer("_original_flag", self._original_flag)
        self._flag_called = serializer("_flag_called", self._flag_called)
