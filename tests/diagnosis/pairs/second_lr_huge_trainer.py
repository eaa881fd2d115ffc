# code: diverging
# where: SGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training


class Reg(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(5, 20)
            self.b = L.Linear(20, 1)

    def forward(self, x, y):
        loss = F.mean_squared_error(self.b(F.tanh(self.a(x))), y)
        chainer.report({"loss": loss}, self)
        return loss


rs = np.random.RandomState(1)
x = rs.randn(100, 5).astype("f")
y = (x @ rs.randn(5, 1)).astype("f")
opt = chainer.optimizers.SGD(lr=20.0)  # faulty guilty
opt = chainer.optimizers.SGD(lr=0.05)  # healthy
opt.setup(Reg())
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x, y), 25)
training.Trainer(training.StandardUpdater(it, opt), (40, "iteration"), out="r").run()
