"""Whole training steps: every value that a learner would look at, step by step."""

from __future__ import annotations

import pathlib

import numpy as np

__all__ = ["CASES"]

DIGITS = pathlib.Path(__file__).parents[3] / "samples" / "data" / "digits.csv.gz"


def note_parameters(arrays, prefix, model):
    """Add value and gradient of each parameter of `model` to `arrays`."""
    for path, parameter in sorted(model.namedparams()):
        arrays[f"{prefix}{path}"] = parameter.array.copy()
        if parameter.grad is not None:
            arrays[f"{prefix}{path}.grad"] = parameter.grad.copy()


def make_perceptron(ch, sizes, activation):
    """A perceptron whose forward() is called directly, as in the script that this project began from."""

    class MLP(ch.Chain):
        def __init__(self):
            super().__init__()
            with self.init_scope():
                self.l1 = ch.links.Linear(sizes[0], sizes[1])
                self.l2 = ch.links.Linear(sizes[1], sizes[2])

        def forward(self, x):
            return self.l2(activation(self.l1(x)))

    return MLP()


def seed_step(ch):
    """The 2-3-1 perceptron: forward, mean squared error, cleargrads, backward, SGD; three times."""
    F = ch.functions
    model = make_perceptron(ch, (2, 3, 1), F.relu)
    optimizer = ch.optimizers.SGD()
    optimizer.setup(model)
    x = ch.Variable(np.array([[1.0, 2.0]], "f4"))
    t = ch.Variable(np.array([[1.0]], "f4"))
    arrays = {}
    note_parameters(arrays, "initial", model)
    for step in range(3):
        y = model.forward(x)
        loss = F.mean_squared_error(y, t)
        model.cleargrads()
        x.cleargrad()
        loss.backward(retain_grad=True)
        arrays |= {
            f"{step}.y": y.array,
            f"{step}.loss": loss.array,
            f"{step}.gy": y.grad,
            f"{step}.gx": x.grad,
        }
        optimizer.update()
        note_parameters(arrays, f"{step}", model)
    return arrays


def xor_steps(ch):
    """The first five steps of the XOR sample."""
    F = ch.functions
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "f4")
    t = np.array([[0], [1], [1], [0]], "i4")
    model = make_perceptron(ch, (2, 4, 1), F.tanh)
    optimizer = ch.optimizers.MomentumSGD(lr=0.1, momentum=0.9)
    optimizer.setup(model)
    arrays = {}
    for step in range(5):
        loss = F.sigmoid_cross_entropy(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        arrays[f"{step}.loss"] = loss.array
        note_parameters(arrays, f"{step}", model)
    return arrays


def digits_steps(ch):
    """The first four steps of a classifier of digits: late sizes, dropout, weight decay, shuffled batches."""
    F = ch.functions
    table = np.loadtxt(DIGITS, delimiter=",", dtype=np.int32, max_rows=200)
    pixels, labels = (table[:, :64] / 16).astype("f4"), table[:, 64]
    model = ch.links.Classifier(
        make_perceptron(ch, (None, 32, 10), lambda h: F.dropout(F.relu(h), ratio=0.2))
    )
    optimizer = ch.optimizers.MomentumSGD(lr=0.1)
    optimizer.setup(model)
    optimizer.add_hook(ch.optimizer_hooks.WeightDecay(1e-4))
    batches = ch.iterators.SerialIterator(ch.datasets.TupleDataset(pixels, labels), 50)
    arrays = {}
    for step in range(4):
        x, t = ch.dataset.concat_examples(batches.next())
        loss = model(x, t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
        arrays |= {f"{step}.t": t, f"{step}.loss": loss.array, f"{step}.accuracy": model.accuracy.array}
        note_parameters(arrays, f"{step}", model)
    with ch.using_config("train", False), ch.no_backprop_mode():
        arrays["answers"] = model.predictor(pixels[:10]).array
    return arrays


CASES = {"seed_step": seed_step, "xor_steps": xor_steps, "digits_steps": digits_steps}
