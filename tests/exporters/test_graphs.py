"""dot and mermaid: the graph of one iteration, and no name that leaves its quotes."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest

from bpdebug.errors import ExportError
from bpdebug.log.schema import Kind
from tests.exporters.conftest import HOSTILE

STRING = r'"(?:[^"\\]|\\.)*"'


def edges_of(reader, iteration):
    """Every (from, to) of the iteration's forward ops, straight from the bodies."""
    found = set()
    for seq in np.flatnonzero(
        (reader.index["kind"] == Kind.forward) & (reader.index["iteration"] == iteration)
    ):
        body = reader.body(int(seq))
        found |= {(f"v{slot.var}", f"op{seq}") for slot in body.x}
        found |= {(f"op{seq}", f"v{slot.var}") for slot in body.y}
    return found


@pytest.mark.parametrize("name", ["dot", "mermaid"])
def test_every_edge_of_every_sample_is_drawn(sample, export, name):
    text = export(sample, name)[0].decode()
    arrow = r"(\w+) -> (\w+) \[" if name == "dot" else r'(\w+) -->\|"[^"]*"\| (\w+)'
    assert set(re.findall(arrow, text)) == edges_of(sample, 0)


@pytest.mark.parametrize("name", ["dot", "mermaid"])
def test_the_asked_event_chooses_the_iteration_and_is_marked(example, export, name):
    text = export(example, name, at="it1/backward/MLP.l2/linear")[0].decode()
    seq = example.find("it1/forward/MLP.l2/linear")
    (line,) = [line for line in text.splitlines() if re.search(rf"\bop{seq}( \[shape=box|\[)", line)]
    assert "#ffe08a" in line or ":::here" in line
    assert set(re.findall(r"\bop(\d+)\b", text)) == {
        target[2:] for _, target in edges_of(example, 1) if target.startswith("op")
    }


def test_boxes_say_link_and_gradient(example, export):
    text = export(example, "dot")[0].decode()
    body = example.body(example.find("it0/backward/MLP.l2/linear"))
    largest = max(np.linalg.norm(example.array(tensor)) for tensor in body.gx)
    assert re.search(rf'label="linear\\nMLP\.l2\\nlargest \|gx\| {largest:.2f}', text)
    assert 'subgraph "cluster_MLP" { label="MLP"; color=gray; subgraph "cluster_MLP.l2"' in text


def test_nothing_to_draw_says_so(example, export):
    with pytest.raises(ExportError, match="no forward op"):
        export(example, "dot", only=("param_updated",))


def test_dot_keeps_hostile_names_inside_their_quotes(hostile, export):
    text = export(hostile, "dot")[0].decode()
    bare = re.sub(STRING, '""', text).replace("->", "")
    assert '"' not in bare.replace('""', "")
    assert not set(bare) & set("<>'|\x1b\u202e")
    assert bare.count("{") == bare.count("}")


def test_mermaid_keeps_hostile_names_inside_their_quotes(hostile, export):
    text = export(hostile, "mermaid")[0].decode()
    bare = re.sub(r'"[^"\n]*"', '""', text)
    assert "script" not in bare
    for label in re.findall(r'"([^"\n]*)"', text):
        assert not set(label.replace("<br/>", "")) & set("<>[]{}|`\"'&\x1b")
    assert HOSTILE not in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz isn't installed")
def test_graphviz_draws_every_sample_and_the_hostile_log(sample, hostile, export):
    for reader in (sample, hostile):
        drawn = subprocess.run(
            ["dot", "-Tsvg"], input=export(reader, "dot")[0], capture_output=True, check=True, timeout=60
        )
        assert drawn.stderr == b""
        assert b"<svg" in drawn.stdout
