# code: saturated
# where: Attention
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Attention(chainer.Chain):
    def __init__(self, width):
        super().__init__()
        with self.init_scope():
            self.query = L.Linear(width, width, nobias=True)
            self.key = L.Linear(width, width, nobias=True)
            self.head = L.Linear(width, 2)
        self.width = width

    def forward(self, x):
        n, length, width = x.shape
        flat = F.reshape(x, (-1, width))
        q = F.reshape(self.query(flat), x.shape)
        k = F.reshape(self.key(flat), x.shape)
        scores = F.matmul(q, k, transb=True) * 1.0  # faulty
        scores = F.matmul(q, k, transb=True) / self.width**0.5  # healthy
        weights = F.softmax(scores, axis=2)  # guilty
        return self.head(F.mean(F.matmul(weights, x), axis=1))


random = np.random.RandomState(8)
x = 2 * random.randn(24, 6, 256).astype(np.float32)
t = (x[:, :, 0].mean(axis=1) > 0).astype(np.int32)
model = Attention(256)
optimizer = chainer.optimizers.SGD(1e-4).setup(model)
for _ in range(20):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
