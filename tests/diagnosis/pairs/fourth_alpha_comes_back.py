# code: diverging
# where: Adam
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(3)
centres = rng.randn(4, 10).astype("f") * 2
t = rng.randint(0, 4, 400).astype("i")
x = (centres[t] + rng.randn(400, 10)).astype("f") / 2.5
model = L.Classifier(chainer.Sequential(L.Linear(10, 32), F.relu, L.Linear(32, 32), F.relu, L.Linear(32, 4)))
optimizer = chainer.optimizers.Adam(alpha=5.0)  # faulty guilty
optimizer = chainer.optimizers.Adam()  # healthy
optimizer.setup(model)
for i in range(60):
    chosen = rng.permutation(400)[:50]
    optimizer.update(model, x[chosen], t[chosen])
