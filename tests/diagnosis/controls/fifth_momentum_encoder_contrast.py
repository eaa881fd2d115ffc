import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

import copy

rng = np.random.RandomState(7)
query = chainer.Sequential(L.Linear(6, 16), F.relu, L.Linear(16, 8))
key = copy.deepcopy(query)
optimizer = chainer.optimizers.MomentumSGD(0.03).setup(query)
data = rng.randn(200, 6).astype(np.float32)
for step in range(25):
    rows = rng.choice(200, 24, replace=False)
    one = data[rows] + rng.randn(24, 6).astype(np.float32) * 0.1
    two = data[rows] + rng.randn(24, 6).astype(np.float32) * 0.1
    q = F.normalize(query(one))
    with chainer.no_backprop_mode():
        k = F.normalize(key(two))
    scores = F.matmul(q, k.array, transb=True) / 0.2
    loss = F.softmax_cross_entropy(scores, np.arange(24, dtype=np.int32))
    query.cleargrads()
    loss.backward()
    optimizer.update()
    for mine, theirs in zip(key.params(), query.params()):
        mine.array *= 0.95
        mine.array += 0.05 * theirs.array
