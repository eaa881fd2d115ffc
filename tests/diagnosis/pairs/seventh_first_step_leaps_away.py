# code: diverging
# where: Adam
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(12)
VOCAB = 200


class BoW(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.emb = L.EmbedID(VOCAB, 30, ignore_label=-1)
            self.l1 = L.Linear(30, 30)
            self.l2 = L.Linear(30, 2)

    def __call__(self, xs):
        e = F.mean(self.emb(xs), axis=1)
        return self.l2(F.relu(self.l1(e)))


def docs(n):
    t = np.random.randint(0, 2, n)
    xs = np.full((n, 12), -1, np.int32)
    for i in range(n):
        k = np.random.randint(5, 13)
        lo = 0 if t[i] == 0 else 80
        xs[i, :k] = np.random.randint(lo, lo + 120, k)
    return xs, t.astype(np.int32)


xs, ts = docs(1500)
model = L.Classifier(BoW())
opt = chainer.optimizers.Adam(alpha=1.0)  # faulty guilty
opt = chainer.optimizers.Adam(alpha=0.003)  # healthy
opt.setup(model)
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(xs, ts), 30)
up = chainer.training.StandardUpdater(it, opt)
tr = chainer.training.Trainer(up, (5, 'epoch'), out='res')
tr.extend(chainer.training.extensions.LogReport(trigger=(1, 'epoch')))
tr.run()
