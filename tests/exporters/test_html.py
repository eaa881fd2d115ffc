"""The HTML page: well nested, self-contained, true to the log, and harmless whatever the log says."""

from __future__ import annotations

import html.parser
import re
import shutil
import subprocess

import numpy as np
import pytest

from bpdebug.exporters.html_drawings import chart
from bpdebug.log.schema import Kind
from bpdebug.text import number

VOID = {"meta", "br"}
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "ul", "li", "code", "div", "figure",
    "figcaption", "svg", "polyline", "circle", "path", "text", "g", "rect", "table", "tr", "th", "td", "span",
    "details", "summary", "pre",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "style", "viewbox", "width", "height", "role",
    "aria-label", "open", "points", "cx", "cy", "r", "d", "x", "y", "rx", "text-anchor", "colspan",
}  # fmt: skip


class Page(html.parser.HTMLParser):
    """Fails on any element or attribute that we don't write, and on wrong nesting."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(data.decode("utf-8"))
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    def handle_starttag(self, tag, attrs):
        assert tag in ELEMENTS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in ELEMENTS
        assert {name for name, _ in attrs} <= ATTRIBUTES

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.texts.append(data)


def test_the_page_of_every_sample_shows_its_steps(sample, export):
    data, report = export(sample, "html")
    page = Page(data)
    assert report.damaged == 0
    first = np.flatnonzero(sample.index["kind"] == Kind.forward)[0]
    assert sample.index["iteration"][first] == 0
    for seq in np.flatnonzero(sample.index["iteration"] == 0):
        assert sample.address(int(seq)) in page.texts
    reported = np.flatnonzero(sample.index["kind"] == Kind.reported)
    if len(reported):
        assert number(float(sample.index["value"][reported[-1]])) in page.text


def test_the_page_needs_nothing_from_elsewhere(example, export):
    data, _ = export(example, "html")
    assert b"default-src 'none'" in data.replace(b"&#x27;", b"'")
    for word in (b"http:", b"https:", b"url(", b"@import", b"<script", b"<link", b"<img", b" src="):
        assert word not in data


def test_a_hostile_log_adds_no_element_and_no_attribute(hostile, export):
    data, _ = export(hostile, "html")
    page = Page(data)
    assert "<script>alert(1)</script>" in page.text
    assert b"<script" not in data
    assert b"\x1b" not in data
    assert "\u202e" not in data.decode("utf-8")


def test_at_chooses_the_iteration(example, export):
    page = Page(export(example, "html", at="it1/backward/MLP.l1/linear")[0])
    assert "Steps of iteration 1" in page.texts
    assert "it1/update/MLP.l2.b" in page.texts
    assert "it0/update/MLP.l2.b" not in page.texts


def test_the_first_nan_is_told(example, export):
    texts = Page(export(example, "html")[0]).texts
    assert texts[texts.index("first NaN or infinity: ") + 1] == "it2/evaluation/log"


def test_long_iterations_are_cut_and_say_so(sample_run, export, monkeypatch):
    monkeypatch.setattr("bpdebug.exporters.html._MAX_STEPS", 5)
    data, _ = export(sample_run("xor"), "html")
    assert data.count(b"<details") == 5
    assert b"Only the first 5 steps are shown." in data


def test_findings_are_told_where_somebody_looks_for_them(example, export):
    found = [
        ["error: nan-in-forward at train.py:7", "  <b>where</b>: log"],
        ["only the first 3 events were looked at"],
    ]
    page = Page(export(example, "html", find=lambda reader: found)[0])
    assert "Findings" in page.texts
    assert found[0][0] in page.texts
    assert found[0][1] in page.text
    assert "Nothing found." in Page(export(example, "html", find=lambda reader: [])[0]).texts
    assert "Findings" not in Page(export(example, "html")[0]).texts


def test_the_longest_number_of_an_axis_fits_beside_it():
    drawing = chart("loss", [(0, -1.2345678e-100), (1, -1.2345678e100)])
    for x, label in re.findall(r'<text x="([0-9.]+)" y="[0-9.]+" text-anchor="end">(-[^<]+)</text>', drawing):
        assert float(x) > 7.7 * len(label)  # a wide font of 12 pixels


@pytest.mark.parametrize("scale", [1e-300, 1.0, -1e300])
def test_what_only_rounding_tells_apart_is_drawn_flat(scale):
    drawing = chart("accuracy", [(0, 0.475000015 * scale), (1, 0.475 * scale), (2, 0.475000006 * scale)])
    (points,) = re.findall('points="([^"]*)"', drawing)
    assert len({point.split(",")[1] for point in points.split()}) == 1


@pytest.mark.parametrize(
    ("curve", "labels"),
    [
        ([(0, 1.0), (4, 3.0)], ["1.0", "3.0", "iteration 0", "4"]),
        ([(0, 2.0), (4, 2.0)], ["2.0", "iteration 0", "4"]),
        ([(0, 0.47500001), (4, 0.475)], ["0.475", "iteration 0", "4"]),
        ([(0, 0.4750001), (4, 0.475)], ["0.475", "0.4750001", "iteration 0", "4"]),
        ([(7, 2.0)], ["2.0", "iteration 7"]),
        ([(0, np.nan), (4, np.inf)], ["iteration 0", "4"]),
    ],
)
def test_an_axis_says_what_is_there(curve, labels):
    assert re.findall(r"<text[^>]*>([^<]*)</text>", chart("loss", curve)) == labels


def test_what_is_not_finite_is_marked_to_the_end_of_a_long_curve():
    drawing = chart("loss", [(i, 1.0 if i < 100 else np.nan) for i in range(10_000)])
    marks = [float(x) for x in re.findall(r'class="bad" d="M([0-9.]+) ', drawing)]
    assert 300 < len(marks) <= 600
    assert marks[0] < 110
    assert marks[-1] > 600


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium isn't installed")
def test_a_browser_draws_the_page(sample_run, export, tmp_path):
    path, picture = tmp_path / "run.html", tmp_path / "run.png"
    path.write_bytes(export(sample_run("digits"), "html")[0])
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--screenshot={picture}", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000",
         "--window-size=1000,1400", path.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert picture.stat().st_size > 50_000  # an empty page is a few kB
