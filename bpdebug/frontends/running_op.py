"""Which op of the engine a thread is computing, seen from its stack: events only tell of what is done."""

from __future__ import annotations

from types import FrameType, ModuleType

__all__ = ["RunningOp"]


class RunningOp:
    """Reads stacks of threads that run on the engine package `engine`."""

    def __init__(self, engine: ModuleType) -> None:
        self._forward = engine.function_node.FunctionNode.apply.__code__
        self._backward = engine.backward_walk.Walk._step.__code__

    def __call__(self, frame: FrameType | None) -> str:
        """What of the innermost op on this stack is being computed, such as `Linear.backward`; "" for no op."""
        while frame is not None:
            if frame.f_code is self._forward:
                return _name(frame.f_locals.get("self"), "forward")
            if frame.f_code is self._backward:
                return _name(frame.f_locals.get("function"), "backward")
            frame = frame.f_back
        return ""


def _name(node: object, direction: str) -> str:
    as_creator = getattr(node, "as_creator", None)
    return "" if as_creator is None else f"{type(as_creator()).__name__}.{direction}"
