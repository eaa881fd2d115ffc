import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(24)
x = (rng.randn(300, 3) @ rng.randn(3, 20)).astype('f')
net = chainer.Sequential(L.Linear(20, 3), L.Linear(3, 20))
opt = chainer.optimizers.SGD(0.01)
opt.setup(net)
for i in range(150):
    b = x[rng.randint(0, 300, 30)]
    loss = F.mean_squared_error(net(b), b)
    net.cleargrads()
    loss.backward()
    opt.update()
