# code: not-in-optimizer
# where: head
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(48, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
model = chainer.Chain(body=L.Linear(5, 8), head=L.Linear(8, 2))
optimizer = chainer.optimizers.SGD(0.2)
optimizer.setup(model)
model.head.disable_update()  # faulty guilty
for i in range(20):
    model.cleargrads()
    loss = F.softmax_cross_entropy(model.head(F.relu(model.body(x))), t)
    loss.backward()
    optimizer.update()
