# code: equal-parameters
# where: right
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

class TwoTowers(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.left = L.Linear(6, 10)
            self.right = self.left.copy(mode="share")  # faulty guilty
            self.right = self.left.copy(mode="init")  # healthy
            self.out = L.Linear(20, 1)

    def forward(self, a, b):
        return self.out(F.concat([F.relu(self.left(a)), F.tanh(self.right(b))]))


rng = np.random.RandomState(2)
a, b = rng.randn(2, 80, 6).astype(np.float32)
y = a[:, :1] - 2 * b[:, :1]
model = TwoTowers()
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for step in range(20):
    rows = rng.randint(0, 80, 20)
    loss = F.mean_squared_error(model(a[rows], b[rows]), y[rows])
    model.cleargrads()
    loss.backward()
    optimizer.update()
