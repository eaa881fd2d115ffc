# code: constant-data
# where: Net.a
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training

class Synthetic(chainer.dataset.DatasetMixin):
    def __init__(self, n):
        self.n = n
    def __len__(self):
        return self.n
    def get_example(self, i):
        g = np.random.RandomState(0)  # faulty guilty
        g = np.random.RandomState(i)  # healthy
        x = g.rand(10).astype('f')  # guilty
        return x, np.float32([x[0] * 2 - x[4]])  # guilty

class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(10, 16); self.b = L.Linear(16, 1)
    def forward(self, x, t):
        loss = F.mean_squared_error(self.b(F.relu(self.a(x))), t)
        chainer.report({'loss': loss}, self)
        return loss

np.random.seed(0)
m = Net(); o = chainer.optimizers.Adam(); o.setup(m)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(Synthetic(400), 20), o), (4, 'epoch'), out='result').run()
