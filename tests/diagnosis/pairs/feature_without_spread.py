# code: nan-in-data
# where: fc
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator

rng = np.random.RandomState(0)
raw = rng.randn(60, 4)
raw[:, 1] = 7
x = (raw - raw.mean(axis=0)) / raw.std(axis=0)  # faulty guilty
x = (raw - raw.mean(axis=0)) / (raw.std(axis=0) + 1e-6)  # healthy
y = raw[:, :1].astype("f")


class Regressor(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(4, 1)

    def forward(self, x, y):
        return F.mean_squared_error(self.fc(x), y)


optimizer = chainer.optimizers.Adam(0.05).setup(Regressor())
iterator = SerialIterator(TupleDataset(x.astype("f"), y), 20)
training.Trainer(training.StandardUpdater(iterator, optimizer), (10, "iteration"), out=".").run()
