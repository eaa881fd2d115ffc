import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training
from chainer.training import extensions
rng = np.random.RandomState(41)
x = rng.rand(300, 1, 8, 8).astype('f')
t = (x[:, 0, :4].mean((1, 2)) > x[:, 0, 4:].mean((1, 2))).astype('i')


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.c = L.Convolution2D(1, 6, 3)
            self.b = L.BatchNormalization(6)
            self.f = L.Linear(None, 2)

    def forward(self, x):
        return self.f(F.dropout(F.relu(self.b(self.c(x))), 0.3))


m = L.Classifier(Net())
opt = chainer.optimizers.CorrectedMomentumSGD(0.02)
opt.setup(m)
tr = chainer.datasets.TupleDataset(x[:240], t[:240])
va = chainer.datasets.TupleDataset(x[240:], t[240:])
it = chainer.iterators.SerialIterator(tr, 24)
iv = chainer.iterators.SerialIterator(va, 30, repeat=False, shuffle=False)
trainer = training.Trainer(training.StandardUpdater(it, opt), (5, 'epoch'), out='o')
trainer.extend(extensions.Evaluator(iv, m), call_before_training=True)
trainer.extend(extensions.LogReport())
trainer.run()
