"""FunctionNode: one op of the graph, with its forward computation and its backward rule.

`apply` computes and records; the walk in `backprop.py` asks a node for its vector-Jacobian product through
`input_gradients`. Scripts write their own ops by subclassing `FunctionNode` (rule on variables) or `Function`
(rule on arrays); the engine's own ops subclass `functions.op.Op`, whose rule works on both.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy

from . import backend, events, failures, function_hook
from .backend import timer_makers
from .backward_walk import walking
from .configuration import config, using_config
from .events import observers
from .utils import type_check
from .utils.random_state import snapshot
from .variable import Variable, check_gradient
from .variable_node import VariableNode

__all__ = ["FunctionNode"]

_new_variable = Variable.__new__
_ndarray = numpy.ndarray
_generic = numpy.generic
_clock = time.perf_counter_ns


class FunctionNode(function_hook.HookedFunction):
    """An op on variables. A subclass defines `forward` and `backward`; an instance is applied once.

    Attributes:
        inputs: tuple of the input variable nodes, once applied with the graph on.
        outputs: tuple of weak references to the output variable nodes.
        rank: the longest way to it from a leaf, in function nodes.
        op_name: what people call the op, such as `linear`.
        x_roles, y_roles: the house's letters for inputs and outputs, as far as they have names.
        formula: the backward rule in these letters.
        random_state: the random state before the op drew numbers (see `utils.random_state.snapshot`), if it did and
            somebody observed it.
        watch_id, watch_given: free for an observer; the engine doesn't use them.
    """

    inputs: tuple[VariableNode, ...] | None = None
    outputs: tuple[Any, ...] | None = None
    rank = 0
    stack: Any = None
    op_name = ""
    x_roles: tuple[str, ...] = ()
    y_roles: tuple[str, ...] = ()
    formula = ""
    random_state: Any = None
    foreign = True
    """Whether code outside the engine computes it, and so sees its arrays, and may draw numbers without saying so."""
    watch_id: Any = None
    watch_given: Any = None
    lazy_grad_sum = False

    retained_x: tuple[int, ...] = ()
    retained_y: tuple[int, ...] = ()
    _kept_y: tuple[Any, ...] = ()
    _checks_types = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "foreign" not in cls.__dict__:
            cls.foreign = not cls.__module__.startswith(f"{__package__}.")
        cls._checks_types = cls.check_type_forward is not FunctionNode.check_type_forward
        if "op_name" not in cls.__dict__:
            cls.op_name = cls.__name__

    @property
    def label(self) -> str:
        """The op's name in Chainer's own wording; the class name unless a class says otherwise."""
        return type(self).__name__

    @property
    def _impl_name(self) -> str:
        """The name of the class in which a person finds the op's code."""
        return type(self).__name__

    def attributes(self) -> dict[str, Any]:
        """The op's settings, such as the axis, as plain values."""
        return {}

    def as_creator(self) -> Any:
        """What `variable.creator` shows for this node."""
        return self

    # ---- forward ----

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            f"{type(self).__name__} is a chainer.FunctionNode, which is no callable: say "
            f"{type(self).__name__}().apply((x, ...)), which gives a tuple of variables"
        )

    def apply(self, inputs: Sequence[Any]) -> tuple[Variable, ...]:
        """Compute the outputs and, with `config.enable_backprop`, put this node into the graph.

        Args:
            inputs: variables, or arrays (which then need no gradient).

        Returns:
            Tuple of the output variables.

        Raises:
            InvalidType: the inputs don't fit the op.
            TypeError: forward returned no tuple of arrays, or the node was applied before.
        """
        variables = tuple(
            [x if isinstance(x, Variable) else Variable(x, requires_grad=False) for x in inputs]
        )
        xs = tuple([x._data for x in variables])
        requires_grad = False
        for x in variables:
            if x._node.requires_grad:
                requires_grad = True
                break
        started = 0
        if observers:
            state = (
                self._before_foreign_code(variables, xs) if self.foreign or function_hook.installed else None
            )
            timer = backend.start_timer(xs) if timer_makers else None
            started = _clock()
        try:
            if (self._checks_types or "check_type_forward" in self.__dict__) and config.type_check:
                self._check_types(xs)
            if function_hook.installed:
                outputs = self._hooked_forward(xs)
            else:
                outputs = self.forward(xs)
            if type(outputs) is not tuple:
                raise failures.not_arrays(self, outputs)
            made = []
            for data in outputs:
                if type(data) is not _ndarray:
                    data = failures.as_output(self, data, outputs)
                y = _new_variable(Variable)
                y._data = data
                y._node = VariableNode(y, data, None, requires_grad)
                made.append(y)
            ys = tuple(made)
            if config.debug:
                failures.check_finite(self, ys)
        except Exception as error:
            failures.explain(error, self, xs, "forward")
            raise
        enable_backprop = config.enable_backprop
        if enable_backprop:
            self._join_graph(variables, ys)
        if started:  # an observer that came while the op ran hears of the next one
            took_ns = _clock() - started
            if timer is not None:
                timer.stop()
            if state is not None and not numpy.array_equal(state, numpy.asarray(snapshot(numpy))):
                self.random_state = state
            in_graph = enable_backprop and requires_grad
            # Applied again without a graph, it still has the inputs of the graph.
            nodes = self.inputs if in_graph else tuple([x._node for x in variables])
            arrays = (ys[0]._data,) if len(ys) == 1 else tuple([y._data for y in ys])
            events.tell.ForwardFinished(self, nodes, xs, ys, arrays, in_graph, walking.node, took_ns, timer)
        return ys

    def _before_foreign_code(self, variables: tuple[Variable, ...], xs: tuple[Any, ...]) -> Any:
        """Tell whoever observes that code outside the engine will hold these arrays; the random state before it."""
        if self.foreign:
            events.tell.ForeignForward(self, tuple([x._node for x in variables]), xs, walking.node)
        for data in xs:
            events.hand_out(data)
        return snapshot(numpy) if self.foreign else None

    def _join_graph(self, variables: tuple[Variable, ...], ys: tuple[Variable, ...]) -> None:
        """Link inputs, this node and outputs, and keep the arrays that the backward rule needs."""
        if self.inputs is not None:
            raise TypeError(
                f"this {type(self).__name__} was applied before; a function node is one op of one graph: make a new one"
            )
        nodes = []
        rank = 0
        for x in variables:
            node = x._node
            nodes.append(node)
            if node.rank > rank:
                rank = node.rank
        self.inputs = tuple(nodes)
        self.rank = rank
        rank += 1
        for y in ys:
            node = y._node
            node.creator_node = self
            node.rank = rank
        self.outputs = tuple([y._node.reference for y in ys])
        for i in self.retained_x:
            nodes[i].kept = variables[i]._data
        if self.retained_y:
            for i in self.retained_y:
                ys[i]._node.kept = ys[i]._data
            self._kept_y = tuple([ys[i]._data for i in self.retained_y])

    def _hooked_forward(self, xs: tuple[Any, ...]) -> tuple[Any, ...]:
        hooks = function_hook.hooks_of(self)
        for hook in hooks:
            hook.forward_preprocess(self, xs)
        outputs = self.forward(xs)
        for hook in hooks:
            hook.forward_postprocess(self, xs)
        return outputs

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Compute the output arrays from the input arrays; by default by `forward_cpu` or `forward_gpu`."""
        if any(x is not None and not isinstance(x, _ndarray) for x in inputs):
            return self.forward_gpu(inputs)
        return self.forward_cpu(inputs)

    def forward_cpu(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Compute the outputs from NumPy arrays."""
        raise NotImplementedError(f"{type(self).__name__} defines neither forward() nor forward_cpu()")

    def forward_gpu(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Compute the outputs from device arrays."""
        raise NotImplementedError(f"{type(self).__name__} defines neither forward() nor forward_gpu()")

    def check_type_forward(self, in_types: Any) -> None:
        """Say with `type_check.expect` what the inputs must be; called before forward."""

    def _check_types(self, xs: tuple[Any, ...]) -> None:
        in_types = type_check.get_types(xs, "in_types", False)
        with type_check.get_function_check_context(self):
            self.check_type_forward(in_types)

    def retain_inputs(self, indexes: Sequence[int]) -> None:
        """Keep these inputs' arrays for the backward rule; to be called in forward."""
        self.retained_x = tuple(indexes)

    def retain_outputs(self, indexes: Sequence[int]) -> None:
        """Keep these outputs' arrays for the backward rule; to be called in forward."""
        self.retained_y = tuple(indexes)

    # ---- backward ----

    def get_retained_inputs(self) -> tuple[Variable, ...]:
        """The retained inputs as variables of the graph, in the order of `retain_inputs`."""
        if not self.retained_x:
            return ()
        assert self.inputs is not None
        return tuple([self.inputs[i].get_variable() for i in self.retained_x])

    def get_retained_outputs(self) -> tuple[Variable, ...]:
        """The retained outputs as variables of the graph, in the order of `retain_outputs`."""
        if not self.retained_y:
            return ()
        assert self.outputs is not None
        retained = []
        outputs = list(self.outputs)
        for i, data in zip(self.retained_y, self._kept_y, strict=True):
            node = outputs[i]()
            if node is None:  # nobody held the output: it comes back with the same place in the graph
                variable = Variable(data)
                variable._node.set_creator_node(self)
                variable._node.kept = data
                outputs[i] = variable._node.reference
            else:
                variable = node.get_variable()
            retained.append(variable)
        self.outputs = tuple(outputs)
        return tuple(retained)

    @property
    def output_data(self) -> tuple[Any, ...]:
        """The retained output arrays, None for the others.

        Raises:
            RuntimeError: no output was retained.
        """
        if not self._kept_y:
            raise RuntimeError(f"{type(self).__name__} has no output_data: forward retained no output")
        count = len(self.outputs or ())
        if observers:
            for data in self._kept_y:
                events.hand_out(data)
        kept = dict(zip(self.retained_y, self._kept_y, strict=True))
        return tuple(kept.get(i) for i in range(count))

    def backward(
        self, target_input_indexes: tuple[int, ...], grad_outputs: tuple[Variable | None, ...]
    ) -> tuple[Variable | None, ...]:
        """The vector-Jacobian product on variables.

        Args:
            target_input_indexes: which inputs need a gradient.
            grad_outputs: one gradient an output, None where none arrived.

        Returns:
            One gradient for each wanted input, in the order of the indexes; None for a zero gradient.
        """
        return (None,) * len(target_input_indexes)

    def backward_accumulate(
        self,
        target_input_indexes: tuple[int, ...],
        grad_outputs: tuple[Variable | None, ...],
        grad_inputs: tuple[Variable | None, ...],
    ) -> tuple[Variable | None, ...]:
        """The vector-Jacobian product, added to the gradients that the inputs have already."""
        contributions = self.backward(target_input_indexes, grad_outputs)
        if len(contributions) != len(target_input_indexes):
            contributions = tuple([contributions[i] for i in target_input_indexes])
        return tuple(
            [
                held if gx is None else gx if held is None else held + gx  # type: ignore[operator]
                for gx, held in zip(contributions, grad_inputs, strict=True)
            ]
        )

    @property
    def accumulates(self) -> bool:
        """Whether a subclass wants to add to the inputs' gradients by itself."""
        return type(self).backward_accumulate is not FunctionNode.backward_accumulate

    def input_gradients(
        self,
        wanted: tuple[int, ...],
        gys: tuple[Any, ...],
        held: tuple[Any, ...] | None,
        as_variables: bool,
    ) -> list[Any]:
        """What the walk asks: one gradient (array, or variable if `as_variables`) for each wanted input.

        Args:
            wanted: indexes of the inputs that need a gradient.
            gys: one output gradient an output, arrays or variables, or None.
            held: if `accumulates`, the gradients that the wanted inputs have already; the results include them.
            as_variables: whether the walk is itself part of the graph.
        """
        gy_variables = gys
        if not as_variables:
            gy_variables = tuple([None if gy is None else Variable(gy, requires_grad=False) for gy in gys])
            held = None if held is None else tuple([None if g is None else Variable(g) for g in held])
        before = walking.node
        walking.node = self
        try:
            with using_config("enable_backprop", as_variables):
                if held is not None:
                    gxs = self.backward_accumulate(wanted, gy_variables, held)
                else:
                    gxs = self.backward(wanted, gy_variables)
        finally:
            walking.node = before
        return self._checked_gradients(wanted, gxs, as_variables)

    def _checked_gradients(self, wanted: tuple[int, ...], gxs: Any, as_variables: bool) -> list[Any]:
        """The results of a script's own rule, after a look at their number, types, dtypes and shapes."""
        assert self.inputs is not None
        if not isinstance(gxs, tuple | list):
            kind: Any = ValueError if isinstance(gxs, Variable) else TypeError
            raise kind(
                f"backward of {type(self).__name__} must return a tuple with one variable (or None) for each of the "
                f"{len(wanted)} inputs that it was asked for; it returned one {type(gxs).__name__}"
            )
        if len(gxs) == len(self.inputs) != len(wanted):
            gxs = [gxs[i] for i in wanted]
        if len(gxs) != len(wanted):
            raise ValueError(
                f"backward of {type(self).__name__} returned {len(gxs)} gradients for {len(wanted)} inputs"
            )
        for i, gx in zip(wanted, gxs, strict=True):
            if gx is None:
                continue
            if not isinstance(gx, Variable):
                raise TypeError(
                    f"backward of {type(self).__name__} must return variables, but for input {i} it returned "
                    f"{type(gx).__name__}; rules on arrays belong into a chainer.Function"
                )
            node = self.inputs[i]
            check_gradient(gx._data, node.shape, node.dtype)
        return list(gxs) if as_variables else [None if gx is None else gx._data for gx in gxs]

    # ---- graph ----

    def unchain(self) -> None:
        """Cut this node out of the graph: its outputs become leaves and its inputs are let go."""
        for reference in self.outputs or ():
            node = reference()
            if node is not None:
                node.unchain()
        self.inputs = None


FunctionNode.op_name = "FunctionNode"
