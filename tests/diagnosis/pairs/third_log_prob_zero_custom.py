# code: nan-in-forward
# where: log
import numpy as np, chainer, chainer.functions as F, chainer.links as L

r = np.random.RandomState(9)
x = r.randn(64, 4).astype("f")
p = np.clip(r.rand(64, 1), 0.05, 0.95).astype("f")
m = chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 1), F.hard_sigmoid)
m[0].W.array *= 6  # faulty
o = chainer.optimizers.Adam(0.01).setup(m)
for i in range(15):
    q = m(x)
    q = F.clip(q, 1e-6, 1 - 1e-6)  # healthy
    loss = -F.mean(p * F.log(q) + (1 - p) * F.log(1 - q))  # guilty
    m.cleargrads()
    loss.backward()
    o.update()
