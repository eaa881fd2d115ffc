# code: not-in-optimizer
# where: Sequential
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(115)


def mlp(sizes, act):
    layers = []
    for a, b in zip(sizes[:-2], sizes[1:-1]):
        layers += [L.Linear(a, b), act]
    return chainer.Sequential(*layers, L.Linear(sizes[-2], sizes[-1]))


generator = mlp([6, 40, 40, 3], F.relu)
discriminator = mlp([3, 40, 40, 1], F.leaky_relu)
gen_opt = chainer.optimizers.Adam(alpha=2e-4, beta1=0.5)
gen_opt.setup(generator)
dis_opt = chainer.optimizers.Adam(alpha=2e-4, beta1=0.5)
dis_opt.setup(generator)  # faulty guilty
dis_opt.setup(discriminator)  # healthy

for it in range(100):
    real = np.random.randn(50, 3).astype(np.float32) * [1, .2, 1] + [0, 1, 2]
    noise = np.random.uniform(-1, 1, (50, 6)).astype(np.float32)
    fake = generator(noise)
    d_real, d_fake = discriminator(real.astype(np.float32)), discriminator(fake)
    l_gen = F.sigmoid_cross_entropy(d_fake, np.ones((50, 1), np.int32))
    generator.cleargrads()
    l_gen.backward()
    gen_opt.update()
    d_fake = discriminator(fake.array)
    l_dis = F.sigmoid_cross_entropy(d_real, np.ones((50, 1), np.int32)) + F.sigmoid_cross_entropy(d_fake, np.zeros((50, 1), np.int32))
    discriminator.cleargrads()
    l_dis.backward()
    dis_opt.update()
