"""Call sites hold the user's frames and nobody else's."""

from __future__ import annotations

import gc
import importlib.util
import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpdebug.log.schema import NOTHING
from bpdebug.log.writer import LogWriter
from bpdebug.recorder.call_site import CallSites


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[LogWriter]:
    writer = LogWriter.create(tmp_path / "run")
    yield writer
    writer.close()


def load(path: Path, text: str, **names: object) -> types.ModuleType:
    """Write `text` as a Python file and run it with `names` in its globals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(names)
    spec.loader.exec_module(module)
    return module


def innermost(sites: CallSites, site: int, count: int = 2) -> list[tuple[str, int, str]]:
    return [(Path(path).name, line, name) for path, line, name in sites.frames_of(site)[-count:]]


def test_a_site_names_file_line_and_function_of_each_user_frame(writer: LogWriter, tmp_path: Path) -> None:
    sites = CallSites(writer)
    text = "class Model:\n    def forward(self):\n        return here()\n\n\n"
    text += "def main():\n    return Model().forward()\n"
    module = load(tmp_path / "model.py", text, here=sites.here)
    site = module.main()
    assert innermost(sites, site) == [("model.py", 7, "main"), ("model.py", 3, "Model.forward")]
    source = next(source for source in writer.sources if source.path.endswith("model.py"))
    assert source.text == text


def test_the_same_stack_is_the_same_site_and_another_line_is_another(
    writer: LogWriter, tmp_path: Path
) -> None:
    sites = CallSites(writer)
    text = "def f():\n    a = [here() for _ in range(3)]\n    b = here()\n    return a, b\n"
    a, b = load(tmp_path / "model.py", text, here=sites.here).f()
    assert len(set(a)) == 1
    assert b not in a
    assert innermost(sites, b, 1) == [("model.py", 3, "f")]


def test_frames_of_packages_standard_library_and_debugger_are_left_out(
    writer: LogWriter, tmp_path: Path
) -> None:
    sites = CallSites(writer)
    text = "def call(f):\n    return f()\n"
    package = load(tmp_path / "lib" / "site-packages" / "thing.py", text)
    engine = load(tmp_path / "engine" / "link.py", text)
    sites.ignore(str(tmp_path / "engine"))
    user = load(tmp_path / "mine.py", text)
    inside = [lambda _: sites.here()]
    through_json = lambda: json.loads("1", parse_int=inside[0])  # noqa: E731
    site = user.call(lambda: package.call(lambda: engine.call(through_json)))
    names = [name for name, _, _ in innermost(sites, site, 100)]
    assert "mine.py" in names
    assert Path(__file__).name in names
    assert not {"thing.py", "link.py", "decoder.py", "__init__.py", "call_site.py"} & set(names)


@pytest.mark.parametrize(
    ("script", "file", "mine"),
    [
        ("/home/ada/train.py", "/home/ada/train.py", True),
        ("/home/ada/train.py", "/home/ada/net/model.py", True),
        ("/home/ada/train.py", "/home/bob/tools.py", True),
        ("/home/ada/train.py", "/home/ada/.venv/lib/python3.11/site-packages/numpy/x.py", False),
        ("/opt/site-packages/tool/train.py", "/opt/site-packages/tool/model.py", True),
        ("/opt/site-packages/tool/train.py", "/opt/site-packages/other/model.py", False),
        ("train.py", "train.py", True),
        ("/home/ada/train.py", "<string>", False),
        ("/home/ada/train.py", "<frozen importlib._bootstrap>", False),
        ("/home/ada/train.py", json.__file__, False),
        (json.__file__, json.__file__, True),
    ],
)
def test_whose_file_it_is(writer: LogWriter, script: str, file: str, mine: bool) -> None:
    sites = CallSites(writer)
    sites.set_script(script, "/home/ada")
    assert sites.is_user(file) is mine


def test_a_finalizer_may_import_while_modules_are_looked_through(
    writer: LogWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    sites = CallSites(writer)
    sites.set_script("/home/ada/train.py", "/home/ada")

    def imports(phase: str, info: dict[str, int]) -> None:
        sys.modules[f"imported_{len(sys.modules)}"] = sys

    gc.callbacks.append(imports)
    threshold = gc.get_threshold()
    gc.set_threshold(1)
    try:
        sites.define_modules()
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(imports)


def test_a_relative_file_name_starts_where_the_script_started(
    writer: LogWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.py").write_text("here()\n")
    sites = CallSites(writer)
    sites.set_script("train.py", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    found: list[int] = []
    code = compile("here()\n", "train.py", "exec")
    exec(code, {"here": lambda: found.append(sites.here())})
    assert any(frame[0] == str(tmp_path / "train.py") for frame in sites.frames_of(found[0]))
    assert any(source.text == "here()\n" for source in writer.sources)


def test_a_source_in_another_encoding_is_read_as_declared(writer: LogWriter, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_bytes("# -*- coding: gbk -*-\n# 训练\n".encode("gbk"))
    sites = CallSites(writer)
    sites.of_frames([(str(path), 1, "f")])
    assert "训练" in writer.sources[0].text


def test_a_file_that_is_gone_or_unreadable_has_no_text(writer: LogWriter, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes(b"\xff\xfe\x00")
    sites = CallSites(writer)
    site = sites.of_frames([(str(tmp_path / "gone.py"), 3, "f"), (str(tmp_path / "bad.py"), 1, "g")])
    assert len(sites.frames_of(site)) == 2
    assert [source.text for source in writer.sources] == ["", ""]


def test_no_user_frame_is_no_site(writer: LogWriter) -> None:
    sites = CallSites(writer)
    assert sites.of_frames([("<string>", 1, "f")]) == NOTHING
    assert sites.of_frames([]) == NOTHING
    assert sites.frames_of(NOTHING) == []


def test_code_made_anew_all_the_time_does_not_fill_the_memory(
    writer: LogWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bpdebug.recorder.call_site._MAX_CACHED", 50)
    path = tmp_path / "made.py"
    path.write_text("here()\n")
    sites = CallSites(writer)
    found = set()
    for _ in range(200):
        exec(compile("here()\n", str(path), "exec"), {"here": lambda: found.add(sites.here())})
    assert len(found) == 1
    assert len(sites._source_of_code) <= 50
    assert sites.frames_of(found.pop())[-2][0] == str(path)


def test_modules_imported_from_the_folder_of_the_script_are_defined_with_their_text(
    writer: LogWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = CallSites(writer)
    sites.set_script("train.py", str(tmp_path / "project"))
    files = {
        "settings": "project/settings.py", "package.data": "project/package/data.py", "other": "other.py",
        "installed": "project/.venv/lib/site-packages/installed.py", "long": "project/long.py",
    }  # fmt: skip
    for name, file in files.items():
        text = "x = 1\n" * (200_000 if name == "long" else 1)
        monkeypatch.setitem(sys.modules, f"of_a_test_{name}", load(tmp_path / file, text))
    monkeypatch.setitem(sys.modules, "of_a_test_none", None)  # type: ignore[arg-type]
    sites.define_modules()
    sites.define_modules()
    assert [(Path(source.path).name, source.text) for source in writer.sources] == [
        ("settings.py", "x = 1\n"),
        ("data.py", "x = 1\n"),
    ]


def test_a_module_that_is_imported_later_is_defined_with_the_next_new_site(
    writer: LogWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = CallSites(writer)
    sites.set_script("train.py", str(tmp_path))
    train = load(tmp_path / "train.py", "def f():\n    here()\ndef g():\n    here()\n", here=sites.here)
    for late in (types.ModuleType("late"), load(tmp_path / "late.py", "y = 2\n")):
        train.f()
        monkeypatch.setitem(sys.modules, "of_a_test_late", late)
    assert all(source.text != "y = 2\n" for source in writer.sources)
    train.g()
    assert writer.sources[-1].text == "y = 2\n"


def test_there_is_an_end_to_how_many_modules_are_defined(
    writer: LogWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = CallSites(writer)
    sites.set_script("train.py", str(tmp_path))
    for number in range(300):
        name = f"of_a_test_{number}"
        (tmp_path / f"{name}.py").write_text(f"z = {number}\n")
        module = types.ModuleType(name)
        module.__file__ = str(tmp_path / f"{name}.py")
        monkeypatch.setitem(sys.modules, name, module)
    sites.define_modules()
    assert len(writer.sources) == 256
