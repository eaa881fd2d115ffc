# code: initial-scale
# where: hh
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer.training import StandardUpdater, Trainer

class Elman(chainer.Chain):
    def __init__(self, n_in, n_hid, n_out):
        super().__init__()
        with self.init_scope():
            self.xh = L.Linear(n_in, n_hid)
            self.hh = L.Linear(n_hid, n_hid, initialW=chainer.initializers.Normal(0.6))  # faulty guilty
            self.hh = L.Linear(n_hid, n_hid, initialW=chainer.initializers.Orthogonal(0.9))  # healthy
            self.hy = L.Linear(n_hid, n_out)
    def forward(self, xs):
        h = np.zeros((xs.shape[0], self.hh.W.shape[0]), 'f')
        for k in range(xs.shape[1]):
            h = F.relu(self.xh(xs[:, k]) + self.hh(h))
        return self.hy(h)

class Task(chainer.Chain):
    def __init__(self, net):
        super().__init__()
        with self.init_scope():
            self.net = net
    def forward(self, xs, t):
        return F.mean_squared_error(self.net(xs), t)

np.random.seed(9)
xs = np.random.randn(256, 25, 2).astype('f')
t = xs[:, :, 0].mean(1, keepdims=True).astype('f')
task = Task(Elman(2, 24, 1))
o = chainer.optimizers.SGD(lr=0.01)
o.setup(task)
u = StandardUpdater(chainer.iterators.SerialIterator(list(zip(xs, t)), 32), o)
Trainer(u, (40, 'iteration'), out='result').run()
