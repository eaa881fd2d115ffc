# code: step-too-small
# where: SGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(12)
x = rng.randn(200, 12).astype(np.float32)
t = np.sin(x[:, :1] * 2) + x[:, 1:2]
net = chainer.Sequential(L.Linear(12, 50), F.relu, L.Linear(50, 1))
first = chainer.optimizers.Adam(0.01)
first.setup(net)
for k in range(80):
    loss = F.mean_squared_error(net(x), t)
    net.cleargrads()
    loss.backward()
    first.update()
t2 = t + 0.5 * x[:, 2:3]
second = chainer.optimizers.SGD(lr=1e-9)  # faulty guilty
second = chainer.optimizers.SGD(lr=1e-3)  # healthy
second.setup(net)
for k in range(80):
    loss2 = F.mean_squared_error(net(x), t2)
    net.cleargrads()
    loss2.backward()
    second.update()
