# code: summed-loss
# where: sum
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.rand(200, 6).astype("f")
y = x.sum(axis=1, keepdims=True)
m = chainer.Sequential(L.Linear(6, 20), F.relu, L.Linear(20, 1))
o = chainer.optimizers.SGD(0.05).setup(m)
for i in range(40):
    loss = F.sum(F.squared_error(m(x), y))  # faulty guilty
    loss = F.mean(F.squared_error(m(x), y))  # healthy
    m.cleargrads()
    loss.backward()
    o.update()
