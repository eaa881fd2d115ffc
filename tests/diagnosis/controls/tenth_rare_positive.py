import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(19)
x = rng.randn(3000, 8).astype('f')
t = ((x[:, 0] > 2.0)).astype('i')
net = chainer.Sequential(L.Linear(8, 16), F.relu, L.Linear(16, 2))
opt = chainer.optimizers.SGD(0.05)
opt.setup(net)
for i in range(200):
    j = rng.randint(0, 3000, 50)
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
