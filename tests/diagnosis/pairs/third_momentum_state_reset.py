# code: optimizer-remade
# where: Adam
import numpy as np, chainer, chainer.functions as F, chainer.links as L

r = np.random.RandomState(9)
x = r.randn(64, 4).astype("f")
t = (x[:, 1] > 0).astype("i")
m = L.Classifier(chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 2)))
opt = chainer.optimizers.Adam(0.01).setup(m)  # healthy


def step(xb, tb):
    opt = chainer.optimizers.Adam(0.01).setup(m)  # faulty guilty
    opt.update(m, xb, tb)  # faulty
    globals()["opt"].update(m, xb, tb)  # healthy


for e in range(5):
    for i in range(0, 64, 16):
        step(x[i:i + 16], t[i:i + 16])
