# code: update-thrown-away
# where: Linear
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(210)
model = L.Linear(10, 4)
W = np.random.randn(10, 4)
lr = 0.5
for it in range(150):
    x = np.random.randn(50, 10).astype(np.float32)
    t = (x @ W).argmax(1).astype(np.int32)
    loss = F.softmax_cross_entropy(model(x), t)
    model.cleargrads()
    loss.backward()  # guilty
    for p in model.params():
        w = p.data
        w = w - lr * p.grad  # faulty guilty
        w -= lr * p.grad  # healthy
