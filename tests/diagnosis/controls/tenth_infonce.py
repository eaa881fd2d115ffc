import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(16)
net = chainer.Sequential(L.Linear(12, 32), F.relu, L.Linear(32, 8))
opt = chainer.optimizers.Adam(1e-3)
opt.setup(net)
for i in range(100):
    b = rng.randn(32, 12).astype('f')
    u = F.normalize(net(b + 0.3 * rng.randn(32, 12).astype('f')))
    v = F.normalize(net(b + 0.3 * rng.randn(32, 12).astype('f')))
    s = F.matmul(u, v, transb=True) / 0.2
    lab = np.arange(32, dtype='i')
    loss = F.softmax_cross_entropy(s, lab) + F.softmax_cross_entropy(s.T, lab)
    net.cleargrads()
    loss.backward()
    opt.update()
