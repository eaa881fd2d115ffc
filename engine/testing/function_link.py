"""Where Chainer has the test cases of functions and links."""

from .errors import FunctionTestError, LinkTestError
from .function_case import FunctionTestBase, FunctionTestCase
from .link_case import InitializerArgument, LinkInitializersTestCase, LinkTestCase

__all__ = [
    "FunctionTestBase",
    "FunctionTestCase",
    "FunctionTestError",
    "InitializerArgument",
    "LinkInitializersTestCase",
    "LinkTestCase",
    "LinkTestError",
]
