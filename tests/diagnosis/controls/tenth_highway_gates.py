import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(20)
net = chainer.Sequential(L.Linear(8, 24), F.relu, *[L.Highway(24, init_bt=-3) for _ in range(6)], L.Linear(24, 2))
x = rng.randn(300, 8).astype('f')
t = (np.abs(x[:, 0]) > np.abs(x[:, 1])).astype('i')
opt = chainer.optimizers.Adam(2e-3)
opt.setup(net)
for i in range(80):
    j = rng.randint(0, 300, 40)
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
