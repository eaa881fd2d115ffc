# code: diverging
# where: SGD
import numpy as np, chainer, chainer.functions as F, chainer.links as L


class R(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l = L.LSTM(1, 12)
            self.o = L.Linear(12, 1)

    def forward(self, s):
        self.l.reset_state()
        for k in range(s.shape[1]):
            h = self.l(s[:, k])
        return self.o(h)


r = np.random.RandomState(9)
s = r.randn(32, 6, 1).astype("f")
y = s.sum(axis=1)
m = R()
o = chainer.optimizers.SGD(lr=30).setup(m)  # faulty guilty
o = chainer.optimizers.SGD(lr=0.1).setup(m)  # healthy
for i in range(25):
    loss = F.mean_squared_error(m(s), y)
    m.cleargrads()
    loss.backward()
    o.update()
