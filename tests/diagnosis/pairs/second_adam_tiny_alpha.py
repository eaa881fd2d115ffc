# code: step-too-small
# where: Adam
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training

rs = np.random.RandomState(1)
x = rs.randn(100, 5).astype("f")
t = (x[:, 0] > 0).astype("i")
m = L.Classifier(chainer.Sequential(L.Linear(5, 10), F.relu, L.Linear(10, 2)))
opt = chainer.optimizers.Adam(alpha=1e-8).setup(m)  # faulty guilty
opt = chainer.optimizers.Adam(alpha=1e-2).setup(m)  # healthy
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x, t), 20)
training.Trainer(training.StandardUpdater(it, opt), (50, "iteration"), out="r").run()
