# code: target-in-inputs
# where: predictor
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training

np.random.seed(105)
table = np.random.randn(1200, 9).astype(np.float32)
target = (table[:, 0] + table[:, 1] * table[:, 2] + np.random.randn(1200) > 0).astype(np.float32)
table = np.hstack([table, target[:, None]])
X = table.astype(np.float32)  # faulty guilty
X = table[:, :-1].astype(np.float32)  # healthy
T = table[:, -1].astype(np.int32)

model = L.Classifier(chainer.Sequential(L.Linear(None, 30), F.relu, L.Linear(30, 2)))
opt = chainer.optimizers.Adam().setup(model)
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(X, T), 40)
tr = training.Trainer(training.updaters.StandardUpdater(it, opt), (5, 'epoch'), 'out')
tr.extend(training.extensions.LogReport())
tr.run()
