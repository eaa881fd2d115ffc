"""The rules for iterations and phases, told as scripts of calls."""

from __future__ import annotations

import pytest

from bpdebug.log.schema import Phase
from bpdebug.recorder.progress import Progress


def story(text: str) -> list[str]:
    """Play a story and give `iteration phase` after each word.

    `op` a training op, `eval` an op without training, `back` and `double` walks, `fail` a walk that fails, `upd` an
    update, `setup` an optimizer's set-up, `print` anything else.
    """
    progress = Progress()
    told = []
    for word in text.split():
        if word in ("op", "eval"):
            progress.model_called(training=word == "op")
        elif word in ("back", "double", "fail"):
            progress.backward_started()
            progress.backward_finished(double=word == "double", failed=word == "fail")
        elif word == "upd":
            progress.update_started()
            progress.update_finished()
        elif word == "setup":
            progress.optimizer_set_up()
        else:
            assert word == "print"
        told.append(f"{progress.iteration}{Phase(progress.phase).name[0]}")
    return told


@pytest.mark.parametrize(
    ("name", "events", "expected"),
    [
        ("plain", "setup print op op back upd print op back upd", "0s 0s 0f 0f 0b 0u 0u 1f 1b 1u"),
        ("first update tells of an optimizer", "op back upd op back upd", "0f 0b 0u 1f 1b 1u"),
        ("several optimizers", "setup op back upd upd op back upd upd", "0s 0f 0b 0u 0u 1f 1b 1u 1u"),
        ("gradient accumulation", "setup op back op back op back upd op", "0s 0f 0b 0f 0b 0f 0b 0u 1f"),
        ("several updates per loss", "setup op back upd upd upd op", "0s 0f 0b 0u 0u 0u 1f"),
        (
            "evaluation between epochs",
            "setup op back upd eval eval print op back",
            "0s 0f 0b 0u 0e 0e 0e 1f 1b",
        ),
        ("evaluation first", "setup eval print op back upd op", "0s 0e 0e 0f 0b 0u 1f"),
        ("adversaries", "setup setup op back upd op back upd op", "0s 0s 0f 0b 0u 1f 1b 1u 2f"),
        ("no optimizer", "op op back print op back op back", "0f 0f 0b 0b 1f 1b 2f 2b"),
        ("no optimizer, evaluation", "op back eval op", "0f 0b 0e 1f"),
        ("no optimizer, double walks", "op double op back op", "0f 0b 0f 0b 1f"),
        ("no optimizer, a walk that fails", "op fail op back op", "0f 0b 0f 0b 1f"),
        ("set up after a first try", "op back setup op back op back upd op", "0f 0b 0b 1f 1b 1f 1b 1u 2f"),
        (
            "all in evaluation mode",
            "setup eval eval back upd print eval back upd upd eval back upd",
            "0s 0e 0e 0b 0u 0u 1e 1b 1u 1u 2e 2b 2u",
        ),
        ("in evaluation mode for a while", "eval back upd op back upd eval op", "0e 0b 0u 1f 1b 1u 1e 2f"),
        (
            "a part in evaluation mode",
            "op eval op back upd eval op eval back upd eval",
            "0f 0e 0f 0b 0u 0e 1f 1e 1b 1u 1e",
        ),
        ("evaluation mode, no optimizer", "eval back eval back", "0e 0b 1e 1b"),
        ("nothing", "print print", "0s 0s"),
    ],
)
def test_iterations_and_phases(name: str, events: str, expected: str) -> None:
    assert " ".join(story(events)) == expected
