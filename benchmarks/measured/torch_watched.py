"""The training steps in PyTorch while somebody watches: what people do there to see every tensor of a step.

What is kept of a step is let go when the next one begins. None of them looks at the update but `debug-mode`.
"""

from __future__ import annotations

import itertools
import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch_models import parts_of, training_step

__all__ = ["WATCHERS", "watched_step"]

Step = Callable[[], object]


@dataclass(frozen=True)
class Watcher:
    """One way to watch: `watch(workload, folder)` gives the watched step."""

    watch: Callable[[str, pathlib.Path], Step]
    most_steps: int
    """How many are measured at most; the slow ones take too long otherwise."""


def watched_step(workload: str, watcher: str, folder: pathlib.Path) -> Step:
    """The training step of a workload, watched.

    Args:
        workload: one that `torch_models` has.
        watcher: a key of WATCHERS.
        folder: for what a watcher writes.
    """
    return WATCHERS[watcher].watch(workload, folder)


def _hooked(workload: str, kept: list[torch.Tensor]) -> Step:
    """Clone into `kept` the output of every layer, its gradient, the loss, and the gradient of every parameter."""
    model, loss_of, batches = parts_of(workload)

    def keep_gradient(gradient: torch.Tensor) -> None:
        kept.append(gradient.clone())

    def keep_output(_: nn.Module, __: Any, output: torch.Tensor) -> None:
        kept.append(output.detach().clone())
        # Cheaper than a backward hook of the layer, which also wraps its inputs and warns where none has a gradient.
        output.register_hook(keep_gradient)

    def keep_parameter_gradient(parameter: torch.Tensor) -> None:
        if parameter.grad is not None:
            kept.append(parameter.grad.clone())

    for layer in model.modules():
        if not list(layer.children()):
            layer.register_forward_hook(keep_output)
    for parameter in model.parameters():
        parameter.register_post_accumulate_grad_hook(keep_parameter_gradient)

    def kept_loss(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        loss = loss_of(x, t)
        kept.append(loss.detach().clone())
        return loss

    return training_step(model, kept_loss, batches)


def _hooks(workload: str, _: pathlib.Path) -> Step:
    kept: list[torch.Tensor] = []
    step = _hooked(workload, kept)

    def watched() -> None:
        kept.clear()
        step()

    return watched


def _hooks_saved(workload: str, folder: pathlib.Path) -> Step:
    kept: list[torch.Tensor] = []
    step, numbers = _hooked(workload, kept), itertools.count()

    def watched() -> None:
        kept.clear()
        step()
        torch.save(kept, folder / f"step-{next(numbers)}.pt")

    return watched


def _torchlens(workload: str, _: pathlib.Path) -> Step:
    """One trace a step, of model and loss, with the outputs and the gradients; all other options as they come."""
    import torchlens
    from torchlens.options import CaptureOptions

    model, loss_of, batches = parts_of(workload)
    options = CaptureOptions(backward_ready=True, save_grads=True)
    traces: list[Any] = []

    class WithLoss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            return loss_of(x, t)

    whole = WithLoss()

    def traced(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        traces[:] = [torchlens.trace(whole, [x, t], capture=options)]
        return traces[0][traces[0].output_layers[0]].out

    return training_step(model, traced, batches, lambda loss: traces[0].log_backward(loss))


def _debug_mode(workload: str, _: pathlib.Path) -> Step:
    """A log of its own for every step, update included, with a copy of what every operator gave."""
    from torch.utils._debug_mode import DebugMode

    step = training_step(*parts_of(workload))

    def watched() -> None:
        with DebugMode(), DebugMode.record_outputs():
            step()

    return watched


WATCHERS: dict[str, Watcher] = {
    "hooks": Watcher(_hooks, 1000),
    "hooks-saved": Watcher(_hooks_saved, 1000),
    "torchlens": Watcher(_torchlens, 20),
    "debug-mode": Watcher(_debug_mode, 100),
}
