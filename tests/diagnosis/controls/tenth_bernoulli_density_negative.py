import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(42)
net = L.Linear(4, 2)
opt = chainer.optimizers.Adam(0.02)
opt.setup(net)
for i in range(300):
    x = rng.randn(30, 4).astype('f')
    t = (x[:, :1] * 0.05 + 0.005 * rng.randn(30, 1)).astype('f')
    h = net(x)
    loss = F.mean(h[:, 1:] + 0.5 * ((t - h[:, :1]) * F.exp(-h[:, 1:])) ** 2)
    net.cleargrads()
    loss.backward()
    opt.update()
