# code: evaluation-mode
# where: batch_normalization
from contextlib import nullcontext
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

class Model(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(8, 24, nobias=True); self.n = L.BatchNormalization(24); self.b = L.Linear(24, 3)
    def forward(self, x):
        return self.b(F.relu(self.n(self.a(x))))

class Scorer:
    def __init__(self, model):
        self.model = model
    def __call__(self, x, t):
        mode = nullcontext()  # faulty
        mode = chainer.using_config('train', False)  # healthy
        with chainer.no_backprop_mode(), mode:
            return float(F.accuracy(self.model(x), t).array)  # guilty

r = np.random.RandomState(14); np.random.seed(14)
x = r.randn(360, 8).astype('f'); t = x[:, :3].argmax(1).astype('i')
m = Model(); score = Scorer(m); opt = chainer.optimizers.Adam(2e-3).setup(m)
for ep in range(6):
    for i in range(0, 300, 30):
        loss = F.softmax_cross_entropy(m(x[i:i + 30]), t[i:i + 30])
        m.cleargrads(); loss.backward(); opt.update()
    print(score(x[300:], t[300:]))
