# code: same-batch
# where: predictor.0
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training
from chainer.iterators import SerialIterator

class MyUpdater(training.StandardUpdater):
    def __init__(self, data, size, opt):
        super().__init__(SerialIterator(data, size), opt)
        self.data, self.size = data, size
    def update_core(self):
        batch = SerialIterator(self.data, self.size, shuffle=False).next()  # faulty guilty
        batch = self.get_iterator('main').next()  # healthy
        x, t = self.converter(batch, self.device)
        opt = self.get_optimizer('main')
        opt.update(opt.target, x, t)  # guilty

r = np.random.RandomState(21); np.random.seed(21)
x = r.randn(300, 6).astype('f'); t = (x.sum(1) > 0).astype('i')
clf = L.Classifier(chainer.Sequential(L.Linear(6, 16), F.relu, L.Linear(16, 2)))
o = chainer.optimizers.Adam(); o.setup(clf)
training.Trainer(MyUpdater(list(zip(x, t)), 25, o), (80, 'iteration'), out='result').run()
