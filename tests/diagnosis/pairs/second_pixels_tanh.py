# code: unscaled-inputs
# where: l0
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training

rs = np.random.RandomState(1)
X = rs.randint(0, 256, size=(150, 12)).astype(np.float32)  # guilty
T = (X[:, 0] > X[:, 1]).astype(np.int32)
X /= 255.0  # healthy


class N(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l0 = L.Linear(12, 16)
            self.l1 = L.Linear(16, 16)
            self.l2 = L.Linear(16, 2)

    def forward(self, x):
        return self.l2(F.tanh(self.l1(F.tanh(self.l0(x)))))


m = L.Classifier(N())
opt = chainer.optimizers.SGD(0.1).setup(m)
train = chainer.datasets.TupleDataset(X, T)
it = chainer.iterators.SerialIterator(train, 30)
training.Trainer(training.StandardUpdater(it, opt), (60, "iteration"), out="r").run()
