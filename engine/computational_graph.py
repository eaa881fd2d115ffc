"""The graph behind variables, and its picture in Graphviz's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .function_node import FunctionNode
from .variable import Variable, VariableNode

__all__ = ["ComputationalGraph", "DotNode", "build_computational_graph"]

_VARIABLE_STYLE = {"shape": "octagon", "fillcolor": "#E0E0E0", "style": "filled"}
_FUNCTION_STYLE = {"shape": "record", "fillcolor": "#6495ED", "style": "filled"}


class DotNode:
    """One node of the picture.

    Args:
        node: a variable node or a function node.
        attribute: Graphviz attributes by name.
        show_name: whether the label of a variable has its name.
    """

    def __init__(self, node: Any, attribute: dict[str, str] | None = None, show_name: bool = True) -> None:
        self.node = node
        self.id_ = id(node)
        shape = "oval" if isinstance(node, VariableNode) else "box"
        self.attribute = {"label": _label(node, show_name), "shape": shape, **(attribute or {})}

    @property
    def label(self) -> str:
        """What stands in the node: shape and dtype, or the op."""
        return self.attribute["label"]

    def __str__(self) -> str:
        attributes = ",".join(f'{name}="{_escaped(value)}"' for name, value in self.attribute.items())
        return f"{self.id_} [{attributes}];"


def _label(node: Any, show_name: bool) -> str:
    if not isinstance(node, VariableNode):
        return str(node.label)
    shape = ", ".join(map(str, node.shape)) if node.shape is not None else ""
    what = "None" if node.shape is None else f"({shape}), {node.dtype}" if node.shape else str(node.dtype)
    return f"{node.name}: {what}" if show_name and node.name is not None else what


def _escaped(text: str) -> str:
    return str(text).replace("\\", "\\\\").replace('"', '\\"')


class ComputationalGraph:
    """Nodes and edges of a graph.

    Args:
        nodes: variable nodes and function nodes.
        edges: pairs of nodes, in the direction of the forward computation.
        variable_style, function_style, rankdir, remove_variable, show_name: see `build_computational_graph`.
    """

    def __init__(
        self,
        nodes: Iterable[Any],
        edges: Iterable[tuple[Any, Any]],
        variable_style: Any = "default",
        function_style: Any = "default",
        rankdir: str = "TB",
        remove_variable: bool = False,
        show_name: bool = True,
    ) -> None:
        if rankdir not in ("TB", "BT", "LR", "RL"):
            raise ValueError(f"rankdir must be in TB, BT, LR or RL, not {rankdir!r}")
        self.nodes = list(nodes)
        self.edges = list(edges)
        self.variable_style = _VARIABLE_STYLE if variable_style == "default" else variable_style or {}
        self.function_style = _FUNCTION_STYLE if function_style == "default" else function_style or {}
        self.rankdir = rankdir
        self.remove_variable = remove_variable
        self.show_name = show_name

    def dump(self, format: str = "dot") -> str:
        """The graph as text.

        Args:
            format: `dot`, the only one.

        Raises:
            NotImplementedError: another format.
        """
        if format != "dot":
            raise NotImplementedError("Currently, only dot format is supported.")
        return self._to_dot()

    def _to_dot(self) -> str:
        nodes, edges = self.nodes, self.edges
        if self.remove_variable:
            nodes, edges = _without_variables(nodes, edges)
        parts = [f"digraph graphname{{rankdir={self.rankdir};"]
        for node in nodes:
            style = self.variable_style if isinstance(node, VariableNode) else self.function_style
            parts.append(str(DotNode(node, style, self.show_name)))
        parts += [f"{id(head)} -> {id(tail)};" for head, tail in edges]
        return "".join(parts) + "}"


def _without_variables(nodes: list[Any], edges: list[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    functions = [node for node in nodes if not isinstance(node, VariableNode)]
    kept = {
        (head.creator_node, tail): None
        for head, tail in edges
        if isinstance(head, VariableNode) and head.creator_node is not None
    }
    return functions, list(kept)


def build_computational_graph(
    outputs: Any,
    remove_split: bool = True,
    variable_style: Any = "default",
    function_style: Any = "default",
    rankdir: str = "TB",
    remove_variable: bool = False,
    show_name: bool = True,
) -> ComputationalGraph:
    """The graph behind variables.

    Args:
        outputs: a variable, or several variables, variable nodes or function nodes.
        remove_split: must be True.
        variable_style, function_style: Graphviz attributes by name of either kind of node; `default`: Chainer's.
        rankdir: direction of the picture: TB, BT, LR or RL.
        remove_variable: whether to show ops only.
        show_name: whether variables are shown with their names.

    Raises:
        ValueError: `remove_split` is false, or the direction is unknown.
        TypeError: an output is something else.
    """
    if not remove_split:
        raise ValueError("remove_split=False is not supported anymore")
    pending: list[Any] = []
    for output in [outputs] if isinstance(outputs, Variable | VariableNode | FunctionNode) else outputs:
        node = output.node if isinstance(output, Variable) else getattr(output, "node", output)
        if not isinstance(node, VariableNode | FunctionNode):
            raise TypeError(f"an output must be a variable or a function, not {type(output).__name__}")
        pending.append(node)
    nodes: dict[Any, None] = dict.fromkeys(pending)
    edges: dict[tuple[Any, Any], None] = {}
    while pending:
        node = pending.pop()
        before = [node.creator_node] if isinstance(node, VariableNode) else list(node.inputs or ())
        for head in before:
            if head is None:
                continue
            edges[head, node] = None
            if head not in nodes:
                nodes[head] = None
                pending.append(head)
    return ComputationalGraph(
        nodes, edges, variable_style, function_style, rankdir, remove_variable, show_name
    )
