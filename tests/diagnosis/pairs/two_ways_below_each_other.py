# code: mixing-reshape
# where: reshape
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training

class BiTagger(chainer.Chain):
    def __init__(self, v, d):
        super().__init__()
        with self.init_scope():
            self.e = L.EmbedID(v, d); self.fw = L.Linear(d, d); self.bw = L.Linear(d, d); self.o = L.Linear(2 * d, 2)
    def forward(self, ids, t):
        e = self.e(ids)
        a = F.tanh(self.fw(e[:, 0] + e[:, 1]))
        b = F.tanh(self.bw(e[:, 3] + e[:, 2]))
        h = F.reshape(F.concat([a, b], axis=0), (len(ids), -1))  # faulty guilty
        h = F.concat([a, b], axis=1)  # healthy
        loss = F.softmax_cross_entropy(self.o(h), t)
        chainer.report({'loss': loss}, self)
        return loss

r = np.random.RandomState(19); np.random.seed(19)
ids = r.randint(0, 30, (400, 4)).astype('i'); t = (ids[:, 0] > ids[:, 3]).astype('i')
m = BiTagger(30, 12); o = chainer.optimizers.Adam(5e-3); o.setup(m)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(ids, t)), 20), o), (4, 'epoch'), out='result').run()
