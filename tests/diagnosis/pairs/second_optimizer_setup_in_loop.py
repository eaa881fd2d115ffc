# code: optimizer-remade
# where: MomentumSGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.rand(50, 3).astype("f")
y = x.sum(axis=1, keepdims=True)
m = L.Linear(3, 1)
o = chainer.optimizers.MomentumSGD(0.05)
o.setup(m)  # healthy
for i in range(20):
    o.setup(m)  # faulty guilty
    loss = F.mean_squared_error(m(x), y)
    m.cleargrads()
    loss.backward()
    o.update()
