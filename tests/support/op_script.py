"""A script of one op, for commands that run one."""

__all__ = ["OPS"]

OPS = """
import sys
import numpy as np
import chainer.functions as F
y = F.relu(np.array([-1, 2], "f"))
print("relu:", y.array, sys.argv[1:])
"""
