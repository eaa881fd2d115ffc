import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(33)
x = rng.rand(300, 5).astype('f')
t = (300 + 200 * x[:, :1] + 20 * rng.randn(300, 1)).astype('f')
net = chainer.Sequential(L.Linear(5, 50), F.relu, L.Linear(50, 1))
opt = chainer.optimizers.Adam(0.1)
opt.setup(net)
for i in range(200):
    j = rng.randint(0, 300, 30)
    loss = F.mean_squared_error(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
