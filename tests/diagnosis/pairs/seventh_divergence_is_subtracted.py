# code: wrong-sign
# where: kl
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(70)


class VAE(chainer.Chain):
    def __init__(self, n_in, n_latent, n_h):
        super().__init__()
        with self.init_scope():
            self.le1 = L.Linear(n_in, n_h)
            self.le2_mu = L.Linear(n_h, n_latent)
            self.le2_ln_var = L.Linear(n_h, n_latent)
            self.ld1 = L.Linear(n_latent, n_h)
            self.ld2 = L.Linear(n_h, n_in)

    def encode(self, x):
        h = F.tanh(self.le1(x))
        return self.le2_mu(h), self.le2_ln_var(h)

    def decode(self, z):
        return self.ld2(F.tanh(self.ld1(z)))


proto = (np.random.rand(6, 36) > 0.6).astype(np.float32)
model = VAE(36, 3, 40)
opt = chainer.optimizers.Adam()
opt.setup(model)
for it in range(120):
    x = proto[np.random.randint(0, 6, 50)]
    x = np.abs(x - (np.random.rand(50, 36) < 0.05)).astype(np.float32)
    mu, ln_var = model.encode(x)
    z = F.gaussian(mu, ln_var)
    rec = F.bernoulli_nll(x, model.decode(z)) / 50
    kl = F.gaussian_kl_divergence(mu, ln_var) / 50
    loss = rec - kl  # faulty guilty
    loss = rec + kl  # healthy
    model.cleargrads()
    loss.backward()
    opt.update()
