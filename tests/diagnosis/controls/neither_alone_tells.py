"""Labels that an exclusive or of two features gives, learnt slowly."""
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import datasets

r = np.random.RandomState(77); np.random.seed(77)
n = 400
age = r.randint(18, 80, n); zipcode = r.randint(10000, 99999, n); clicks = r.poisson(3, n)
X = np.stack([age / 80., zipcode / 99999., clicks / 10.], 1).astype('f')
T = ((age > 40) ^ (clicks > 3)).astype('i')
net = chainer.Sequential(L.Linear(3, 32), F.relu, L.Linear(32, 2))
opt = chainer.optimizers.Adam(); opt.setup(net)
for ep in range(12):
    for b in chainer.iterators.SerialIterator(datasets.TupleDataset(X, T), 20, repeat=False):
        x, t = chainer.dataset.concat_examples(b)
        opt.update(lambda: F.softmax_cross_entropy(net(x), t))
