"""A softmax over many classes by way of a binary tree."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Any

from ...dtypes import get_dtype
from ...functions.loss.hierarchical_softmax import TreeParser, binary_hierarchical_softmax, parse_tree
from ...initializers.uniform import Uniform
from ...link import Link
from ...parameter import Parameter

__all__ = ["BinaryHierarchicalSoftmax", "BinaryHierarchicalSoftmaxFunction", "TreeParser"]


class BinaryHierarchicalSoftmax(Link):
    """The loss of finding the right class by decisions from the root of a tree to a leaf.

    Args:
        in_size: length of an input vector.
        tree: nested pairs, with class numbers at the leaves, such as `((0, 1), 2)`.
        dtype: of `W`; by default what `config.dtype` says.

    Attributes:
        W: Parameter (inner nodes, in_size), first filled evenly from -1 to 1.

    Reference: Morin and Bengio 2005.
    """

    def __init__(self, in_size: int, tree: Any, dtype: Any = None) -> None:
        super().__init__()
        self._paths = parse_tree(tree)
        with self.init_scope():
            self.W = Parameter(Uniform(1, dtype=get_dtype(dtype)), (self._paths.node_count, in_size))

    @staticmethod
    def create_huffman_tree(word_counts: Mapping[int, int]) -> Any:
        """A tree in which frequent classes are near the root.

        Args:
            word_counts: how often each class occurs.

        Raises:
            ValueError: there are no counts.
        """
        if not word_counts:
            raise ValueError("Empty vocabulary: word_counts holds nothing")
        # The second entry decides between equals: the one whose first class came first.
        heap: list[tuple[int, int, Any]] = [
            (count, place, word) for place, (word, count) in enumerate(word_counts.items())
        ]
        heapq.heapify(heap)
        while len(heap) > 1:
            (one, place, left), (other, another, right) = heapq.heappop(heap), heapq.heappop(heap)
            heapq.heappush(heap, (one + other, min(place, another), (left, right)))
        return heap[0][2]

    def forward(self, x: Any, t: Any) -> Any:
        """The loss of inputs x (n, in_size) with the right classes t (n,); a scalar, summed over the rows."""
        return binary_hierarchical_softmax(x, t, self.W, self._paths)


class BinaryHierarchicalSoftmaxFunction:
    """The loss of `BinaryHierarchicalSoftmax` as a function of inputs, right classes and weights.

    Args:
        tree: as for the link.
        dtype: for compatibility; the loss has that of the inputs.
    """

    def __init__(self, tree: Any, dtype: Any) -> None:
        self._paths = parse_tree(tree)

    def __call__(self, x: Any, t: Any, W: Any) -> Any:
        """The loss of x (n, in_size), t (n,) and W (inner nodes, in_size)."""
        return binary_hierarchical_softmax(x, t, W, self._paths)
