# code: constant-data
# where: softmax_cross_entropy
import numpy as np, chainer, chainer.functions as F, chainer.links as L

r = np.random.RandomState(9)
x = r.rand(60, 4).astype("f")
score = x.mean(axis=1)
t = score.astype("i")  # faulty guilty
t = (score > 0.5).astype("i")  # healthy
m = chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 2))
o = chainer.optimizers.SGD(0.5).setup(m)
for i in range(20):
    loss = F.softmax_cross_entropy(m(x), t)
    m.cleargrads()
    loss.backward()
    o.update()
