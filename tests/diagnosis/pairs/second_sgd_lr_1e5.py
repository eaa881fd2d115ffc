# code: step-too-small
# where: SGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(100, 5).astype("f")
t = x[:, :3].argmax(axis=1).astype("i")
m = chainer.Sequential(L.Linear(5, 10), F.sigmoid, L.Linear(10, 3))
opt = chainer.optimizers.SGD(lr=1e-5)  # faulty guilty
opt = chainer.optimizers.SGD(lr=0.5)  # healthy
opt.setup(m)
for i in range(100):
    loss = F.softmax_cross_entropy(m(x), t)
    m.cleargrads()
    loss.backward()
    opt.update()
