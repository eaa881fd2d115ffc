import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

class VQ(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.encoder = chainer.Sequential(L.Linear(8, 16), F.relu, L.Linear(16, 4))
            self.decoder = chainer.Sequential(L.Linear(4, 16), F.relu, L.Linear(16, 8))
            self.book = chainer.Parameter(np.random.RandomState(2).randn(10, 4).astype(np.float32) * 0.3)

    def forward(self, x):
        z = self.encoder(x)
        far = ((z.array[:, None] - self.book.array[None]) ** 2).sum(axis=2)
        q = F.embed_id(far.argmin(axis=1).astype(np.int32), self.book)
        through = z + (q.array - z.array)
        rebuilt = F.mean_squared_error(self.decoder(through), x)
        return rebuilt + F.mean_squared_error(q, z.array) + 0.25 * F.mean_squared_error(z, q.array)


rng = np.random.RandomState(3)
data = (rng.randint(0, 4, (200, 1)) * np.ones((1, 8)) * 0.5 + rng.randn(200, 8) * 0.1).astype(np.float32)
model = VQ()
optimizer = chainer.optimizers.Adam(3e-3).setup(model)
for step in range(30):
    rows = rng.randint(0, 200, 32)
    model.cleargrads()
    model(data[rows]).backward()
    optimizer.update()
