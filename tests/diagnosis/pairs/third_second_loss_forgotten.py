# code: unused-parameter
# where: aux
import numpy as np, chainer, chainer.functions as F, chainer.links as L


class T(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.body = L.Linear(4, 8)
            self.main = L.Linear(8, 2)
            self.aux = L.Linear(8, 1)

    def forward(self, x, t, y):
        h = F.relu(self.body(x))
        l1 = F.softmax_cross_entropy(self.main(h), t)
        l2 = F.mean_squared_error(self.aux(h), y)  # guilty
        return l1  # faulty
        return l1 + l2  # healthy


r = np.random.RandomState(9)
x = r.randn(64, 4).astype("f")
t = (x[:, 1] > 0).astype("i")
y = x[:, :1]
m = T()
o = chainer.optimizers.Adam(0.02).setup(m)
for i in range(20):
    o.update(m, x, t, y)
