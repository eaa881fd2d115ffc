# code: hyperparameter
# where: predictor.mid
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training

class T(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.stem = L.Linear(7, 20); self.mid = L.Linear(20, 20); self.head = L.Linear(20, 3)
    def forward(self, x):
        return self.head(F.relu(self.mid(F.relu(self.stem(x)))))

r = np.random.RandomState(8); np.random.seed(8)
x = r.randn(300, 7).astype('f'); t = x[:, :3].argmax(1).astype('i')
m = T(); clf = L.Classifier(m); o = chainer.optimizers.MomentumSGD(.05); o.setup(clf)
for p in m.mid.params():
    p.update_rule.hyperparam.lr = 0.0  # faulty guilty
    p.update_rule.hyperparam.lr = 0.01  # healthy
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x, t)), 30), o), (8, 'epoch'), out='result').run()
