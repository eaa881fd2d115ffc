# code: nan-in-data
# where: Regressor
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Regressor(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(2, 8)
            self.l2 = L.Linear(8, 1)

    def forward(self, x, y):
        return F.mean_squared_error(self.l2(F.relu(self.l1(x))), y)


rs = np.random.RandomState(1)
x = rs.rand(60, 2).astype("f")
y = np.log(x[:, :1] - 0.05)  # faulty guilty
y = np.log(x[:, :1] + 0.05)  # healthy
m = Regressor()
o = chainer.optimizers.Adam(0.01).setup(m)
for ep in range(3):
    for i in range(0, 60, 20):
        o.update(m, x[i:i + 20], y[i:i + 20])
