# code: no-update
# where: Chain
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

model = chainer.Chain(a=L.Linear(2, 5), b=L.Linear(5, 2))
optimizer = chainer.optimizers.Adam()
optimizer.setup(model)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
t = np.array([0, 1, 1, 0], np.int32)
for i in range(12):
    loss = F.softmax_cross_entropy(model.b(F.relu(model.a(x))), t)
    model.cleargrads()
    loss.backward()  # guilty
    optimizer.update()  # healthy
