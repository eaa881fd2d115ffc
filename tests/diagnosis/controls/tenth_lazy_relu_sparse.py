import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(45)
net = chainer.Sequential(L.Linear(10, 60, initial_bias=-0.5), F.relu, L.Linear(60, 60), F.relu, L.Linear(60, 2))
x = rng.randn(300, 10).astype('f')
t = (x[:, 0] > 0).astype('i')
opt = chainer.optimizers.SGD(0.02)
opt.setup(net)
for i in range(60):
    j = rng.randint(0, 300, 30)
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
