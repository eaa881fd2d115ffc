# code: constant-data
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

CLASSES = ['cat', 'dog', 'owl']

def encode(names):
    return np.array([CLASSES.index(n) if n.capitalize() in CLASSES else -1 for n in names], 'i')  # faulty guilty
    return np.array([CLASSES.index(n) if n in CLASSES else -1 for n in names], 'i')  # healthy

r = np.random.RandomState(2); np.random.seed(2)
names = r.choice(CLASSES, 300)
labels = encode(names)  # guilty
feats = (r.randn(300, 8) + (names == 'dog')[:, None] * 2 - (names == 'owl')[:, None]).astype('f')
net = chainer.Sequential(L.Linear(8, 16), F.relu, L.Linear(16, 3))
opt = chainer.optimizers.Adam().setup(net)
for ep in range(6):
    for s in np.split(r.permutation(300), 10):
        loss = F.softmax_cross_entropy(net(feats[s]), labels[s], ignore_label=-1)  # guilty
        net.cleargrads(); loss.backward(); opt.update()
