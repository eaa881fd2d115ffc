import numpy as np, chainer, chainer.functions as F, chainer.links as L
np.random.seed(27)
G = chainer.Sequential(L.Linear(4, 32), F.relu, L.Linear(32, 2))
C = chainer.Sequential(L.Linear(2, 32), F.relu, L.Linear(32, 1))
og, oc = chainer.optimizers.RMSprop(5e-4), chainer.optimizers.RMSprop(5e-4)
og.setup(G); oc.setup(C)
for it in range(60):
    for _ in range(3):
        real = (np.random.randn(32, 2) * 0.2 + [2, 0]).astype('f')
        with chainer.no_backprop_mode():
            fake = G(np.random.randn(32, 4).astype('f'))
        lc = F.mean(C(fake.array)) - F.mean(C(real))
        C.cleargrads(); lc.backward(); oc.update()
        for p in C.params():
            np.clip(p.array, -0.05, 0.05, out=p.array)
    lg = -F.mean(C(G(np.random.randn(32, 4).astype('f'))))
    G.cleargrads(); lg.backward(); og.update()
