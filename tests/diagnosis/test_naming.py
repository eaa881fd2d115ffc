"""Values are followed to where they were given: through modules, functions, settings and options."""

from __future__ import annotations

import ast
import textwrap

import pytest

from bpdebug.diagnosis.facts.naming import Naming
from bpdebug.diagnosis.facts.settings import set_at

TRAIN = "/p/train.py"


def _naming(files: dict[str, str]) -> tuple[Naming, dict[str, ast.Module], dict[str, list[str]]]:
    texts = {f"/p/{name}": textwrap.dedent(text).strip() for name, text in files.items()}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    return Naming(texts, trees.get), trees, {path: text.splitlines() for path, text in texts.items()}


@pytest.mark.parametrize(
    ("files", "made"),
    [
        ({"train.py": "from data import x\nfit(x)", "data.py": "x = load() / 255"}, "x = load() / 255"),
        ({"train.py": "import data\nfit(data.x)", "data.py": "y = 1\nx = load() / 255"}, "x = load() / 255"),
        ({"train.py": "import pkg.data as d\nfit(d.x)", "pkg/data.py": "x = load() / 255"}, "x = load() / 255"),
        ({"train.py": "from pkg import x\nfit(x)", "pkg/__init__.py": "from .data import x",
          "pkg/data.py": "x = 3 * y"}, "x = 3 * y"),
        ({"train.py": "from data import *\nfit(x)", "data.py": "x = load() / 255"}, "x = load() / 255"),
        ({"train.py": "from data import get\nx = get()\nfit(x)",
          "data.py": "def get():\n    a = load() / 255\n    return a"}, "a = load() / 255"),
        ({"train.py": "import data\nx = data.get(3)\nfit(x)", "data.py": "def get(n):\n    return load(n) / 255"},
         "return load(n) / 255"),
        ({"train.py": "def get():\n    a = load() / 255\n    return a\na = 3\nfit(get_it(a))\nx = get()\nfit(x)"},
         "a = load() / 255"),
    ],
)  # fmt: skip
def test_the_history_of_a_name_goes_on_where_it_comes_from(files: dict[str, str], made: str) -> None:
    naming, trees, lines = _naming(files)
    last = trees[TRAIN].body[-1]
    names = naming.names_at(TRAIN, last)
    found = naming.history(TRAIN, last.lineno, names, lambda some: some)
    assert made in [lines[path][line - 1].strip() for path, line in found]


def test_names_that_go_round_in_circles_end() -> None:
    naming, trees, _ = _naming({"train.py": "from data import x\nfit(x)", "data.py": "from train import x"})
    assert naming.history(TRAIN, 2, naming.names_at(TRAIN, trees[TRAIN].body[-1]), lambda some: some) == []


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"train.py": "lr = 3\nSGD(lr)"}, "lr = 3"),
        ({"train.py": "import config\nSGD(config.LR)", "config.py": "LR = 3"}, "LR = 3"),
        ({"train.py": "from config import LR\nSGD(LR)", "config.py": "LR = 3"}, "LR = 3"),
        ({"train.py": "p.add_argument('--learning-rate', type=float,\n default=3)\nSGD(args.learning_rate)"},
         "p.add_argument('--learning-rate', type=float,"),
        ({"train.py": "class Config:\n    seed = 1\n    lr: float = 3\nSGD(Config().x)\nSGD(cfg.lr)"}, "lr: float = 3"),
        ({"train.py": "from c import hyper\nSGD(hyper['lr'])", "c.py": "hyper = {\n 'n': 1,\n 'lr': 3,\n}"},
         "'lr': 3,"),
        ({"train.py": "hyper = dict(\n n=1,\n lr=3)\nSGD(hyper['lr'])"}, "lr=3)"),
        ({"train.py": "def fit(rate=3):\n    SGD(rate)"}, "def fit(rate=3):"),
        ({"train.py": "from o import fit\nfit(\n 1,\n rate=3)", "o.py": "def fit(n, rate):\n    SGD(rate)"}, "rate=3)"),
        ({"train.py": "from o import fit\nLR = 3\nfit(LR)", "o.py": "def fit(rate):\n    SGD(rate)"}, "LR = 3"),
    ],
)  # fmt: skip
def test_an_argument_is_followed_to_the_line_that_sets_it(files: dict[str, str], where: str) -> None:
    naming, trees, lines = _naming(files)
    path, call = next(
        (path, node)
        for path, tree in trees.items()
        for node in list(ast.walk(tree))[::-1]
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SGD"
    )
    found = set_at(naming, list(trees.items()), (path, call.lineno), call.args[0])
    assert found is not None
    assert lines[found[0]][found[1] - 1].strip() == where


def test_a_number_at_the_call_and_a_setting_of_which_there_are_two_are_set_nowhere_else() -> None:
    naming, trees, _ = _naming({"train.py": "A = dict(lr=1)\nB = dict(lr=2)\nSGD(A['lr'])\nSGD(0.1)"})
    for statement in trees[TRAIN].body[2:]:
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        value = statement.value.args[0]
        assert set_at(naming, list(trees.items()), (TRAIN, statement.lineno), value) is None
