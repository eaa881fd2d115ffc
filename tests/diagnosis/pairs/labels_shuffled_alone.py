# code: uninformative-labels
# where: softmax_cross_entropy
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(400, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
rng.shuffle(t)  # faulty guilty
model = chainer.Sequential(L.Linear(4, 8), F.tanh, L.Linear(8, 2))
optimizer = chainer.optimizers.SGD(0.2).setup(model)
for epoch in range(10):
    for i in range(0, 400, 50):
        loss = F.softmax_cross_entropy(model(x[i : i + 50]), t[i : i + 50])
        model.cleargrads()
        loss.backward()
        optimizer.update()
