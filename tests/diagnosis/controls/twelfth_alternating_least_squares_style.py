import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(21)
enc, dec = L.Linear(12, 3), L.Linear(3, 12)
oe, od = chainer.optimizers.Adam(0.01), chainer.optimizers.Adam(0.01)
oe.setup(enc); od.setup(dec)
x = (rng.randn(300, 3) @ rng.randn(3, 12)).astype('f')
for i in range(80):
    b = x[rng.randint(0, 300, 30)]
    le = F.mean_squared_error(dec(enc(b)), b)
    enc.cleargrads(); le.backward(); oe.update()
    ld = F.mean_squared_error(dec(enc(b).array), b)
    dec.cleargrads(); ld.backward(); od.update()
