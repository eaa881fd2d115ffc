# code: wrong-sign
# where: log_softmax
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(21)


class Policy(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 32)
            self.l2 = L.Linear(32, 3)

    def forward(self, s):
        return self.l2(F.tanh(self.l1(s)))


W_true = rng.randn(4, 3)
policy = Policy()
opt = chainer.optimizers.Adam(1e-2)
opt.setup(policy)
for episode in range(120):
    s = rng.randn(64, 4).astype(np.float32)
    logits = policy(s)
    prob = F.softmax(logits).array
    a = np.array([rng.choice(3, p=p / p.sum()) for p in prob.astype(np.float64)], dtype=np.int32)
    reward = (a == (s @ W_true).argmax(axis=1)).astype(np.float32)
    adv = reward - reward.mean()
    logp = F.select_item(F.log_softmax(logits), a)
    loss = F.mean(logp * adv)  # faulty guilty
    loss = -F.mean(logp * adv)  # healthy
    policy.cleargrads()
    loss.backward()
    opt.update()
    if episode % 50 == 0:
        print(episode, reward.mean())
