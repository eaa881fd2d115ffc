# code: wrong-sign
# where: Plain
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training, optimizer

class PlainRule(optimizer.UpdateRule):
    def __init__(self, parent_hyperparam=None, lr=.05):
        super().__init__(parent_hyperparam)
        self.lr = lr
    def update_core(self, param):
        if param.grad is not None:
            param.array += self.lr * param.grad  # faulty guilty
            param.array -= self.lr * param.grad  # healthy

class Plain(optimizer.GradientMethod):
    def create_update_rule(self):
        return PlainRule()

r = np.random.RandomState(2); np.random.seed(2)
x = r.randn(200, 4).astype('f'); t = (x[:, 0] > x[:, 3]).astype('i')
clf = L.Classifier(chainer.Sequential(L.Linear(4, 12), F.relu, L.Linear(12, 2)))
o = Plain(); o.setup(clf)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x, t)), 20), o), (6, 'epoch'), out='result').run()
