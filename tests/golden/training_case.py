"""A perceptron trained by Trainer, Evaluator and LogReport: the same code for real Chainer and for the engine."""

from __future__ import annotations

import json
import pathlib

import numpy as np

__all__ = ["make_trainer", "train"]

EPOCHS = 4


def make_trainer(ch, out, epochs=EPOCHS):
    """A trainer of a perceptron on noisy points of three classes; the seed is set here."""
    np.random.seed(7)
    F, L, training = ch.functions, ch.links, ch.training
    extensions = training.extensions
    t = np.random.randint(0, 3, 96).astype("i4")
    x = (np.eye(3)[t] @ np.random.normal(size=(3, 5)) + np.random.normal(size=(96, 5))).astype("f4")
    dataset = ch.datasets.TupleDataset(x, t)
    model = L.Classifier(ch.Sequential(L.Linear(None, 8), F.relu, L.Linear(8, 6), F.tanh, L.Linear(6, 3)))
    optimizer = ch.optimizers.Adam(0.01).setup(model)
    train_iterator = ch.iterators.SerialIterator(dataset, 16)
    test_iterator = ch.iterators.SerialIterator(dataset, 32, repeat=False, shuffle=False)
    updater = training.StandardUpdater(train_iterator, optimizer)
    trainer = training.Trainer(updater, (epochs, "epoch"), out=str(out))
    trainer.extend(extensions.Evaluator(test_iterator, model))
    trainer.extend(extensions.ExponentialShift("alpha", 0.9), trigger=(1, "epoch"))
    trainer.extend(extensions.observe_value("alpha", lambda trainer: optimizer.alpha))
    trainer.extend(extensions.LogReport())
    trainer.extend(extensions.snapshot(), trigger=(2, "epoch"))
    return trainer


def train(ch, out):
    """Train, and give the entries of the log without the times."""
    make_trainer(ch, out).run()
    entries = json.loads((pathlib.Path(out) / "log").read_text(encoding="utf-8"))
    for entry in entries:
        assert entry.pop("elapsed_time") > 0
    return entries
