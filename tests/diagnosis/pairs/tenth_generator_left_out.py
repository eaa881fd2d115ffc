# code: not-in-optimizer
# where: Sequential
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(65)
G = chainer.Sequential(L.Linear(3, 24), F.relu, L.Linear(24, 2))
D = chainer.Sequential(L.Linear(2, 24), F.leaky_relu, L.Linear(24, 1))
optG, optD = chainer.optimizers.Adam(5e-4), chainer.optimizers.Adam(5e-4)
optG.setup(D)  # faulty guilty
optG.setup(G)  # healthy
optD.setup(D)
for it in range(60):
    z = np.random.randn(40, 3).astype('f')
    real = (np.random.randn(40, 2) * 0.3 + [1, -1]).astype('f')
    fake = G(z)
    yf, yr = D(fake), D(real)
    lg = F.mean(F.softplus(-yf))
    ld = F.mean(F.softplus(yf)) + F.mean(F.softplus(-yr))
    G.cleargrads()
    lg.backward()
    optG.update()
    fake.unchain_backward()
    D.cleargrads()
    ld.backward()
    optD.update()
