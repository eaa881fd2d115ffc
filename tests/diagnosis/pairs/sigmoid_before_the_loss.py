# code: softmax-twice
# where: sigmoid
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(40, 4).astype("f")
t = (x[:, :1] > 0).astype("i")
model = chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 1), F.sigmoid)  # faulty guilty
model = chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 1))  # healthy
optimizer = chainer.optimizers.Adam(0.05).setup(model)
for i in range(20):
    y = model(x)
    loss = F.sigmoid_cross_entropy(y, t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
