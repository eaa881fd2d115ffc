# code: same-batch
# where: Classifier
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer.dataset import concat_examples
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator

rng = np.random.RandomState(0)
x = rng.randn(80, 4).astype("f")
t = (x[:, 0] > 0).astype("i")
iterator = SerialIterator(TupleDataset(x, t), 10)
model = L.Classifier(chainer.Sequential(L.Linear(4, 8), F.relu, L.Linear(8, 2)))
optimizer = chainer.optimizers.Adam(0.01).setup(model)
batch = iterator.next()  # faulty guilty
while optimizer.t < 24:
    batch = iterator.next()  # healthy
    xs, ts = concat_examples(batch)
    model.cleargrads()
    loss = model(xs, ts)
    loss.backward()
    optimizer.update()
