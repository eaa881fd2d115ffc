"""A link with two parameters and the trainer of a small classifier, for tests of optimizers and of training."""

from __future__ import annotations

import numpy

import engine
from engine import Link, Parameter, training
from engine import functions as F
from engine import links as L

X = numpy.random.RandomState(0).rand(12, 4).astype("f4")
T = (numpy.arange(12) % 3).astype("i4")


class Two(Link):
    """A link with two parameters."""

    def __init__(self, dtype="f8"):
        super().__init__()
        with self.init_scope():
            self.p = Parameter(numpy.array([1, -2, 3], dtype))
            self.q = Parameter(numpy.array([[4]], dtype))

    def forward(self):
        return F.sum(self.p * self.p) + F.sum(self.q)


def give_gradients(link, step):
    rng = numpy.random.RandomState(step)
    for param in link.params():
        param.grad = rng.normal(size=param.shape).astype(param.dtype)


def make_trainer(out, stop=(2, "epoch"), **options):
    """Three iterations an epoch."""
    numpy.random.seed(0)
    optimizer = engine.optimizers.SGD(0.1).setup(L.Classifier(L.Linear(4, 3)))
    iterator = engine.iterators.SerialIterator(engine.datasets.TupleDataset(X, T), 4)
    return training.Trainer(training.StandardUpdater(iterator, optimizer, **options), stop, out=str(out))
