# code: evaluation-mode
# where: dropout
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training
from contextlib import nullcontext

class M(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(12, 48); self.b = L.Linear(48, 1)
    def predict(self, x):
        return self.b(F.dropout(F.relu(self.a(x)), .4))
    def forward(self, x, t):
        return F.mean_squared_error(self.predict(x), t)

r = np.random.RandomState(19); np.random.seed(19)
x = r.randn(300, 12).astype('f'); t = x[:, :1] * x[:, 1:2]
m = M(); o = chainer.optimizers.Adam(2e-3); o.setup(m)
trainer = training.Trainer(training.StandardUpdater(chainer.iterators.SerialIterator(list(zip(x[:240], t[:240])), 24), o), (8, 'epoch'), out='result')

@training.make_extension(trigger=(1, 'epoch'))
def validate(tr):
    mode = nullcontext()  # faulty
    mode = chainer.using_config('train', False)  # healthy
    with chainer.using_config('enable_backprop', False), mode:
        y = m.predict(x[240:])  # guilty
    print('val', ((y.array - t[240:]) ** 2).mean())

trainer.extend(validate)
trainer.run()
