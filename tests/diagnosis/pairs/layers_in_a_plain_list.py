# code: not-registered
# where: layers
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator


class Deep(chainer.Chain):
    def __init__(self):
        super().__init__()
        layers = [L.Linear(4, 8), L.Linear(8, 8)]  # guilty
        with self.init_scope():
            self.layers = chainer.ChainList(*layers)  # healthy
            self.head = L.Linear(8, 2)
        self.layers = layers  # faulty

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(x)


rng = np.random.RandomState(0)
x = rng.randn(64, 4).astype(np.float32)
t = (x[:, 0] + x[:, 1] > 0).astype(np.int32)
model = L.Classifier(Deep())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
updater = training.StandardUpdater(SerialIterator(TupleDataset(x, t), 16), optimizer)
training.Trainer(updater, (16, "iteration"), out=".").run()
