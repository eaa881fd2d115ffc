"""binary_hierarchical_softmax: a softmax over many classes, replaced by a path of decisions in a tree."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy

from ... import backend
from ...utils.type_check import require, require_equal
from ...variable import as_variable
from ..activation.softplus import softplus
from ..array.get_item import get_item
from ..connection.embed_id import embed_id
from ..math.sum import sum

__all__ = ["TreeParser", "TreePaths", "binary_hierarchical_softmax", "parse_tree"]


class TreePaths(NamedTuple):
    """The way to each leaf: nodes `nodes[begins[t]:begins[t + 1]]`, there to the left (1) or right (-1) by `turns`."""

    nodes: Any
    turns: Any
    begins: numpy.ndarray
    node_count: int


def parse_tree(tree: Any) -> TreePaths:
    """The ways to all leaves of a tree of nested pairs; nodes are numbered from the root, left before right.

    Raises:
        ValueError: a node is no pair, or the leaves are not the numbers from 0 on.
    """
    ways: dict[int, list[tuple[int, float]]] = {}
    count = 0
    pending: list[tuple[Any, list[tuple[int, float]]]] = [(tree, [])]
    while pending:
        node, way = pending.pop()
        if not isinstance(node, tuple):
            ways[node] = way
            continue
        if len(node) != 2:
            raise ValueError(f"All internal nodes must have two child nodes, but one is {node}")
        here, count = count, count + 1
        pending += [(node[1], [*way, (here, -1.0)]), (node[0], [*way, (here, 1.0)])]
    if any(not isinstance(leaf, int | numpy.integer) for leaf in ways):
        raise TypeError(f"the leaves of the tree must be class numbers, not {next(iter(ways))!r}")
    leaves = [ways.get(leaf, []) for leaf in range(max(ways) + 1)]
    begins = numpy.cumsum([0, *map(len, leaves)]).astype(numpy.int32)
    steps = [step for way in leaves for step in way]
    return TreePaths(
        numpy.array([node for node, _ in steps], numpy.int32),
        numpy.array([turn for _, turn in steps], numpy.float32),
        begins,
        count,
    )


class TreeParser:
    """The ways to the leaves of a tree as Chainer gives them: a dictionary of arrays.

    Args:
        dtype: of the codes.
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        self._paths: TreePaths | None = None

    def parse(self, tree: Any) -> None:
        """Read a tree; see `parse_tree`."""
        self._paths = parse_tree(tree)

    def size(self) -> int:
        """How many inner nodes there are."""
        return 0 if self._paths is None else self._paths.node_count

    def get_paths(self) -> dict[int, numpy.ndarray]:
        """For each leaf the nodes on the way to it, int32."""
        return {leaf: nodes for leaf, (nodes, _) in self._ways().items()}

    def get_codes(self) -> dict[int, numpy.ndarray]:
        """For each leaf the turns on the way to it: 1 to the left, -1 to the right."""
        return {leaf: turns.astype(self.dtype) for leaf, (_, turns) in self._ways().items()}

    def _ways(self) -> dict[int, tuple[numpy.ndarray, numpy.ndarray]]:
        paths = self._paths
        if paths is None:
            return {}
        ends = list(zip(paths.begins[:-1], paths.begins[1:], strict=True))
        return {
            leaf: (paths.nodes[first:last], paths.turns[first:last])
            for leaf, (first, last) in enumerate(ends)
            if last > first or len(ends) == 1
        }


def binary_hierarchical_softmax(x: Any, t: Any, W: Any, paths: TreePaths) -> Any:
    """`sum of softplus(-turn w_node x)` over the nodes on the way to each right class, summed over the rows.

    Args:
        x: variable or array (n, units), float.
        t: (n,), integers: the right classes.
        W: (nodes, units).
        paths: of the tree.

    Returns:
        The loss, ().

    Raises:
        InvalidType: shapes don't fit.

    Reference: Morin and Bengio 2005.
    """
    x = as_variable(x)
    right = backend.to_host(as_variable(t).array)
    require(right.dtype.kind == "i", "t.dtype.kind == i", f"{right.dtype.kind} != i")
    require_equal("t.ndim", right.ndim, "1", 1)
    require_equal("len(x)", x.shape[0], "len(t)", right.shape[0])
    xp = backend.get_array_module(x)
    lengths = paths.begins[right + 1] - paths.begins[right]
    rows = numpy.repeat(numpy.arange(len(right)), lengths)
    within = numpy.arange(len(rows)) - numpy.repeat(numpy.cumsum(lengths) - lengths, lengths)
    places = xp.asarray(numpy.repeat(paths.begins[right], lengths) + within)
    turns = xp.asarray(paths.turns)[places].astype(x.dtype)
    nodes = embed_id(xp.asarray(paths.nodes)[places], W)
    scores = sum(nodes * get_item(x, xp.asarray(rows)), axis=1)
    return sum(softplus(scores * -turns))
