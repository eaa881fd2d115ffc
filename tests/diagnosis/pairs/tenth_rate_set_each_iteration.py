# code: step-too-small
# where: Adam
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(79)
x = rng.randn(200, 5).astype(np.float32)
t = x.max(1, keepdims=True)
net = chainer.Sequential(L.Linear(5, 20), F.relu, L.Linear(20, 1))
opt = chainer.optimizers.Adam(0.01)
opt.setup(net)
warmup, top = 50, 0.01
for i in range(80):
    opt.alpha = top * min(1, i // warmup) * 1e-9 ** (i / 80)  # faulty guilty
    opt.alpha = top * min(1, (i + 1) / warmup)  # healthy
    j = rng.randint(0, 200, 25)
    loss = F.mean_squared_error(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
