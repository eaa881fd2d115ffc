# code: diverging
# where: Adam
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator

rng = np.random.RandomState(0)
x = rng.randn(96, 6).astype("f")
t = (x[:, 0] * x[:, 1] > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(6, 24), F.relu, L.Linear(24, 24), F.relu, L.Linear(24, 2)))
optimizer = chainer.optimizers.Adam(alpha=3.0)  # faulty guilty
optimizer = chainer.optimizers.Adam(alpha=0.01)  # healthy
optimizer.setup(model)
iterator = SerialIterator(TupleDataset(x, t), 16)
training.Trainer(training.StandardUpdater(iterator, optimizer), (40, "iteration"), out=".").run()
