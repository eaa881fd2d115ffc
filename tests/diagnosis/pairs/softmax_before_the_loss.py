# code: softmax-twice
# where: softmax
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
            self.l1 = L.Linear(4, 12)
            self.l2 = L.Linear(12, 3)

    def forward(self, x):
        h = F.relu(self.l1(x))
        return F.softmax(self.l2(h))  # faulty guilty
        return self.l2(h)  # healthy


rng = np.random.RandomState(0)
x = rng.randn(90, 4).astype("f")
t = x[:, :3].argmax(axis=1).astype("i")
model = L.Classifier(Net())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
iterator = SerialIterator(TupleDataset(x, t), 30)
training.Trainer(training.StandardUpdater(iterator, optimizer), (30, "iteration"), out=".").run()
