# code: extreme-dropout
# where: dropout
import numpy as np, chainer, chainer.functions as F, chainer.links as L

r = np.random.RandomState(9)
x = r.randn(64, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
m = chainer.Chain(inp=L.Linear(5, 40), fc=L.Linear(40, 2))
o = chainer.optimizers.Adam(0.02).setup(m)
for i in range(30):
    h = F.relu(m.inp(x))
    h = F.dropout(h, ratio=0.95)  # faulty guilty
    h = F.dropout(h, ratio=0.2)  # healthy
    loss = F.softmax_cross_entropy(m.fc(h), t)
    m.cleargrads()
    loss.backward()
    o.update()
