# code: uninformative-labels
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(4)
n = 2000
t = np.random.randint(0, 5, n).astype(np.int32)
means = np.random.randn(5, 8) * 2
x = (means[t] + np.random.randn(n, 8)).astype(np.float32)

perm = np.random.permutation(n)
x = x[perm]  # guilty
t = t[perm]  # healthy

model = L.Classifier(chainer.Sequential(L.Linear(8, 60), F.relu, L.Linear(60, 5)))
opt = chainer.optimizers.Adam()
opt.setup(model)
train = chainer.datasets.TupleDataset(x, t)
train_iter = chainer.iterators.SerialIterator(train, 40)
updater = chainer.training.StandardUpdater(train_iter, opt, device=-1)
trainer = chainer.training.Trainer(updater, (3, 'epoch'), out='out')
trainer.extend(chainer.training.extensions.LogReport())
trainer.extend(chainer.training.extensions.PrintReport(['epoch', 'main/loss', 'main/accuracy']))
trainer.run()
