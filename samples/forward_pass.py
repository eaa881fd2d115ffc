"""Forward propagation: one sample with three features goes through 3 -> 5 -> 2.

Nothing is learned here. Step through it and watch in the Tensor pane how each op turns its inputs into its
output: `linear` computes W x + b, `relu` replaces what is negative by 0, the second `linear` gives the
answer.
"""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import Variable

# The weights start as random numbers. With a fixed seed every run draws the same ones.
np.random.seed(1)


class SimpleNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        # Links made inside init_scope() belong to this chain: their weights are its weights.
        with self.init_scope():
            self.l1 = L.Linear(3, 5)  # input layer to hidden layer
            self.l2 = L.Linear(5, 2)  # hidden layer to output layer

    def forward(self, x):
        # The weighted sums of the three inputs, one for each hidden unit: h = W x + b.
        h = self.l1(x)
        print("隐藏层(激活前):", h.data)

        # Without something that isn't linear in between, two layers could do no more than one.
        h = F.relu(h)
        print("隐藏层(ReLU 后):", h.data)

        # The output layer: weighted sums again, now of the hidden units.
        y = self.l2(h)
        print("输出层(激活前):", y.data)
        return y


model = SimpleNN()
x = Variable(np.array([[1, 2, 3]], dtype=np.float32))  # one sample, three features

# Calling the model calls its forward(), and the graph of the computation is made on the way.
output = model(x)
print("最终输出:", output.data)
