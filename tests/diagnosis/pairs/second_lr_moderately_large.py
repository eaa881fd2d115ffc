# code: diverging
# where: SGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(100, 5).astype("f")
y = (x @ rs.randn(5, 1) + 1).astype("f")
m = L.Linear(5, 1)
opt = chainer.optimizers.SGD(lr=0.9)  # faulty guilty
opt = chainer.optimizers.SGD(lr=0.1)  # healthy
opt.setup(m)
for i in range(60):
    loss = F.mean_squared_error(m(x), y)
    m.cleargrads()
    loss.backward()
    opt.update()
