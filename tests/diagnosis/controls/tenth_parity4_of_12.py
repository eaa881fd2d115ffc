import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(1)
net = chainer.Sequential(L.Linear(12, 64), F.relu, L.Linear(64, 2))
opt = chainer.optimizers.SGD(0.1)
opt.setup(net)
for i in range(300):
    b = rng.randint(0, 2, (32, 12))
    x, t = (b * 2 - 1).astype(np.float32), (b[:, :4].sum(1) % 2).astype(np.int32)
    loss = F.softmax_cross_entropy(net(x), t)
    net.cleargrads()
    loss.backward()
    opt.update()
