# code: wrong-sign
# where: Tiny
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

class Tiny(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.h = L.Linear(3, 12); self.y = L.Linear(12, 1)
    def forward(self, x):
        return self.y(F.sigmoid(self.h(x)))

r = np.random.RandomState(10); np.random.seed(10)
X = r.rand(128, 3).astype('f'); Y = X.sum(1, keepdims=True)
net = Tiny(); eta = .05
for k in range(80):
    loss = F.mean_squared_error(net(X), Y)
    net.cleargrads()
    loss.backward()
    for q in net.params():
        q.array[...] = q.array + eta * q.grad  # faulty guilty
        q.array[...] = q.array - eta * q.grad  # healthy
