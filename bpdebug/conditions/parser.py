"""Reads a condition into a tree. Nothing is ever evaluated as Python; a mistake is told with its column.

From the loosest to the tightest binding: `or`, `and`, `not`, comparisons, `+ -`, `* / %`, unary `-`, `**`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from ..errors import ConditionError
from . import syntax as s
from .tokens import Token, tokens_of
from .words import FIELDS, FUNCTIONS, REPORT, SUFFIXES, TENSORS, role_word, tensor_word

__all__ = ["MOST_BACK", "parse"]

MOST_BACK = 100
"""How many reports back a condition may look: `loss[-100]`."""

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_DEEPEST = 50
_KEYWORDS = ("and", "or", "not")
_Rule = Callable[[], s.Node]


def parse(text: str) -> s.Node:
    """The tree of a condition, or of an expression to watch.

    Raises:
        ConditionError: it isn't one; the message says what is wrong, and where.
    """
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._place = 0
        self._depth = 0
        self._calls = 0
        """Functions whose parentheses are open."""

    def whole(self) -> s.Node:
        if self._now.kind == "end":
            raise self._wrong("a condition was expected, such as norm(gx) > 100")
        at = self._now
        node = self._or()
        if self._now.kind != "end":
            raise self._wrong(f"{self._now.text!r} can't stand here")
        self._check_truth(node, at)
        return node

    # ---- tokens ---------------------------------------------------------------------------------------------

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _take(self, *texts: str) -> str:
        """The current token's text if it is one of these signs or keywords, and go on behind it; else ""."""
        token = self._now
        if token.kind in ("sign", "name") and token.text in texts:
            self._place += 1
            return token.text
        return ""

    def _need(self, text: str, opened: Token) -> None:
        if not self._take(text):
            found = f", not {self._now.text!r}" if self._now.kind != "end" else ""
            raise self._wrong(f"{text!r} was expected{found}: {opened.text!r} is open")

    def _wrong(self, message: str, token: Token | None = None) -> ConditionError:
        return ConditionError(message, self._text, (token or self._now).column)

    # ---- rules, from the loosest ------------------------------------------------------------------------------

    def _or(self) -> s.Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong("this is nested too deeply")
        node = self._joined("or", self._and)
        self._depth -= 1
        return node

    def _and(self) -> s.Node:
        return self._joined("and", self._not)

    def _joined(self, operator: str, tighter: _Rule) -> s.Node:
        at = self._now
        node = tighter()
        while self._now.text == operator and self._now.kind == "name":
            self._check_truth(node, at)
            self._take(operator)
            at = self._now
            right = tighter()
            self._check_truth(right, at)
            node = s.Binary(operator, node, right)
        return node

    def _check_truth(self, node: s.Node, at: Token) -> None:
        if _is_text(node):
            raise self._wrong('a text alone is not true or false: compare it, as in op == "relu"', at)

    def _not(self) -> s.Node:
        count = 0
        while self._take("not"):
            count += 1
        at = self._now
        node = self._comparison()
        if count:
            self._check_truth(node, at)
        return s.Unary("not", node) if count % 2 else node

    def _comparison(self) -> s.Node:
        at = self._now
        left = self._sum()
        operator_at = self._now
        operator = self._take(*_COMPARISONS)
        if not operator:
            return left
        right_at = self._now
        right = self._sum()
        self._check_comparison(operator, operator_at, (left, at), (right, right_at))
        if self._now.text in _COMPARISONS and self._now.kind == "sign":
            raise self._wrong("comparisons can't be chained: join them by and")
        return s.Binary(operator, left, right)

    def _check_comparison(
        self, operator: str, at: Token, left: tuple[s.Node, Token], right: tuple[s.Node, Token]
    ) -> None:
        texts = [_is_text(side) for side, _ in (left, right)]
        if all(texts) and isinstance(left[0], s.Text) == isinstance(right[0], s.Text):
            raise self._wrong('a text is compared with one in quotes, as in op == "relu"', right[1])
        if any(texts) and operator not in ("==", "!="):
            raise self._wrong("texts can only be compared by == and !=", at)
        if texts == [True, False] or texts == [False, True]:
            node, where = right if texts[0] else left
            text = left[0] if texts[0] else right[0]
            if isinstance(text, s.Text):
                raise self._wrong("this is a number: it can't be compared with a text", where)
            hint = f', such as "{node.name}"' if isinstance(node, s.Metric) else ""
            assert isinstance(text, s.Field)
            raise self._wrong(f"{text.name} is a text: compare it with one in quotes{hint}", where)

    def _sum(self) -> s.Node:
        return self._chain_of_numbers(("+", "-"), self._product)

    def _product(self) -> s.Node:
        return self._chain_of_numbers(("*", "/", "%"), self._unary)

    def _chain_of_numbers(self, operators: Sequence[str], tighter: _Rule) -> s.Node:
        at = self._now
        node = tighter()
        while self._now.text in operators and self._now.kind == "sign":
            if _is_text(node):
                raise self._wrong("a text can't be calculated with", at)
            operator = self._take(*operators)
            at = self._now
            right = tighter()
            if _is_text(right):
                raise self._wrong("a text can't be calculated with", at)
            node = s.Binary(operator, node, right)
        return node

    def _unary(self) -> s.Node:
        count = 0
        while self._take("-"):
            count += 1
        at = self._now
        node = self._power()
        if count and _is_text(node):
            raise self._wrong("a text can't be calculated with", at)
        return s.Unary("-", node) if count % 2 else node

    def _power(self) -> s.Node:
        at = self._now
        node = self._atom()
        if self._take("**"):
            exponent_at = self._now
            self._depth += 1
            if self._depth > _DEEPEST:
                raise self._wrong("this is nested too deeply")
            exponent = self._unary()
            self._depth -= 1
            for side, where in ((node, at), (exponent, exponent_at)):
                if _is_text(side):
                    raise self._wrong("a text can't be calculated with", where)
            return s.Binary("**", node, exponent)
        return node

    # ---- atoms --------------------------------------------------------------------------------------------------

    def _atom(self) -> s.Node:
        token = self._now
        if self._take("("):
            node = self._or()
            self._need(")", token)
            return node
        if token.kind == "end":
            raise self._wrong("the condition ends too early: a name or a number was expected")
        if token.kind == "sign" or token.text in _KEYWORDS:
            raise self._wrong(f"a name or a number was expected, not {token.text!r}")
        self._place += 1
        if token.kind == "number":
            return s.Number(float(token.text))
        if token.kind == "text":
            return s.Text(token.text[1:-1])
        return self._name(token)

    def _name(self, token: Token) -> s.Node:
        name = token.text
        opening = self._now
        if self._take("("):
            return self._call(token, opening)
        if name.startswith(REPORT):
            return s.Metric(name.removeprefix(REPORT), self._index_of_report())
        if name in FIELDS:
            return s.Field(name)
        if name in ("nan", "inf"):
            return s.Nonfinite(name)
        # A role that is called as a function is one in parentheses only: `mean > 3` is a slip.
        if name in FUNCTIONS and not (role_word(name) and self._calls):
            raise self._wrong(f"{name} needs an argument, such as {name}(y)", token)
        base, dot, suffix = name.rpartition(".")
        if dot and suffix in SUFFIXES:
            return s.Tensor(base, suffix, self._index_of_place())
        if dot and tensor_word(base):
            known = ", ".join(f".{one}" for one in SUFFIXES)
            raise self._wrong(f"{base} has no .{suffix}, only {known}", token)
        if tensor_word(name) or dot or (role_word(name) and not self._is_earlier_report()):
            return s.Tensor(name, "", self._index_of_place())
        self._check_metric(token)
        return s.Metric(name, self._index_of_report())

    def _call(self, token: Token, opening: Token) -> s.Node:
        name = token.text
        if name not in FUNCTIONS:
            near = difflib.get_close_matches(name, FUNCTIONS, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(FUNCTIONS)}"
            raise self._wrong(f"there is no function {name}{hint}", token)
        if self._now.text == ")" and self._now.kind == "sign":
            raise self._wrong(f"{name} needs an argument, such as {name}(y)")
        at = self._now
        self._calls += 1
        argument = self._or()
        self._calls -= 1
        if _is_text(argument):
            raise self._wrong("a text can't be calculated with", at)
        self._need(")", opening)
        return s.Call(name, argument)

    def _check_metric(self, token: Token) -> None:
        """A word that is nearly one of ours is a slip, not a metric."""
        name = token.text
        known = [*FIELDS, *(word for word in TENSORS if len(word) > 2)]
        near = difflib.get_close_matches(name, known, 1, 0.8)
        if near:
            raise self._wrong(f"there is no {name}; did you mean {near[0]}?", token)

    def _is_earlier_report(self) -> bool:
        """Whether `[-` comes next: `precision[-1]` can only be a metric."""
        return [token.text for token in self._tokens[self._place : self._place + 2]] == ["[", "-"]

    def _index_of_place(self) -> int | None:
        opening = self._now
        if not self._take("["):
            return None
        token = self._now
        if token.kind != "number" or not token.text.isdigit():
            raise self._wrong("which one? A number from 0, as in x[0]")
        self._place += 1
        self._need("]", opening)
        return int(token.text)

    def _index_of_report(self) -> int:
        opening = self._now
        if not self._take("["):
            return 0
        back = bool(self._take("-"))
        token = self._now
        if not back or token.kind != "number" or not token.text.isdigit() or int(token.text) < 1:
            raise self._wrong("which report before the latest? -1 or less, as in loss[-1]")
        if int(token.text) > MOST_BACK:
            raise self._wrong(f"a condition looks at most {MOST_BACK} reports back")
        self._place += 1
        self._need("]", opening)
        return int(token.text)


def _is_text(node: s.Node) -> bool:
    return isinstance(node, s.Text) or (isinstance(node, s.Field) and FIELDS[node.name].is_text)
