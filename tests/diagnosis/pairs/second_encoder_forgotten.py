# code: not-in-optimizer
# where: Encoder
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Encoder(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l = L.Linear(6, 4)

    def forward(self, x):
        return F.tanh(self.l(x))


class Decoder(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l = L.Linear(4, 6)

    def forward(self, z):
        return self.l(z)


rs = np.random.RandomState(1)
x = rs.randn(50, 6).astype("f")
enc, dec = Encoder(), Decoder()
opt_enc = chainer.optimizers.Adam(0.01)
opt_dec = chainer.optimizers.Adam(0.01)
opt_dec.setup(dec)  # guilty
opt_enc.setup(enc)  # healthy
for i in range(30):
    rec = dec(enc(x))
    loss = F.mean_squared_error(rec, x)
    enc.cleargrads()
    dec.cleargrads()
    loss.backward()
    opt_dec.update()
    opt_enc.update()  # healthy
