"""Marks for NVIDIA's profilers around each op."""

from __future__ import annotations

from typing import Any

from ..backends import cuda
from ..function_hook import FunctionHook

__all__ = ["CUDAProfileHook"]


class CUDAProfileHook(FunctionHook):
    """Puts a range of the op's name into the profiler's timeline around each op.

    Raises:
        RuntimeError: there is no usable GPU.
    """

    name = "CUDAProfileHook"

    def __init__(self) -> None:
        cuda.check_cuda_available()
        self._nvtx: Any = cuda.cupy.cuda.nvtx

    def forward_preprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._nvtx.RangePush(f"{function.label}.forward")

    def forward_postprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._nvtx.RangePop()

    def backward_preprocess(self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]) -> None:
        self._nvtx.RangePush(f"{function.label}.backward")

    def backward_postprocess(
        self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]
    ) -> None:
        self._nvtx.RangePop()
