import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(14)


class Block(chainer.Chain):
    def __init__(self, n):
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(n, n)

    def forward(self, x):
        size = np.sqrt((x.array**2).mean(axis=1, keepdims=True)) + 1e-3
        return x + F.relu(self.fc(x / np.broadcast_to(size, x.shape)))


model = L.Classifier(chainer.Sequential(L.Linear(8, 12), Block(12), Block(12), L.Linear(12, 3)))
optimizer = chainer.optimizers.Adam(3e-3).setup(model)
x = rng.randn(120, 8).astype(np.float32)
t = x[:, :3].argmax(axis=1).astype(np.int32)
for step in range(30):
    rows = rng.randint(0, 120, 30)
    optimizer.update(model, x[rows], t[rows])
