# code: dead-relu
# where: predictor.d
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training, initializers

class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.c = L.Convolution2D(1, 8, 3)
            self.d = L.Convolution2D(8, 16, 3, initial_bias=initializers.Constant(-8))  # faulty guilty
            self.d = L.Convolution2D(8, 16, 3)  # healthy
            self.f = L.Linear(None, 3)
    def forward(self, x):
        return self.f(F.relu(self.d(F.relu(self.c(x)))))

r = np.random.RandomState(19); np.random.seed(19)
t = r.randint(0, 3, 240).astype('i'); x = .4 * r.randn(240, 1, 9, 9).astype('f')
for i in range(240): x[i, 0, 3 * t[i]:3 * t[i] + 3] += 1
clf = L.Classifier(Net()); o = chainer.optimizers.MomentumSGD(.02); o.setup(clf)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x, t)), 24), o), (6, 'epoch'), out='result').run()
