# code: symmetric-weights
# where: l1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 10, initialW=chainer.initializers.Zero())  # faulty guilty
            self.l2 = L.Linear(10, 2, initialW=chainer.initializers.Zero())  # faulty
            self.l1 = L.Linear(4, 10)  # healthy
            self.l2 = L.Linear(10, 2)  # healthy

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


rng = np.random.RandomState(0)
x = rng.randn(40, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Net())
optimizer = chainer.optimizers.Adam(0.05).setup(model)
iterator = SerialIterator(TupleDataset(x, t), 20)
training.Trainer(training.StandardUpdater(iterator, optimizer), (20, "iteration"), out=".").run()
