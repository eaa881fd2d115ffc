"""A policy gradient with a baseline: the loss is of either sign, and its value says nothing."""
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

class Policy(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 24)
            self.l2 = L.Linear(24, 3)
    def forward(self, s):
        return self.l2(F.relu(self.l1(s)))

def act(logits, r):
    p = F.softmax(logits).array
    return np.array([r.choice(3, p=q / q.sum()) for q in p], 'i')

r = np.random.RandomState(17)
np.random.seed(17)
pi = Policy()
opt = chainer.optimizers.Adam(3e-3)
opt.setup(pi)
for episode in range(120):
    s = r.randn(40, 4).astype('f')
    logits = pi(s)
    a = act(logits, r)
    reward = (a == s[:, :3].argmax(1)).astype('f')
    logp = F.select_item(F.log_softmax(logits), a)
    loss = -F.mean(logp * (reward - reward.mean()))
    pi.cleargrads()
    loss.backward()
    opt.update()
