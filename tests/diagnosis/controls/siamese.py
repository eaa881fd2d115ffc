import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
a = rng.randn(30, 6).astype("f")
b = np.concatenate([a[:15] + 0.1 * rng.randn(15, 6), rng.randn(15, 6)]).astype("f")
same = np.array([1] * 15 + [0] * 15, "i")
tower = chainer.Sequential(L.Linear(6, 12), F.relu, L.Linear(12, 4))
optimizer = chainer.optimizers.Adam(0.01).setup(tower)
for i in range(40):
    loss = F.contrastive(tower(a), tower(b), same)
    tower.cleargrads()
    loss.backward()
    optimizer.update()
