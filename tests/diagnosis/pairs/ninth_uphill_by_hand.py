# code: wrong-sign
# where: Linear
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(209)
X = np.random.randn(500, 6).astype(np.float32)
y = (X @ np.random.randn(6, 1) + 0.1 * np.random.randn(500, 1)).astype(np.float32)
l1, l2 = L.Linear(6, 20), L.Linear(20, 1)
lr = 0.01
for it in range(120):
    i = np.random.randint(0, 500, 32)
    loss = F.mean_squared_error(l2(F.tanh(l1(X[i]))), y[i])
    l1.cleargrads()
    l2.cleargrads()
    loss.backward()
    for link in (l1, l2):
        for p in link.params():
            p.array += lr * p.grad  # faulty guilty
            p.array -= lr * p.grad  # healthy
