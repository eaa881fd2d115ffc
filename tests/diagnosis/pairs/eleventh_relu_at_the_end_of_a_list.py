# code: targets-out-of-range
# where: relu
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

rng = np.random.RandomState(29)
day = rng.uniform(0, 365, (400, 1))
temp = (10 - 15 * np.cos(day / 365 * 2 * np.pi) + rng.randn(400, 1)).astype('f') / 10
x = np.concatenate([np.sin(day / 365 * 2 * np.pi), np.cos(day / 365 * 2 * np.pi)], 1).astype('f')
net = chainer.Sequential(
    L.Linear(2, 20), F.relu, L.Linear(20, 1),
    F.relu,  # faulty guilty
)
opt = chainer.optimizers.SGD(0.1)
opt.setup(net)
for i in range(100):
    j = rng.randint(0, 400, 40)
    loss = F.mean_absolute_error(net(x[j]), temp[j] - 1)
    net.cleargrads(); loss.backward(); opt.update()
