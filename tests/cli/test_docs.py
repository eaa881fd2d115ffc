"""docs/cli.md lists what there is."""

from __future__ import annotations

import argparse
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from bpdebug import cli
from bpdebug.cli.show import VIEWS
from bpdebug.exporters import EXPORTERS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_and_option_is_described(name):
    parser = argparse.ArgumentParser(add_help=False)
    importlib.import_module(cli.COMMANDS[name].module).configure(parser)
    assert f"bpdebug {name} " in TEXT
    for action in parser._actions:
        if action.option_strings:
            assert action.option_strings[-1] in TEXT, action.option_strings


def test_every_view_is_described():
    for view in VIEWS:
        assert f"| `{view}` |" in TEXT


def test_every_format_is_described_as_the_table_has_it():
    text = (DOCS / "exports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| (.+?) \|(.*)\|$", text, re.MULTILINE)
    assert [(name, suffix, summary) for name, suffix, summary, _ in rows] == [
        (exporter.name, exporter.suffix, exporter.summary) for exporter in EXPORTERS.values()
    ]
    extras = tomllib.loads((DOCS.parent / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for exporter, row in zip(EXPORTERS.values(), rows, strict=True):
        assert f"\n## {exporter.name}\n" in text
        assert ("`pip install 'bpdebug[" in row[3]) == bool(exporter.needs)
        if exporter.needs:
            assert any(line.startswith(exporter.needs) for line in extras[exporter.name])
