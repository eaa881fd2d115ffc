# code: not-in-optimizer
# where: Classifier
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(50, 6).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(chainer.Sequential(L.Linear(6, 8), F.relu, L.Linear(8, 2)))
optimizer = chainer.optimizers.SGD(0.1).setup(model)
model.disable_update()  # faulty guilty
for i in range(20):
    optimizer.update(model, x, t)
