# code: missing-cleargrads
# where: predictor
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

ACCUMULATE = 4
rng = np.random.RandomState(2)
x = rng.randn(160, 10).astype(np.float32)
t = (x[:, :3].sum(axis=1) > 0).astype(np.int32)
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x, t), 8, shuffle=True)
model = L.Classifier(chainer.Sequential(L.Linear(10, 16), F.relu, L.Linear(16, 2)))
optimizer = chainer.optimizers.MomentumSGD(lr=0.02)
optimizer.setup(model)
model.cleargrads()
for micro in range(40):
    xs, ts = chainer.dataset.concat_examples(next(it))
    loss = model(xs, ts) / ACCUMULATE
    loss.backward()  # guilty
    if micro % ACCUMULATE == ACCUMULATE - 1:
        optimizer.update()
        model.cleargrads()  # healthy
