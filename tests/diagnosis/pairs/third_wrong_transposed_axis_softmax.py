# code: wrong-axis
# where: softmax
import numpy as np, chainer, chainer.functions as F, chainer.links as L

r = np.random.RandomState(9)
x = r.randn(40, 6).astype("f")
t = np.eye(3, dtype="f")[x[:, :3].argmax(axis=1)]
m = chainer.Sequential(L.Linear(6, 16), F.tanh, L.Linear(16, 3))
o = chainer.optimizers.Adam(0.02).setup(m)
for i in range(25):
    y = m(x)
    p = F.softmax(y, axis=0)  # faulty guilty
    p = F.softmax(y)  # healthy
    loss = F.mean((p - t) ** 2)
    m.cleargrads()
    loss.backward()
    o.update()
