# code: path-cut
# where: mean
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

random = np.random.RandomState(5)
bits = (random.rand(96, 20) < np.linspace(0.1, 0.9, 20)).astype(np.float32)


class VAE(chainer.Chain):
    def __init__(self, n_in, n_latent, n_hidden):
        super().__init__()
        with self.init_scope():
            self.encode = L.Linear(n_in, n_hidden)
            self.mean = L.Linear(n_hidden, n_latent)
            self.log_var = L.Linear(n_hidden, n_latent)
            self.decode = L.Linear(n_latent, n_hidden)
            self.pixels = L.Linear(n_hidden, n_in)

    def loss(self, x):
        h = F.tanh(self.encode(x))
        mean, log_var = self.mean(h), self.log_var(h)
        noise = random.randn(*mean.shape).astype(np.float32)
        z = mean.array + noise * F.exp(log_var * 0.5)  # faulty guilty
        z = mean + noise * F.exp(log_var * 0.5)  # healthy
        logits = self.pixels(F.tanh(self.decode(z)))
        reconstruction = F.bernoulli_nll(x, logits) / len(x)
        return reconstruction + F.gaussian_kl_divergence(mean, log_var) / len(x)


vae = VAE(20, 3, 16)
optimizer = chainer.optimizers.Adam(1e-3).setup(vae)
for epoch in range(6):
    for rows in np.split(random.permutation(96), 4):
        loss = vae.loss(bits[rows])
        vae.cleargrads()
        loss.backward()
        optimizer.update()
