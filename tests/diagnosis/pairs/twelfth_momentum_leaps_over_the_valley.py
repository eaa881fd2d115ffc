# code: oscillating
# where: MomentumSGD
import numpy as np, chainer
import chainer.functions as F, chainer.links as L
r = np.random.RandomState(6)
x = r.randn(200, 10).astype('f'); t = (x @ r.randn(10, 1)).astype('f')
net = L.Linear(10, 1)
o = chainer.optimizers.MomentumSGD(0.9, 0.99)  # faulty guilty
o = chainer.optimizers.MomentumSGD(0.02, 0.9)  # healthy
o.setup(net)
for i in range(60):
    loss = F.mean_squared_error(net(x), t)
    net.cleargrads(); loss.backward(); o.update()
