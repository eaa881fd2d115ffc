import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(9)
net = chainer.Sequential(L.Linear(10, 40), F.relu, L.Linear(40, 3))
opt = chainer.optimizers.SGD(0.05)
opt.setup(net)
for task in range(4):
    perm = rng.permutation(10)
    W = rng.randn(10, 3)
    for i in range(40):
        x = rng.randn(40, 10).astype('f')
        t = (x[:, perm] @ W).argmax(1).astype('i')
        loss = F.softmax_cross_entropy(net(x), t)
        net.cleargrads()
        loss.backward()
        opt.update()
