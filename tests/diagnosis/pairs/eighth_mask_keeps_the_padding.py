# code: mask-inverted
# where: softmax
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(119)
V, D, T = 25, 16, 8


class Pool(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.emb = L.EmbedID(V, D)
            self.att = L.Linear(D, 1)
            self.cls = L.Linear(D, 3)

    def forward(self, ids, mask):
        b = len(ids)
        e = self.emb(ids)
        s = F.reshape(self.att(F.reshape(e, (-1, D))), (b, T))
        low = np.full((b, T), -1e4, np.float32)
        s = F.where(mask, low, s)  # faulty guilty
        s = F.where(mask, s, low)  # healthy
        w = F.softmax(s, axis=1)
        return self.cls(F.sum(F.broadcast_to(w[:, :, None], e.shape) * e, axis=1))


model = Pool()
opt = chainer.optimizers.Adam(0.01)
opt.setup(model)
for it in range(120):
    n = np.random.randint(3, T, 32)
    mask = np.arange(T)[None] < n[:, None]
    ids = np.random.randint(4, V, (32, T))
    t = np.random.randint(0, 3, 32)
    ids[np.arange(32), (np.random.rand(32) * n).astype(int)] = t + 1
    ids[~mask] = 0
    loss = F.softmax_cross_entropy(model(ids.astype(np.int32), mask), t.astype(np.int32))
    model.cleargrads()
    loss.backward()
    opt.update()
