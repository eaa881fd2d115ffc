import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(2)
n = 200
r = np.linspace(0.1, 1, n)
xs, ts = [], []
for c in range(3):
    a = np.linspace(c * 4, (c + 1) * 4 + 4, n) + rng.randn(n) * 0.1
    xs.append(np.stack([r * np.sin(a), r * np.cos(a)], 1)); ts.append(np.full(n, c))
x, t = np.concatenate(xs).astype('f'), np.concatenate(ts).astype('i')
net = chainer.Sequential(L.Linear(2, 40), F.tanh, L.Linear(40, 3))
opt = chainer.optimizers.SGD(0.05)
opt.setup(net)
for i in range(250):
    j = rng.permutation(600)[:60]
    loss = F.softmax_cross_entropy(net(x[j]), t[j])
    net.cleargrads()
    loss.backward()
    opt.update()
