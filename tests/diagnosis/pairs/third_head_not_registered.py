# code: not-registered
# where: head
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 4, 3)
            self.head = L.Linear(4 * 16, 2)  # healthy
        self.head = L.Linear(4 * 16, 2)  # faulty guilty

    def forward(self, x):
        return self.head(F.relu(self.conv(x)))


r = np.random.RandomState(9)
x = r.rand(48, 1, 6, 6).astype("f")
t = (x[:, 0, 0, 0] > 0.5).astype("i")
opt = chainer.optimizers.MomentumSGD(0.05).setup(L.Classifier(Net()))
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x, t), 16)
training.Trainer(training.StandardUpdater(it, opt), (12, "iteration"), out="o").run()
