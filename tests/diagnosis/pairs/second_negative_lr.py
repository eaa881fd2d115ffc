# code: wrong-sign
# where: SGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(64, 4).astype("f")
y = x.sum(axis=1, keepdims=True)
m = L.Linear(4, 1)
opt = chainer.optimizers.SGD(lr=-0.01).setup(m)  # faulty guilty
opt = chainer.optimizers.SGD(lr=0.01).setup(m)  # healthy
for i in range(30):
    loss = F.mean_squared_error(m(x), y)
    m.cleargrads()
    loss.backward()
    opt.update()
