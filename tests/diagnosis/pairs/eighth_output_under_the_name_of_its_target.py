# code: compared-with-itself
# where: mean_squared_error
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(122)
base = np.random.randn(4, 30)


class AE(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.e1 = L.Linear(30, 16)
            self.e2 = L.Linear(16, 4)
            self.d1 = L.Linear(4, 16)
            self.d2 = L.Linear(16, 30)

    def forward(self, x):
        h = F.tanh(self.e2(F.tanh(self.e1(x))))
        return self.d2(F.tanh(self.d1(h)))


ae = AE()
opt = chainer.optimizers.Adam(3e-3)
opt.setup(ae)
for i in range(200):
    x = (np.random.randn(40, 4) @ base).astype(np.float32)
    x = ae(x)  # faulty
    loss = F.mean_squared_error(x, x)  # faulty guilty
    y = ae(x)  # healthy
    loss = F.mean_squared_error(y, x)  # healthy
    ae.cleargrads()
    loss.backward()
    opt.update()
