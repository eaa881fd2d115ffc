"""VariableNode: a variable as the graph knows it.

The graph keeps a node's array only if a backward rule asked for it, so intermediate arrays go as soon as the script
lets go of their variables.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from .events import hand_out, observers

if TYPE_CHECKING:
    from .variable import Variable

__all__ = ["VariableNode"]

_weak = weakref.ref


class VariableNode:
    """A variable as the graph knows it.

    Attributes:
        creator_node: the function node whose output it is, or None for a leaf.
        kept: its array, if some function node retains it; else None.
        rank: the longest way to it from a leaf, in function nodes.
        requires_grad: whether a backward walk comes here.
        watch_id: free for an observer to tell nodes apart; the engine doesn't use it.
    """

    dtype: Any
    shape: Any
    name: str | None = None
    creator_node: Any = None
    kept: Any = None
    rank = 0
    watch_id: Any = None

    def __init__(self, variable: Variable, data: Any, name: str | None, requires_grad: bool) -> None:
        self._variable = _weak(variable)
        self.requires_grad = requires_grad
        if name is not None:
            self.name = name
        if data is None:
            self.dtype = self.shape = None
        else:
            self.dtype = data.dtype
            self.shape = data.shape

    @property
    def reference(self) -> Any:
        """A weak reference to this node."""
        return _weak(self)

    def describe(self, data: Any) -> None:
        """Take over shape and dtype (and the array, if it is retained) of the variable's new array."""
        if data is None:
            self.dtype = self.shape = None
        else:
            self.dtype = data.dtype
            self.shape = data.shape
        if self.kept is not None:
            self.kept = data

    @property
    def data(self) -> Any:
        """Its array, if some function node retains it; else None."""
        if observers:
            hand_out(self.kept)
        return self.kept

    @data.setter
    def data(self, data: Any) -> None:
        self.kept = data

    @property
    def creator(self) -> Any:
        """The `Function` or `FunctionNode` that made it: for an old-style function, that object itself."""
        node = self.creator_node
        return None if node is None else node.as_creator()

    @property
    def grad_var(self) -> Variable | None:
        variable = self._variable()
        return None if variable is None else variable.grad_var

    @property
    def grad(self) -> Any:
        """The gradient array of the variable, None if it has none or nobody holds the variable."""
        variable = self._variable()
        return None if variable is None else variable.grad

    @property
    def label(self) -> str:
        """Shape and dtype in words, such as `(2, 3), float32`; for an array without axes its dtype."""
        if self.shape is None:
            return "None"
        if not self.shape:
            return str(self.dtype)
        return f"({', '.join(map(str, self.shape))}), {self.dtype}"

    def get_variable_or_none(self) -> Variable | None:
        """The variable of this node if somebody still holds it."""
        return self._variable()

    def get_variable(self) -> Variable:
        """The variable of this node; a new one with the retained array if nobody holds the old one."""
        variable = self._variable()
        if variable is None:
            from .variable import Variable

            variable = Variable.__new__(Variable)
            variable._data = self.kept
            variable._node = self
            self._variable = _weak(variable)
        return variable

    def retain_data(self) -> None:
        """Keep the variable's array for the backward walk.

        Raises:
            RuntimeError: the variable is gone, and its array with it.
        """
        variable = self._variable()
        if variable is None:
            raise RuntimeError("cannot retain the array of a variable that is gone")
        self.kept = variable._data

    def set_creator_node(self, creator_node: Any) -> None:
        self.creator_node = creator_node
        if creator_node is not None:
            self.rank = creator_node.rank + 1

    def set_creator(self, creator: Any) -> None:
        self.set_creator_node(getattr(creator, "node", creator))

    def unchain(self) -> None:
        """Forget who made it: a backward walk ends here."""
        self.creator_node = None
