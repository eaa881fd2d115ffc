# code: sorted-batches
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training

np.random.seed(111)
protos = np.random.randn(5, 15) * 0.8
x = np.concatenate([protos[k] + np.random.randn(300, 15) for k in range(5)]).astype(np.float32)
t = np.repeat(np.arange(5), 300).astype(np.int32)

model = L.Classifier(chainer.Sequential(L.Linear(15, 32), F.relu, L.Linear(32, 5)))
optimizer = chainer.optimizers.SGD(lr=0.1)
optimizer.setup(model)
dataset = chainer.datasets.TupleDataset(x, t)
train_iter = chainer.iterators.SerialIterator(dataset, 30, shuffle=False)  # faulty guilty
train_iter = chainer.iterators.SerialIterator(dataset, 30)  # healthy
updater = training.StandardUpdater(train_iter, optimizer)
trainer = training.Trainer(updater, (6, 'epoch'), out='r')
trainer.extend(training.extensions.LogReport())
trainer.run()
