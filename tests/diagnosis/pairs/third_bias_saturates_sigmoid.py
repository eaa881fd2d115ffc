# code: saturated
# where: gate
import numpy as np, chainer, chainer.functions as F, chainer.links as L


class G(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.gate = L.Linear(5, 12, initial_bias=25)  # faulty guilty
            self.gate = L.Linear(5, 12)  # healthy
            self.out = L.Linear(12, 1)

    def forward(self, x):
        return self.out(F.sigmoid(self.gate(x)))


r = np.random.RandomState(9)
x = r.randn(64, 5).astype("f")
y = (x[:, :1] * x[:, 1:2]).astype("f")
m = G()
o = chainer.optimizers.SGD(0.1).setup(m)
for i in range(40):
    loss = F.mean_squared_error(m(x), y)
    m.cleargrads()
    loss.backward()
    o.update()
