# code: weight-decay-too-strong
# where: sum
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training

class WithPenalty(chainer.Chain):
    def __init__(self, beta):
        super().__init__()
        self.beta = beta
        with self.init_scope():
            self.a = L.Linear(8, 32); self.b = L.Linear(32, 4)
    def forward(self, x, t):
        y = self.b(F.relu(self.a(x)))
        reg = sum(F.sum(F.square(p)) for p in self.params())
        loss = F.softmax_cross_entropy(y, t) + self.beta * reg  # guilty
        chainer.report({'loss': loss}, self)
        return loss

r = np.random.RandomState(7); np.random.seed(7)
x = r.randn(400, 8).astype('f'); t = x[:, :4].argmax(1).astype('i')
m = WithPenalty(beta=1.0)  # faulty guilty
m = WithPenalty(beta=1e-4)  # healthy
o = chainer.optimizers.SGD(.05); o.setup(m)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x, t)), 20), o), (8, 'epoch'), out='result').run()
