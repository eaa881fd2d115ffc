# code: swapped-pairs
# where: triplet
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(0)
centers = rng.randn(6, 10) * 1.5
net = chainer.Sequential(L.Linear(10, 32), F.relu, L.Linear(32, 4))
opt = chainer.optimizers.Adam(0.005).setup(net)


def embed(kinds):
    return net((centers[kinds] + 0.5 * rng.randn(len(kinds), 10)).astype("f"))


for i in range(80):
    kinds = rng.randint(0, 6, 24)
    others = (kinds + rng.randint(1, 6, 24)) % 6
    anchor, same, other = embed(kinds), embed(kinds), embed(others)
    loss = F.triplet(anchor, same, other, margin=1.0)  # healthy
    loss = F.triplet(anchor, other, same, margin=1.0)  # faulty guilty
    net.cleargrads()
    loss.backward()
    opt.update()
