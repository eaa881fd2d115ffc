import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(0)
net = chainer.Sequential(L.Linear(3, 8), F.sigmoid, L.Linear(8, 2))
opt = chainer.optimizers.SGD(0.5)
opt.setup(net)
for i in range(300):
    b = rng.randint(0, 2, (32, 3))
    x, t = b.astype(np.float32), (b.sum(1) % 2).astype(np.int32)
    loss = F.softmax_cross_entropy(net(x), t)
    net.cleargrads()
    loss.backward()
    opt.update()
