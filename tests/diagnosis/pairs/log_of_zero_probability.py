# code: nan-in-forward
# where: log
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(30, 4).astype("f") * 5
t = (x[:, 0] > 0).astype("i")
model = L.Linear(4, 2, initialW=chainer.initializers.Normal(3.0))
model = L.Linear(4, 2)  # healthy
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for i in range(8):
    p = F.softmax(model(x * 20))  # faulty
    p = F.softmax(model(x / 5))  # healthy
    loss = -F.mean(F.select_item(F.log(p), t))  # guilty
    model.cleargrads()
    loss.backward()
    optimizer.update()
