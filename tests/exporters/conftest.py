"""Runs to export: every sample as recorded, and a hostile log."""

from __future__ import annotations

import importlib
import io

import numpy as np
import pytest
from recorded_samples import SAMPLES

from bpdebug.exporters import EXPORTERS, ExportOptions, ExportReport, exporter_for
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EventFlag, Kind, Phase
from bpdebug.log.writer import LogWriter
from tests.support.example_run import write_example_run

HOSTILE = "=cmd|' /C'!A0<script>alert(1)</script>\"; } ]) \x1b[31m\n../../x\u202e\\N %s{{7*7}}"
"""A name that means something to shells, browsers, spreadsheets, terminals, unpackers and graph languages."""


@pytest.fixture(scope="session")
def sample_run(recorded_sample):
    """Opens the recorded run of a sample by its name."""
    readers: dict[str, LogReader] = {}

    def run(name: str) -> LogReader:
        if name not in readers:
            readers[name] = LogReader(recorded_sample(name).directory)
        return readers[name]

    yield run
    for reader in readers.values():
        reader.close()


@pytest.fixture(params=[path.stem for path in SAMPLES])
def sample(request, sample_run) -> LogReader:
    """The recorded run of each sample."""
    return sample_run(request.param)


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The small run that needs no engine."""
    with LogReader(write_example_run(tmp_path_factory.mktemp("example") / "run")) as reader:
        yield reader


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """A log in which every text is `HOSTILE`, numbers are not finite, and a tensor isn't there."""
    path = tmp_path_factory.mktemp("hostile") / "run"
    log = LogWriter.create(path, script=HOSTILE)
    log.thread(HOSTILE)
    scope = log.scope(HOSTILE, HOSTILE)
    op = log.op(HOSTILE, HOSTILE, [HOSTILE], [HOSTILE], HOSTILE)
    site = log.site([(log.source(HOSTILE, HOSTILE), 1, HOSTILE)])
    array = np.array([[np.nan, np.inf], [-np.inf, 0.5]], "f4")
    tensor = log.tensor(array)
    variable = log.variable(HOSTILE, parameter=True, first=tensor)
    label, where = log.text(HOSTILE), {"scope": scope, "site": site}
    slots = [r.Slot(variable, tensor)], [r.Slot((1 << 20) + 1, tensor)]
    forward = r.ForwardBody(op, *slots, {HOSTILE: HOSTILE}, ns=1000)
    backward = r.BackwardBody(op, 0, [tensor], [tensor], [variable], why={"0": HOSTILE})
    updated = r.ParamUpdatedBody(variable, tensor, tensor, tensor, rule=HOSTILE)
    values = {"label": log.text(f"report:{HOSTILE}"), "flags": EventFlag.value, "value": np.nan}
    log.append(Kind.forward, forward, label=label, phase=Phase.forward, node=1, **where)
    log.append(
        Kind.reported,
        r.ReportedBody(HOSTILE, "NaN", tensor),
        **{**values, "label": log.text(f"report:{HOSTILE}")},
    )
    log.append(Kind.backward, backward, label=label, phase=Phase.backward, partner=0, node=1, **where)
    log.append(Kind.param_updated, updated, label=label, phase=Phase.update, flags=EventFlag.parameter)
    log.append(Kind.output, r.OutputBody("stdout", HOSTILE), label=log.text("stdout"))
    log.append(Kind.warned, r.WarnedBody(HOSTILE, HOSTILE), label=log.text(f"warning:{HOSTILE}"))
    log.append(Kind.failed, r.FailedBody(HOSTILE, HOSTILE, HOSTILE), label=log.text(f"failed:{HOSTILE}"))
    log.append(Kind.forward, r.ForwardBody(999, [r.Slot(5, 12345)], []), label=label, phase=Phase.forward)
    log.close()
    with LogReader(path) as reader:
        yield reader


@pytest.fixture
def export():
    """Exports a run by the name of a format; gives the bytes and the report. The stream can't be sought in."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.pieces: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            self.pieces.append(bytes(data))
            return len(self.pieces[-1])

    def run(reader: LogReader, name: str, **options) -> tuple[bytes, ExportReport]:
        pipe = Pipe()
        needs = EXPORTERS[name].needs
        if needs:
            pytest.importorskip(needs)
        module = importlib.import_module(exporter_for(name).module)
        report = module.write(reader, pipe, ExportOptions(**options))
        return b"".join(pipe.pieces), report

    return run
