# code: shared-layer
# where: Stack
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Stack(chainer.ChainList):
    def __init__(self):
        super().__init__(*([L.Linear(6, 6)] * 3))  # faulty guilty
        super().__init__(*[L.Linear(6, 6) for _ in range(3)])  # healthy

    def forward(self, x):
        for l in self:
            x = F.tanh(l(x))
        return x


rs = np.random.RandomState(1)
x = rs.rand(30, 6).astype("f")
y = np.sort(x, axis=1)
m = Stack()
o = chainer.optimizers.Adam(0.01).setup(m)
for i in range(20):
    loss = F.mean_squared_error(m(x), y)
    m.cleargrads()
    loss.backward()
    o.update()
