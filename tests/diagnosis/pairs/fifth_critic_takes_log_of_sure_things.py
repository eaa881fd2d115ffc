# code: nan-in-forward
# where: log
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(22)
real = (rng.rand(200, 4) * 255).astype(np.float32)
maker = chainer.Sequential(L.Linear(2, 16), F.relu, L.Linear(16, 4))
judge = chainer.Sequential(L.Linear(4, 16), F.relu, L.Linear(16, 1), F.sigmoid)
opt_maker = chainer.optimizers.Adam(1e-3).setup(maker)
opt_judge = chainer.optimizers.SGD(0.1).setup(judge)
eps = 0  # faulty
eps = 1e-6  # healthy
real = real / 255  # healthy
for i in range(30):
    sample = real[rng.randint(0, 200, 20)]
    fake = maker(rng.randn(20, 2).astype(np.float32)) * 255  # faulty
    fake = maker(rng.randn(20, 2).astype(np.float32))  # healthy
    p_real = judge(sample)
    p_fake = judge(fake.array)
    loss = -F.mean(F.log(p_real + eps) + F.log(1 - p_fake + eps))  # guilty
    judge.cleargrads()
    loss.backward()
    opt_judge.update()
    cheat = F.mean(F.log(1 - judge(fake) + eps))
    maker.cleargrads()
    cheat.backward()
    opt_maker.update()
