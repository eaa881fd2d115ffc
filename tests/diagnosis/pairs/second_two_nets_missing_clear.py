# code: missing-cleargrads
# where: critic
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class Critic(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.critic = L.Linear(3, 1)

    def forward(self, x):
        return self.critic(x)


rs = np.random.RandomState(1)
actor = L.Linear(3, 2)
critic = Critic()
oa = chainer.optimizers.SGD(0.05).setup(actor)
oc = chainer.optimizers.SGD(0.05).setup(critic)
critic.cleargrads()
for i in range(20):
    x = rs.randn(16, 3).astype("f")
    a = rs.randint(0, 2, 16).astype("i")
    r = x[:, :1]
    la = F.softmax_cross_entropy(actor(x), a)
    actor.cleargrads()
    la.backward()
    oa.update()
    lc = F.mean_squared_error(critic(x), r)
    critic.cleargrads()  # healthy
    lc.backward()  # guilty
    oc.update()
