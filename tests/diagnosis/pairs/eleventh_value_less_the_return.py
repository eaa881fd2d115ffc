# code: wrong-sign
# where: log_softmax
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

class Agent(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.h, self.p, self.v = L.Linear(6, 32), L.Linear(32, 4), L.Linear(32, 1)
    def forward(self, s):
        h = F.relu(self.h(s))
        return self.p(h), F.flatten(self.v(h))

rng = np.random.RandomState(37)
K = rng.randn(6, 4)
agent = Agent()
opt = chainer.optimizers.RMSprop(2e-3)
opt.setup(agent)
for ep in range(80):
    s = rng.randn(40, 6).astype('f')
    logits, value = agent(s)
    pr = F.softmax(logits).array.astype('d')
    act = np.array([rng.choice(4, p=q / q.sum()) for q in pr], 'i')
    ret = ((s @ K)[np.arange(40), act] > 1).astype('f')
    diff = value.array - ret  # faulty guilty
    diff = ret - value.array  # healthy
    logp = F.select_item(F.log_softmax(logits), act)
    loss = -F.mean(logp * diff) + 0.5 * F.mean_squared_error(value, ret)
    agent.cleargrads(); loss.backward(); opt.update()
