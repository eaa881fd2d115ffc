"""`chainer.cuda`, the older name of `chainer.backends.cuda`: the very same module."""

import sys

from .backends import cuda

sys.modules[__name__] = cuda
