import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(17)
net = chainer.Sequential(L.Linear(20, 32), F.relu, L.Linear(32, 4))
opt = chainer.optimizers.SGD(0.01)
opt.setup(net)
C = rng.randn(10, 20)
for i in range(80):
    c = np.repeat(rng.permutation(10)[:6], 4)
    x = (C[c] + 1.5 * rng.randn(24, 20)).astype('f')
    e = net(x)
    d = ((e.array[:, None] - e.array[None]) ** 2).sum(2)
    same = c[:, None] == c[None]
    pos = np.where(same, d, -1).argmax(1)
    neg = np.where(same, 1e9, d).argmin(1)
    loss = F.triplet(e, e[pos], e[neg], margin=0.5)
    net.cleargrads()
    loss.backward()
    opt.update()
