# code: unscaled-inputs
# where: Sequential.0
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

def load():
    r = np.random.RandomState(25)
    income = r.lognormal(10, 0.5, 400)
    age = r.uniform(18, 80, 400)
    kids = r.randint(0, 4, 400)
    buys = (income / 22000 + age / 50 + r.randn(400) * .3 > 2).astype('i')
    table = np.stack([income, age, kids], 1).astype('f')  # guilty
    table = (table - table.mean(0)) / table.std(0)  # healthy
    return table, buys

table, buys = load()
net = chainer.Sequential(L.Linear(3, 20), F.relu, L.Linear(20, 2))
opt = chainer.optimizers.SGD(0.01)
opt.setup(net)
for e in range(6):
    p = np.random.permutation(400)
    for s in range(0, 400, 20):
        loss = F.softmax_cross_entropy(net(table[p[s:s+20]]), buys[p[s:s+20]])
        net.cleargrads(); loss.backward(); opt.update()
