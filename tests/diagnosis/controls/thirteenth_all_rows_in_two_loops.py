import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(60, 3).astype("f")
t = x.sum(axis=1, keepdims=True)
n = len(x)
model = L.Linear(3, 1)
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for epoch in range(5):
    for step in range(6):
        loss = F.mean_squared_error(model(x[:n]), t[:n])
        model.cleargrads()
        loss.backward()
        optimizer.update()
    print(epoch, loss.array)
