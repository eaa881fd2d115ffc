# code: hyperparameter
# where: predictor.mid
import numpy as np, chainer, chainer.functions as F, chainer.links as L

class T(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.stem = L.Linear(7, 20); self.mid = L.Linear(20, 20); self.head = L.Linear(20, 3)
    def forward(self, x):
        return self.head(F.relu(self.mid(F.relu(self.stem(x)))))

r = np.random.RandomState(8); np.random.seed(8)
x = r.randn(300, 7).astype('f'); t = x[:, :3].argmax(1).astype('i')
clf = L.Classifier(T()); o = chainer.optimizers.MomentumSGD(.05).setup(clf)
rule = clf.predictor.mid.W.update_rule
rule.hyperparam.momentum = 1.0  # faulty guilty
rule.hyperparam.momentum = 0.5  # healthy
for i in range(60):
    some = r.permutation(300)[:30]
    o.update(clf, x[some], t[some])
