# code: diverging
# where: MomentumSGD
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

RATE = 30.0  # faulty guilty
RATE = 0.05  # healthy

rs = np.random.RandomState(0)
x = rs.randn(200, 4).astype(np.float32)
t = (x[:, 0] > 0).astype(np.int32)
model = L.Classifier(chainer.Sequential(L.Linear(4, 30), F.relu, L.Linear(30, 2)))
optimizer = chainer.optimizers.MomentumSGD(lr=RATE)
optimizer.setup(model)
for step in range(40):
    pick = rs.choice(200, 40)
    optimizer.update(model, x[pick], t[pick])
