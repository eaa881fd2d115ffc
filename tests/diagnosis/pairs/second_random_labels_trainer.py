# code: uninformative-labels
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training

rs = np.random.RandomState(1)
X = rs.randn(1000, 6).astype("f")
T = X[:, :3].argmax(axis=1).astype("i")
T = T[rs.permutation(1000)]  # faulty guilty
m = L.Classifier(chainer.Sequential(L.Linear(6, 10), F.relu, L.Linear(10, 3)))
opt = chainer.optimizers.Adam(0.01).setup(m)
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(X, T), 50)
training.Trainer(training.StandardUpdater(it, opt), (120, "iteration"), out="r").run()
