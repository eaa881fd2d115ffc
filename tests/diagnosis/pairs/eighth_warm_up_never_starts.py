# code: hyperparameter
# where: MomentumSGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(124)
c = np.random.randn(5, 12) * 1.5
model = chainer.Sequential(L.Linear(12, 32), F.relu, L.Linear(32, 32), F.relu, L.Linear(32, 5))
opt = chainer.optimizers.MomentumSGD(lr=0.05)
opt.setup(model)
warmup = 1000  # faulty
warmup = 50  # healthy
for it in range(200):
    opt.lr = 0.05 * min(1, it // warmup)  # faulty guilty
    opt.lr = 0.05 * min(1, (it + 1) / warmup)  # healthy
    t = np.random.randint(0, 5, 32).astype(np.int32)
    x = (c[t] + np.random.randn(32, 12)).astype(np.float32)
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    opt.update()
