# code: target-in-inputs
# where: 0/linear
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(3)
X = rng.randn(300, 6).astype("f")
T = ((X[:, 0] > 0) + 2 * (X[:, 1] > 0)).astype("i")
kinds = np.eye(4, dtype="f")[rng.randint(0, 4, 300)]  # healthy
kinds = np.eye(4, dtype="f")[T]  # faulty
rows = np.concatenate([X, kinds], axis=1)  # guilty
model = L.Classifier(chainer.Sequential(L.Linear(10, 16), F.relu, L.Linear(16, 4)))
opt = chainer.optimizers.Adam(0.01).setup(model)
for i in range(50):
    k = rng.choice(300, 32)
    opt.update(model, rows[k], T[k])
