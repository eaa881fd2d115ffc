# code: script-failed
# where: softmax_cross_entropy
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(17)
x = rng.randn(50, 4).astype(np.float32)
digits = rng.randint(1, 6, 50).astype(np.int32)  # faulty
digits = rng.randint(0, 5, 50).astype(np.int32)  # healthy
model = chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 5))
optimizer = chainer.optimizers.SGD().setup(model)
for i in range(5):
    scores = model(x)
    loss = F.softmax_cross_entropy(scores, digits)  # guilty
    model.cleargrads()
    loss.backward()
    optimizer.update()
