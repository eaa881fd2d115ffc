# code: late-gradient
# where: Sequential
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(13)
inputs = rng.randn(100, 9).astype(np.float32)
outputs = np.tanh(inputs @ rng.randn(9, 2)).astype(np.float32)
net = chainer.Sequential(L.Linear(9, 20), F.tanh, L.Linear(20, 2))
sgd = chainer.optimizers.SGD(0.05).setup(net)
net.cleargrads()
for epoch in range(5):
    order = rng.permutation(100)
    for i in range(0, 100, 25):
        pick = order[i : i + 25]
        loss = F.mean_squared_error(net(inputs[pick]), outputs[pick])
        sgd.update()  # faulty guilty
        net.cleargrads()
        loss.backward()
        sgd.update()  # healthy
