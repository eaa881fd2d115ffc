# code: not-in-optimizer
# where: fc
import numpy as np, chainer, chainer.functions as F, chainer.links as L

r = np.random.RandomState(9)
x = r.randn(64, 5).astype("f")
y = x[:, :1] * 3
m = chainer.Chain(inp=L.Linear(5, 8), fc=L.Linear(8, 1))
o = chainer.optimizers.Adam(0.02).setup(m)
for p in m.fc.params():  # faulty
    p.update_rule.enabled = False  # faulty guilty
for i in range(30):
    loss = F.mean_squared_error(m.fc(F.relu(m.inp(x))), y)
    m.cleargrads()
    loss.backward()
    o.update()
