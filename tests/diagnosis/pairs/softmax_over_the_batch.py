# code: wrong-axis
# where: softmax
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(30, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = chainer.Sequential(L.Linear(5, 10), F.relu, L.Linear(10, 2))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for i in range(20):
    p = F.softmax(model(x), axis=0)  # faulty guilty
    p = F.softmax(model(x), axis=1)  # healthy
    loss = -F.mean(F.log(F.select_item(p, t) + 1e-7))
    model.cleargrads()
    loss.backward()
    optimizer.update()
