# code: wrong-axis
# where: mean
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer.training import StandardUpdater, Trainer

class BagOfVectors(chainer.Chain):
    def __init__(self, vocab, d, k):
        super().__init__()
        with self.init_scope():
            self.table = L.EmbedID(vocab, d)
            self.cls = L.Linear(d, k)
    def forward(self, ids, t):
        e = self.table(ids)
        h = F.mean(e, axis=0)  # faulty guilty
        h = F.mean(e, axis=1)  # healthy
        y = self.cls(F.tanh(h))
        loss = F.softmax_cross_entropy(y, t)
        chainer.report({'loss': loss, 'acc': F.accuracy(y, t)}, self)
        return loss

r = np.random.RandomState(5)
t = r.randint(0, 3, 320).astype('i')
ids = (r.randint(0, 12, (320, 16)) + 12 * t[:, None]).astype('i')
np.random.seed(5)
m = BagOfVectors(36, 20, 3)
o = chainer.optimizers.Adam(5e-3); o.setup(m)
Trainer(StandardUpdater(chainer.iterators.SerialIterator(list(zip(ids, t)), 16), o), (100, 'iteration'), out='result').run()
