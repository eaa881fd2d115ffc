# code: initial-scale
# where: l
import numpy as np, chainer, chainer.functions as F, chainer.links as L


class D(chainer.Chain):
    def __init__(self):
        super().__init__()
        init = chainer.initializers.Normal(2.0)  # faulty guilty
        init = chainer.initializers.LeCunNormal()  # healthy
        with self.init_scope():
            self.l1 = L.Linear(8, 20, initialW=init)
            self.l2 = L.Linear(20, 20, initialW=init)
            self.l3 = L.Linear(20, 20, initialW=init)
            self.l4 = L.Linear(20, 1)

    def forward(self, x):
        h = F.relu(self.l1(x))
        h = F.relu(self.l2(h))
        return self.l4(F.relu(self.l3(h)))


r = np.random.RandomState(9)
x = r.randn(64, 8).astype("f")
y = x[:, :1]
m = D()
o = chainer.optimizers.SGD(0.01).setup(m)
for i in range(30):
    loss = F.mean_squared_error(m(x), y)
    m.cleargrads()
    loss.backward()
    o.update()
