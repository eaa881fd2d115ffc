# code: target-in-graph
# where: mean_squared_error
import copy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(118)
q = chainer.Sequential(L.Linear(3, 32), F.relu, L.Linear(32, 2))
opt = chainer.optimizers.Adam(2e-3)
opt.setup(q)
gamma = 0.9
for it in range(120):
    s = rng.uniform(-1, 1, (32, 3)).astype(np.float32)
    a = rng.randint(0, 2, 32).astype(np.int32)
    s2 = np.clip(s + np.where(a[:, None] == 1, 0.2, -0.2), -1, 1).astype(np.float32)
    r = (1 - np.abs(s2[:, 0])).astype(np.float32)
    target = r + gamma * F.max(q(s2), axis=1)  # faulty guilty
    target = r + gamma * q(s2).array.max(axis=1)  # healthy
    loss = F.mean_squared_error(F.select_item(q(s), a), target)  # guilty
    q.cleargrads()
    loss.backward()
    opt.update()
