# code: not-in-optimizer
# where: Sequential
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(206)
enc = chainer.Sequential(L.Linear(25, 30), F.tanh, L.Linear(30, 8))
dec = chainer.Sequential(L.Linear(8, 30), F.tanh, L.Linear(30, 25))
opt_enc = chainer.optimizers.Adam(0.003)
opt_enc.setup(enc)
opt_dec = chainer.optimizers.Adam(0.003)
opt_dec.setup(dec)
basis = np.random.randn(5, 25)
for it in range(100):
    x = (np.random.randn(32, 5) @ basis).astype(np.float32)
    loss = F.mean_squared_error(dec(enc(x)), x)
    enc.cleargrads()
    dec.cleargrads()
    loss.backward()  # guilty
    opt_enc.update()  # healthy
    opt_dec.update()  # guilty
