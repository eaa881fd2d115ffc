# code: graph-cut
# where: Triplet.f
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training

class Triplet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.f = L.Linear(9, 24); self.g = L.Linear(24, 5)
    def embed(self, x):
        return self.g(F.relu(self.f(x)))
    def forward(self, a, p, n):
        d1 = F.sum((self.embed(a) - self.embed(p)) ** 2, axis=1)
        d2 = F.sum((self.embed(a) - self.embed(n)) ** 2, axis=1)
        per = F.relu(d1 - d2 + .5)
        loss = chainer.Variable(np.array(per.array.mean()))  # faulty guilty
        loss = F.mean(per)  # healthy
        chainer.report({'loss': loss}, self)
        return loss

r = np.random.RandomState(5); np.random.seed(5)
C = r.randn(4, 9)
def draw():
    i, j = r.choice(4, 2, replace=False)
    f = lambda c: (C[c] + .3 * r.randn(9)).astype('f')
    return f(i), f(i), f(j)
m = Triplet(); o = chainer.optimizers.Adam(2e-3); o.setup(m)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator([draw() for _ in range(200)], 20), o), (6, 'epoch'), out='result').run()
