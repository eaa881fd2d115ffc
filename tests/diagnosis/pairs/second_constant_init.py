# code: symmetric-weights
# where: l1
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
X = rs.randn(100, 6).astype("f")
y = (X[:, :1] * X[:, 1:2]).astype("f")
m = chainer.Chain(
    l1=L.Linear(6, 20, initialW=chainer.initializers.Constant(0.05)),  # faulty guilty
    l1=L.Linear(6, 20),  # healthy
    l2=L.Linear(20, 1),
)
opt = chainer.optimizers.RMSprop(0.01).setup(m)
for i in range(30):
    loss = F.mean_squared_error(m.l2(F.relu(m.l1(X))), y)
    m.cleargrads()
    loss.backward()
    opt.update()
