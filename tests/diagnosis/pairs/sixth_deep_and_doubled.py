# code: exploding-gradient
# where: layers
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

class Deep(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.layers = chainer.ChainList(*[L.Linear(16, 16) for _ in range(16)])  # guilty
            self.out = L.Linear(16, 1)

    def forward(self, x):
        for layer in self.layers:
            x = F.tanh(9 * layer(x))  # faulty guilty
            x = x + 0.3 * F.tanh(layer(x))  # healthy
        return self.out(x)


rng = np.random.RandomState(4)
x = rng.randn(100, 16).astype(np.float32)
y = x[:, :1] * 0.5
model = Deep()
optimizer = chainer.optimizers.SGD(1e-5)  # faulty
optimizer = chainer.optimizers.SGD(1e-2)  # healthy
optimizer.setup(model)
for step in range(25):
    rows = rng.randint(0, 100, 25)
    optimizer.update(lambda: F.mean_squared_error(model(x[rows]), y[rows]))
