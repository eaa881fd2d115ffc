import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class VAE(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.enc = L.Linear(12, 16)
            self.mu = L.Linear(16, 2)
            self.ln_var = L.Linear(16, 2)
            self.dec1 = L.Linear(2, 16)
            self.dec2 = L.Linear(16, 12)

    def forward(self, x):
        h = F.tanh(self.enc(x))
        mu, ln_var = self.mu(h), self.ln_var(h)
        z = F.gaussian(mu, ln_var)
        y = self.dec2(F.tanh(self.dec1(z)))
        rec = F.bernoulli_nll(x, y) / len(x)
        return rec + F.gaussian_kl_divergence(mu, ln_var) / len(x)


rng = np.random.RandomState(0)
x = (rng.rand(64, 12) > 0.5).astype("f")
x[:, 6:] = x[:, :6]
model = VAE()
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(60):
    optimizer.update(model, x)
