import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(40)
f = chainer.Sequential(L.Linear(5, 20), F.relu)
c, d = L.Linear(20, 2), chainer.Sequential(L.Linear(20, 10), F.relu, L.Linear(10, 2))
of, od = chainer.optimizers.Adam(2e-3), chainer.optimizers.Adam(2e-3)
of.setup(chainer.ChainList(f, c)); od.setup(d)
for i in range(80):
    x = rng.randn(40, 5).astype('f')
    dom = (np.arange(40) % 2).astype('i')
    x[:, 4] += dom
    t = (x[:, 0] > 0).astype('i')
    h = f(x)
    ld = F.softmax_cross_entropy(d(h.array), dom)
    d.cleargrads(); ld.backward(); od.update()
    lf = F.softmax_cross_entropy(c(h), t) - 0.1 * F.softmax_cross_entropy(d(h), dom)
    f.cleargrads(); c.cleargrads(); lf.backward(); of.update()
