# Attention that looks at the one word that is marked, from early on: sure of itself, and rightly so.
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Pointer(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.score = L.Linear(6, 1)
            self.head = L.Linear(6, 2)

    def forward(self, x):
        n, length, width = x.shape
        scores = F.reshape(self.score(F.reshape(x, (-1, width))), (n, length))
        word = F.sum(F.broadcast_to(F.softmax(scores)[:, :, None], x.shape) * x, axis=1)
        return self.head(word)


random = np.random.RandomState(6)
x = random.randn(60, 5, 6).astype(np.float32)
marked = random.randint(0, 5, 60)
x[:, :, 0] = 0
x[np.arange(60), marked, 0] = 12
t = (x[np.arange(60), marked, 1] > 0).astype(np.int32)
model = Pointer()
optimizer = chainer.optimizers.Adam(0.05).setup(model)
for _ in range(60):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
