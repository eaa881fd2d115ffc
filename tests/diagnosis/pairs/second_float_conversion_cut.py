# code: graph-cut
# where: lin
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(3)
x = rs.randn(40, 3).astype("f")
y = (x ** 2).sum(axis=1, keepdims=True)


class Q(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.lin = L.Linear(3, 10)
            self.out = L.Linear(10, 1)

    def forward(self, x):
        z = self.lin(x)
        z = np.maximum(z.array, 0)  # faulty guilty
        z = F.relu(z)  # healthy
        return self.out(z)


q = Q()
opt = chainer.optimizers.SGD(0.02)
opt.setup(q)
for k in range(30):
    err = F.mean_squared_error(q(x), y)
    q.cleargrads()
    err.backward()
    opt.update()
