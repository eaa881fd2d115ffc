# code: constant-data
# where: fc
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training


class P(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(8, 2)

    def forward(self, x):
        return self.fc(x)


rs = np.random.RandomState(1)
raw = rs.rand(80, 8)
T = (raw[:, 0] > 0.5).astype("i")
X = raw.astype(int).astype("f")  # faulty guilty
X = raw.astype("f")  # healthy
m = L.Classifier(P())
o = chainer.optimizers.Adam(0.05).setup(m)
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(X, T), 20)
training.Trainer(training.StandardUpdater(it, o), (30, "iteration"), out="r").run()
