# code: graph-cut
# where: Sequential.1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rs = np.random.RandomState(9)
generator = chainer.Sequential(L.Linear(4, 24), F.relu, L.Linear(24, 2))
discriminator = chainer.Sequential(L.Linear(2, 24), F.leaky_relu, L.Linear(24, 1))
for_generator = chainer.optimizers.Adam(1e-3).setup(generator)
for_discriminator = chainer.optimizers.Adam(1e-3).setup(discriminator)
for step in range(20):
    real = (rs.randn(32, 2) * 0.3 + 2).astype(np.float32)
    fake = generator(rs.randn(32, 4).astype(np.float32))
    loss = F.mean(F.softplus(-discriminator(real))) + F.mean(F.softplus(discriminator(fake.array)))
    discriminator.cleargrads()
    loss.backward()
    for_discriminator.update()
    score = discriminator(fake.array)  # faulty guilty
    score = discriminator(fake)  # healthy
    loss = F.mean(F.softplus(-score))
    generator.cleargrads()
    discriminator.cleargrads()
    loss.backward()
    for_generator.update()
