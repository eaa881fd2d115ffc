import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(18)
net = chainer.Sequential(L.Linear(5, 10), F.sigmoid, L.Linear(10, 1))
opt = chainer.optimizers.SGD(0.05)
opt.setup(net)
for i in range(300):
    x = rng.randn(1, 5).astype('f')
    t = np.array([[1.0 if x[0, 0] > 0 else 0.0]], 'f')
    loss = F.mean_squared_error(net(x), t)
    net.cleargrads()
    loss.backward()
    opt.update()
