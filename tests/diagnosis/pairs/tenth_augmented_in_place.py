# code: data-drift
# where: Sequential.0
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(73)
bank = rng.randn(200, 16).astype(np.float32)
kind = (bank[:, 0] > bank[:, 1]).astype(np.int32)
net = chainer.Sequential(L.Linear(16, 32), F.relu, L.Linear(32, 2))
opt = chainer.optimizers.Adam(0.003)
opt.setup(net)
for epoch in range(30):
    for s in range(0, 200, 40):
        batch = bank[s:s + 40]  # faulty
        batch = bank[s:s + 40].copy()  # healthy
        batch *= rng.uniform(1.1, 1.4, (40, 1)).astype(np.float32)  # guilty
        loss = F.softmax_cross_entropy(net(batch), kind[s:s + 40])
        net.cleargrads()
        loss.backward()
        opt.update()
