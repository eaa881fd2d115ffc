# code: initial-scale
# where: predictor
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training
from chainer.initializers import Normal

class Deep(chainer.ChainList):
    def __init__(self):
        super().__init__(*[L.Linear(24, 24, initialW=Normal(.45)) for _ in range(18)])  # faulty guilty
        super().__init__(*[L.Linear(24, 24, initialW=Normal(.28)) for _ in range(18)])  # healthy
        self.add_link(L.Linear(24, 2))
    def forward(self, x):
        *body, head = self.children()
        for f in body:
            x = F.relu(f(x))
        return head(x)

r = np.random.RandomState(6); np.random.seed(6)
x = r.randn(360, 24).astype('f'); t = (x[:, 0] > x[:, 1]).astype('i')
clf = L.Classifier(Deep()); o = chainer.optimizers.SGD(.005); o.setup(clf)
training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x, t)), 24), o), (4, 'epoch'), out='result').run()
