# code: missing-cleargrads
# where: matmul
import chainer
import chainer.functions as F
import numpy as np

rng = np.random.RandomState(18)
x = rng.randn(64, 5).astype(np.float32)
t = (x @ rng.randn(5, 3)).argmax(axis=1).astype(np.int32)
W1 = chainer.Parameter(rng.randn(5, 16).astype(np.float32) * 0.4)
b1 = chainer.Parameter(np.zeros(16, np.float32))
W2 = chainer.Parameter(rng.randn(16, 3).astype(np.float32) * 0.2)
params = [W1, b1, W2]
for p in params:
    p.cleargrad()
rate = 0.05
for epoch in range(20):
    h = F.relu(F.matmul(x, W1) + F.broadcast_to(b1, (64, 16)))
    loss = F.softmax_cross_entropy(F.matmul(h, W2), t)
    loss.backward()  # guilty
    for p in params:
        p.array -= rate * p.grad
        p.cleargrad()  # healthy
