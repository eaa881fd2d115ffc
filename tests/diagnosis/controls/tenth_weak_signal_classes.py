import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(44)
x = rng.randn(2000, 20).astype('f')
t = (rng.rand(2000) < 1 / (1 + np.exp(-0.6 * x[:, 0]))).astype('i')
net = chainer.Sequential(L.Linear(20, 40), F.relu, L.Linear(40, 2))
opt = chainer.optimizers.SGD(0.02)
opt.setup(net)
for i in range(200):
    j = rng.randint(0, 2000, 50)
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
