# code: wrong-sign
# where: softmax_cross_entropy
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(50, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Linear(4, 2)
optimizer = chainer.optimizers.SGD(lr=0.1).setup(model)
for i in range(20):
    loss = -F.softmax_cross_entropy(model(x), t)  # faulty guilty
    loss = F.softmax_cross_entropy(model(x), t)  # healthy
    model.cleargrads()
    loss.backward()
    optimizer.update()
