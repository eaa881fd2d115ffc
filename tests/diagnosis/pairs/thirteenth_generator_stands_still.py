# code: not-in-optimizer
# where: Sequential
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
gen = chainer.Sequential(L.Linear(4, 16), F.relu, L.Linear(16, 2))
dis = chainer.Sequential(L.Linear(2, 16), F.leaky_relu, L.Linear(16, 1))
opt_gen = chainer.optimizers.Adam(0.002).setup(gen)
opt_dis = chainer.optimizers.Adam(0.002).setup(dis)
for step in range(40):
    real = (rng.randn(32, 2) * 0.3 + [2, -1]).astype("f")
    fake = gen(rng.randn(32, 4).astype("f"))
    y_real, y_fake = dis(real), dis(fake)
    loss_dis = F.mean(F.softplus(-y_real)) + F.mean(F.softplus(y_fake))
    loss_gen = F.mean(F.softplus(-y_fake))
    gen.cleargrads()
    loss_gen.backward()  # guilty
    opt_gen.update()  # healthy
    dis.cleargrads()
    fake.unchain_backward()
    loss_dis.backward()
    opt_dis.update()
