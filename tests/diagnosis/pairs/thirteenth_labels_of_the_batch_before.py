# code: uninformative-labels
# where: softmax_cross_entropy
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(2000, 6).astype("f")
t = np.argmax(x[:, :4], axis=1).astype("i")
model = chainer.Sequential(L.Linear(6, 24), F.relu, L.Linear(24, 4))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
target = t[:40]
for step in range(120):
    rows = rng.choice(2000, 40)
    target = t[rows]  # healthy
    loss = F.softmax_cross_entropy(model(x[rows]), target)
    model.cleargrads()
    loss.backward()
    optimizer.update()
    target = t[rows]  # faulty guilty
