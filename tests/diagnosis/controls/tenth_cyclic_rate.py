import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(26)
x = rng.randn(300, 8).astype('f')
t = (np.sin(x[:, 0] * 3) + 0.5 * rng.randn(300) > 0).astype('i')
net = chainer.Sequential(L.Linear(8, 30), F.relu, L.Linear(30, 2))
opt = chainer.optimizers.SGD(0.1)
opt.setup(net)
for i in range(200):
    opt.lr = 0.2 * (1 + np.cos(np.pi * (i % 50) / 50)) / 2
    j = rng.randint(0, 300, 30)
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
