# code: constant-data
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
pixels = rng.randint(0, 255, (60, 9))
t = (pixels[:, 0] > 128).astype("i")
x = (pixels // 255).astype("f")  # faulty guilty
x = (pixels / 255).astype("f")  # healthy
model = L.Linear(9, 2)
optimizer = chainer.optimizers.SGD(0.5).setup(model)
for i in range(20):
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
