"""Negative sampling sums over the batch, as it always does, and Adam's steps don't depend on the scale."""
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(2)
words = np.random.choice(60, 3000, p=np.r_[np.full(10, 0.05), np.full(50, 0.01)]).astype("i")
words[1::2] = (words[::2] + 1) % 60
counts = np.bincount(words, minlength=60).tolist()


class SkipGram(chainer.Chain):
    def __init__(self, size):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(60, size, initialW=chainer.initializers.Uniform(1.0 / size))
            self.loss = L.NegativeSampling(size, counts, 5)

    def forward(self, x, around):
        e = self.embed(around)
        n, width, size = e.shape
        x = np.broadcast_to(x[:, None], (n, width)).reshape(-1)
        return self.loss(F.reshape(e, (n * width, size)), x)


model = SkipGram(20)
optimizer = chainer.optimizers.Adam().setup(model)
for i in range(150):
    at = np.random.randint(1, 2998, 50)
    optimizer.update(model, words[at], np.stack([words[at - 1], words[at + 1]], 1))
