# code: same-batch
# where: Classifier
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
X = rs.randn(300, 6).astype("f")
T = (X[:, 0] > 0).astype("i")
m = L.Classifier(chainer.Sequential(L.Linear(6, 10), F.relu, L.Linear(10, 2)))
opt = chainer.optimizers.Adam(0.01).setup(m)
bs = 30
start = 0
for it in range(30):
    x, t = X[start:start + bs], T[start:start + bs]  # guilty
    opt.update(m, x, t)
    start = (start + bs) % 300  # healthy
