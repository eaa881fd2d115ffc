"""The measured training steps in PyTorch, eager, on one CPU thread.

The update is written out: on tiny models `torch.optim.SGD` takes more than a third of a step.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from batches import LSTM_UNITS, PERCEPTRONS, images, rows, sequences
from torch import nn

__all__ = ["LossOf", "parts_of", "step_of", "training_step"]

LossOf = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Forward and loss: inputs and targets of a batch to a tensor of no dimension."""


def step_of(_: str, workload: str) -> Callable[[], object]:
    """The training step of a workload."""
    return training_step(*parts_of(workload))


def parts_of(workload: str) -> tuple[nn.Module, LossOf, Iterator[tuple[torch.Tensor, torch.Tensor]]]:
    """The model of a workload, what computes its loss, and its batches without end."""
    torch.set_num_threads(1)
    if workload in PERCEPTRONS:
        model, loss_of, batches = _perceptron(*PERCEPTRONS[workload])
    else:
        model, loss_of, batches = {"LeNet": _lenet, "LSTM": _lstm, "NStepLSTM": _n_step_lstm}[workload]()
    return model, loss_of, itertools.cycle([(torch.from_numpy(x), _target(t)) for x, t in batches])


def training_step(
    model: nn.Module,
    loss_of: LossOf,
    batches: Iterator[tuple[torch.Tensor, torch.Tensor]],
    backward: Callable[[torch.Tensor], object] = torch.Tensor.backward,
) -> Callable[[], object]:
    """Forward, loss, clearing of the gradients, `backward` and update, on the next batch."""
    parameters = list(model.parameters())

    def step() -> None:
        x, t = next(batches)
        loss = loss_of(x, t)
        for parameter in parameters:
            parameter.grad = None
        backward(loss)
        with torch.no_grad():
            for parameter in parameters:
                parameter.sub_(parameter.grad, alpha=0.01)

    return step


def _target(t: Any) -> Any:
    target = torch.from_numpy(t)
    return target if target.is_floating_point() else target.long()


def _perceptron(sizes: tuple[int, ...], batch: int) -> tuple[Any, ...]:
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    loss = nn.functional.mse_loss if sizes[-1] == 1 else nn.functional.cross_entropy
    return model, lambda x, t: loss(model(x), t), rows(sizes, batch)


def _lenet() -> tuple[Any, ...]:
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    return model, lambda x, t: nn.functional.cross_entropy(model(x), t), images()


def _lstm() -> tuple[Any, ...]:
    model = nn.LSTMCell(LSTM_UNITS, LSTM_UNITS)

    def loss_of(x: Any, t: Any) -> Any:
        state, outputs = None, []
        for part in x:
            state = model(part, state)
            outputs.append(state[0])
        return nn.functional.mse_loss(torch.stack(outputs), t)

    return model, loss_of, sequences()


def _n_step_lstm() -> tuple[Any, ...]:
    model = nn.LSTM(LSTM_UNITS, LSTM_UNITS)
    return model, lambda x, t: nn.functional.mse_loss(model(x)[0], t), sequences()
