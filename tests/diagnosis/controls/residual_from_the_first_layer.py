"""A layer whose output goes straight into a block and, past it, on to the sum."""
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training

class Res(chainer.Chain):
    def __init__(self, n, d):
        super().__init__()
        with self.init_scope():
            self.inp = L.Linear(3, d)
            self.blocks = chainer.ChainList(*[L.Linear(d, d) for _ in range(n)])
            self.out = L.Linear(d, 1)
    def forward(self, x, t):
        h = self.inp(x)
        for b in self.blocks:
            h = h + F.relu(b(h)) * .5
        return F.mean_squared_error(self.out(h), t)

r = np.random.RandomState(27)
x = r.randn(300, 3).astype('f'); t = np.sin(x.sum(1, keepdims=True))
np.random.seed(27)
m = Res(4, 16)
o = chainer.optimizers.Adam(); o.setup(m)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x, t)), 30), o), (80, 'iteration'), out='result').run()
