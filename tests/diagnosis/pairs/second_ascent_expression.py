# code: wrong-sign
# where: mean_squared_error
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(64, 4).astype("f")
y = x.sum(axis=1, keepdims=True)
m = chainer.Sequential(L.Linear(4, 8), F.tanh, L.Linear(8, 1))
opt = chainer.optimizers.Adam(0.01).setup(m)
for i in range(30):
    loss = 0 - F.mean_squared_error(m(x), y)  # faulty guilty
    loss = F.mean_squared_error(m(x), y)  # healthy
    m.cleargrads()
    loss.backward()
    opt.update()
