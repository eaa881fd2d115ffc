# code: nan-in-forward
# where: softmax
import numpy as np, chainer
import chainer.functions as F, chainer.links as L
from chainer import training

class Attend(chainer.Chain):
    def __init__(self, v, d):
        super().__init__()
        with self.init_scope():
            self.emb = L.EmbedID(v, d, ignore_label=0)
            self.q = L.Linear(d, 1)
            self.out = L.Linear(d, 2)
    def forward(self, ids, t):
        B, T = ids.shape
        e = self.emb(ids)
        s = F.reshape(self.q(F.reshape(e, (B * T, -1))), (B, T))
        neg = np.full((B, T), -np.inf, 'f')  # faulty
        neg = np.full((B, T), -1e4, 'f')  # healthy
        s = F.where(ids > 0, s, neg)
        w = F.softmax(s, axis=1)  # guilty
        c = F.sum(F.broadcast_to(w[:, :, None], e.shape) * e, axis=1)
        return F.softmax_cross_entropy(self.out(c), t)

r = np.random.RandomState(7)
rows = []
for i in range(300):
    n = 0 if i == 41 else r.randint(2, 9)
    row = np.zeros(9, 'i'); row[:n] = r.randint(1, 20, n)
    rows.append((row, np.int32((row > 12).sum() > n / 3.)))
np.random.seed(7)
m = Attend(20, 16); o = chainer.optimizers.Adam(5e-3); o.setup(m)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(rows, 20, shuffle=False), o), (6, 'epoch'), out='result').run()
