# code: graph-cut
# where: Generator
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Generator(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.up = L.Linear(4, 24)
            self.to_pixels = L.Linear(24, 16)

    def __call__(self, z):
        return F.sigmoid(self.to_pixels(F.relu(self.up(z))))


class Critic(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.down = L.Linear(16, 24)
            self.score = L.Linear(24, 1)

    def __call__(self, image):
        return self.score(F.leaky_relu(self.down(image)))


rng = np.random.RandomState(3)
photos = rng.beta(2, 5, (128, 16)).astype(np.float32)
gen, dis = Generator(), Critic()
opt_g = chainer.optimizers.Adam(2e-4, beta1=0.5).setup(gen)
opt_d = chainer.optimizers.Adam(2e-4, beta1=0.5).setup(dis)
for step in range(12):
    z = rng.randn(16, 4).astype(np.float32)
    real = photos[rng.randint(0, 128, 16)]
    fake = gen(z)
    fixed = chainer.Variable(fake.array)
    loss_d = F.mean(F.softplus(-dis(real))) + F.mean(F.softplus(dis(fixed)))
    dis.cleargrads()
    loss_d.backward()
    opt_d.update()
    score = dis(fixed)  # faulty guilty
    score = dis(fake)  # healthy
    loss_g = F.mean(F.softplus(-score))
    gen.cleargrads()
    loss_g.backward()
    opt_g.update()
