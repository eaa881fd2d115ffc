import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
centers = rng.randn(8, 12)
net = chainer.Sequential(L.Linear(12, 32), F.relu, L.Linear(32, 8))
optimizer = chainer.optimizers.Adam(1e-4).setup(net)


def embed(kinds):
    return net((centers[kinds] + 0.9 * rng.randn(len(kinds), 12)).astype("f"))


for i in range(60):
    kinds = rng.randint(0, 8, 24)
    others = (kinds + rng.randint(1, 8, 24)) % 8
    loss = F.triplet(embed(kinds), embed(kinds), embed(others), margin=0.2)
    net.cleargrads()
    loss.backward()
    optimizer.update()
