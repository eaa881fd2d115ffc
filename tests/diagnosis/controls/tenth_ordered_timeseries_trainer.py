import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training
rng = np.random.RandomState(34)
s = np.cumsum(rng.randn(700) * 0.1).astype('f')
X = np.stack([s[k:k + 8] for k in range(680)])
Y = s[8:688, None]
net = L.Classifier(chainer.Sequential(L.Linear(8, 20), F.tanh, L.Linear(20, 1)), lossfun=F.mean_squared_error)
net.compute_accuracy = False
opt = chainer.optimizers.Adam(3e-3)
opt.setup(net)
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(X, Y), 34, shuffle=False)
training.Trainer(training.StandardUpdater(it, opt), (6, 'epoch'), out='o').run()
