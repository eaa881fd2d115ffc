import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

import copy

rng = np.random.RandomState(4)
online = chainer.Sequential(L.Linear(4, 24), F.relu, L.Linear(24, 2))
target = copy.deepcopy(online)
optimizer = chainer.optimizers.Adam(1e-3).setup(online)
memory = rng.randn(500, 4).astype(np.float32)
for step in range(40):
    rows = rng.randint(0, 499, 16)
    action = rng.randint(0, 2, 16)
    reward = memory[rows, 0] * (action * 2 - 1)
    q = F.select_item(online(memory[rows]), action.astype(np.int32))
    future = target(memory[rows + 1])
    goal = reward + 0.9 * F.max(future, axis=1).array
    loss = F.mean(F.huber_loss(q, goal.astype(np.float32), 1.0, reduce="no"))
    online.cleargrads()
    loss.backward()
    optimizer.update()
    if step % 10 == 9:
        target.copyparams(online)
