"""The measured training steps in Chainer's API, for our engine and for real Chainer.

One step is forward, loss, clearing the gradients, backward and SGD update.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable
from typing import Any

from batches import LSTM_UNITS, PERCEPTRONS, images, rows, sequences

__all__ = ["step_of"]


def step_of(package: str, workload: str, device: str = "@numpy") -> Callable[[], object]:
    """The training step of a workload with `engine` or `chainer`, on a device such as `@cupy:0`."""
    ch = importlib.import_module(package)
    if workload in PERCEPTRONS:
        model, loss_of, batches = _perceptron(ch, *PERCEPTRONS[workload])
    else:
        model, loss_of, batches = {"LeNet": _lenet, "LSTM": _lstm, "NStepLSTM": _n_step_lstm}[workload](ch)
    if device != "@numpy":
        model.to_device(device)
        send = ch.get_device(device).send
        batches = [(send(x), send(t)) for x, t in batches]
    optimizer = ch.optimizers.SGD(lr=0.01)
    optimizer.setup(model)
    turn = itertools.cycle(batches)

    def step() -> None:
        x, t = next(turn)
        loss = loss_of(x, t)
        model.cleargrads()
        loss.backward()
        optimizer.update()

    return step


def _perceptron(ch: Any, sizes: tuple[int, ...], batch: int) -> tuple[Any, ...]:
    F, L = ch.functions, ch.links

    class MLP(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                for place, (inputs, outputs) in enumerate(itertools.pairwise(sizes), 1):
                    setattr(self, f"l{place}", L.Linear(inputs, outputs))

        def forward(self, x):
            for place in range(1, len(sizes) - 1):
                x = F.relu(getattr(self, f"l{place}")(x))
            return getattr(self, f"l{len(sizes) - 1}")(x)

    model = MLP()
    loss = F.mean_squared_error if sizes[-1] == 1 else F.softmax_cross_entropy
    return model, lambda x, t: loss(model(x), t), rows(sizes, batch)


def _lenet(ch: Any) -> tuple[Any, ...]:
    F, L = ch.functions, ch.links

    class LeNet(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                self.c1 = L.Convolution2D(1, 6, 5, pad=2)
                self.c2 = L.Convolution2D(6, 16, 5)
                self.l3 = L.Linear(400, 120)
                self.l4 = L.Linear(120, 84)
                self.l5 = L.Linear(84, 10)

        def forward(self, x):
            x = F.max_pooling_2d(F.relu(self.c1(x)), 2)
            x = F.max_pooling_2d(F.relu(self.c2(x)), 2)
            return self.l5(F.relu(self.l4(F.relu(self.l3(x)))))

    model = LeNet()
    return model, lambda x, t: F.softmax_cross_entropy(model(x), t), images()


def _lstm(ch: Any) -> tuple[Any, ...]:
    F = ch.functions
    model = ch.links.LSTM(LSTM_UNITS, LSTM_UNITS)

    def loss_of(x: Any, t: Any) -> Any:
        model.reset_state()
        return F.mean_squared_error(F.stack([model(part) for part in x]), t)

    return model, loss_of, sequences()


def _n_step_lstm(ch: Any) -> tuple[Any, ...]:
    F = ch.functions
    model = ch.links.NStepLSTM(1, LSTM_UNITS, LSTM_UNITS, 0.0)

    def loss_of(x: Any, t: Any) -> Any:
        ys = model(None, None, list(x.swapaxes(0, 1)))[2]
        return F.mean_squared_error(F.stack(ys), t.swapaxes(0, 1))

    return model, loss_of, sequences()
