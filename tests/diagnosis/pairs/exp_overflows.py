# code: nan-in-forward
# where: exp
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Poisson(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.rate = L.Linear(3, 1)

    def forward(self, x, k):
        eta = self.rate(x)
        lam = F.exp(eta)  # guilty
        return F.mean(lam - k * eta)


rng = np.random.RandomState(0)
x = rng.rand(20, 3).astype("f")
x[7] = 400  # faulty
k = rng.poisson(2, (20, 1)).astype("f")
model = Poisson()
model.rate.W.array[:] = 0.2
optimizer = chainer.optimizers.Adam(0.001).setup(model)
for i in range(10):
    optimizer.update(model, x, k)
