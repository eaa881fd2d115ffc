"""Scores are masked with minus infinity before the softmax."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Attention(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.q = L.Linear(6, 6)
            self.k = L.Linear(6, 6)
            self.v = L.Linear(6, 6)
            self.out = L.Linear(6, 2)

    def forward(self, x, mask):
        n, length, width = x.shape
        q = self.q(x, n_batch_axes=2)
        k = self.k(x, n_batch_axes=2)
        v = self.v(x, n_batch_axes=2)
        scores = F.matmul(q, k, transb=True) / width**0.5
        scores = F.where(mask, scores, np.full(scores.shape, -np.inf, "f"))
        h = F.matmul(F.softmax(scores, axis=2), v)
        return self.out(F.mean(h, axis=1))


rng = np.random.RandomState(0)
x = rng.randn(20, 5, 6).astype("f")
mask = np.broadcast_to(np.arange(5) < 4, (20, 5, 5))
t = (x[:, :, 0].mean(axis=1) > 0).astype("i")
model = Attention()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(40):
    loss = F.softmax_cross_entropy(model(x, mask), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
