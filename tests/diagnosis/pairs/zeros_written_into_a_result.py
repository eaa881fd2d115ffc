# code: changed-in-place
# where: predictor.a
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training

class Unit(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(8, 16); self.b = L.Linear(16, 2)
    def forward(self, x):
        h = F.tanh(self.a(x))
        y = self.b(h)
        h.data[:, ::2] = 0  # faulty guilty
        return y

r = np.random.RandomState(30); np.random.seed(30)
x = r.randn(300, 8).astype('f'); t = (x[:, 2] > x[:, 6]).astype('i')
clf = L.Classifier(Unit()); o = chainer.optimizers.Adam(); o.setup(clf)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x, t)), 30), o), (6, 'epoch'), out='result').run()
