"""Who is who: what the log has for the engine's own objects, kept on them (see `recorder.identity`)."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple

from ..recorder import Recorder
from ..recorder.identity import Node, Variable
from .engine_calls import Calls
from .engine_names import LinkNames
from .engine_words import label_of
from .weak_table import WeakTable

__all__ = ["Identities", "KnownOp"]


class KnownOp(NamedTuple):
    """An op that was met before.

    Attributes:
        number: from `writer.op`.
        label: what people call it.
        text: text id of the label.
        grad_label: text id of the label that events about the gradients of its outputs have.
        has_settings: whether there is anything to be asked of the node in order to make it again.
    """

    number: int
    label: str
    text: int
    grad_label: int
    has_settings: bool


class Identities:
    """What the log calls the engine's parameters, variable nodes, ops and function nodes.

    Args:
        engine: the engine package.
        recorder: gives the numbers.
    """

    def __init__(self, engine: ModuleType, recorder: Recorder) -> None:
        self._recorder = recorder
        self._owner = recorder.owner
        self._made: WeakTable[int] = WeakTable()
        self._names = LinkNames(recorder.writer, self._made)
        self._calls = Calls(recorder.threads)
        self._config = engine.configuration.config
        self._parameter_class = engine.Parameter
        self._op_class = engine.functions.op.Op
        self._ops: dict[Any, KnownOp] = {}

    def _variable(self, node: Any, array: Any) -> Variable:
        """The log's number for a variable node; `array` is what it holds now."""
        known = node.watch_id
        if known.__class__ is Variable and known.owner is self._owner:
            return known
        variable = node.get_variable_or_none()
        recorder = self._recorder
        if isinstance(variable, self._parameter_class):
            name, registered = self._names.name_of_parameter(variable, self._calls.innermost)
            made = self._names.made_at(variable)
            known = recorder.new_variable(
                name, parameter=True, array=variable._data, made=made, registered=registered
            )
            recorder.parameters[known.number] = weakref.ref(variable)
        elif node.name:
            name = recorder.name_in_iteration(node.name)
            known = recorder.new_variable(name, made_by=node.name, array=array)
        else:
            creator = node.creator_node
            known = recorder.new_variable(made_by="" if creator is None else label_of(creator))
        node.watch_id = known
        return known

    def _variables(self, nodes: Sequence[Any], arrays: Sequence[Any]) -> list[Variable]:
        return [self._variable(node, array) for node, array in zip(nodes, arrays, strict=True)]

    def _op(self, node: Any) -> KnownOp:
        """What the log knows of the op of a function node."""
        cls = type(node.as_creator())  # of an old-style function the script's own class, not the adapter
        key = cls, node.op_name, node.x_roles, node.y_roles
        op = self._ops.get(key)
        if op is None:
            writer = self._recorder.writer
            label = label_of(node)
            op = self._ops[key] = KnownOp(
                writer.op(cls.__name__, label, node.x_roles, node.y_roles, node.formula),
                label,
                writer.text(label),
                writer.text(f"grad:{label}"),
                isinstance(node, self._op_class) and bool(node._kept),
            )
        return op

    def _node(self, node: Any) -> Node | None:
        """What the recorder knows of a function node, None if its forward pass wasn't watched."""
        known = node.watch_id
        return known if known.__class__ is Node and known.owner is self._owner else None

    def _training(self) -> bool:
        return bool(self._config.train and self._config.enable_backprop)
