# code: not-registered
# where: scale
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Scaled(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc = L.Linear(4, 4)
            self.scale = chainer.Parameter(np.ones(4, "f"))  # healthy
        self.scale = chainer.Parameter(np.ones(4, "f"))  # faulty guilty

    def forward(self, x):
        h = self.fc(x)
        return h * F.broadcast_to(self.scale, h.shape)


rs = np.random.RandomState(1)
x = rs.randn(32, 4).astype("f")
y = x * np.array([1, 2, 3, 4], "f")
m = Scaled()
o = chainer.optimizers.SGD(0.05).setup(m)
for i in range(20):
    m.cleargrads()
    m.scale.cleargrad()
    loss = F.mean_squared_error(m(x), y)
    loss.backward()
    o.update()
