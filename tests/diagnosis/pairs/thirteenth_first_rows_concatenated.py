# code: same-batch
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(160, 5).astype("f")
train = chainer.datasets.TupleDataset(x, x.sum(axis=1, keepdims=True))
model = L.Linear(5, 1)
optimizer = chainer.optimizers.SGD(0.05).setup(model)
size = 20
for epoch in range(4):
    for start in range(0, len(train), size):
        examples = train[:size]  # faulty guilty
        examples = train[start : start + size]  # healthy
        batch, target = chainer.dataset.concat_examples(examples)
        loss = F.mean_squared_error(model(batch), target)
        model.cleargrads()
        loss.backward()
        optimizer.update()
