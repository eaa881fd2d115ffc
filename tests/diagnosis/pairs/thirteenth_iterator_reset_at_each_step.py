# code: same-batch
# where: Linear
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(0)
x = rng.randn(160, 5).astype("f")
train = chainer.datasets.TupleDataset(x, x.sum(axis=1, keepdims=True))
batches = chainer.iterators.SerialIterator(train, 20, shuffle=False)
model = L.Linear(5, 1)
optimizer = chainer.optimizers.SGD(0.05).setup(model)
for step in range(32):
    batch, target = chainer.dataset.concat_examples(batches.next())
    loss = F.mean_squared_error(model(batch), target)
    model.cleargrads()
    loss.backward()
    optimizer.update()
    batches.reset()  # faulty guilty
    if batches.is_new_epoch:  # healthy
        batches.reset()  # healthy
