"""Settings: a thread's own values stand before the values of all threads."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

import engine
from engine import config, global_config, using_config


def in_thread(call: Any) -> Any:
    """What `call` gives in a new thread."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    thread.join()
    return found[0]


def test_defaults_are_chainers() -> None:
    assert (config.train, config.enable_backprop, config.type_check, config.debug) == (
        True,
        True,
        True,
        False,
    )
    assert config.dtype == "float32"
    assert config.use_cudnn == "auto"


def test_a_value_holds_inside_the_block_only() -> None:
    with using_config("train", False):
        with using_config("train", "inner"):
            assert config.train == "inner"
        assert config.train is False
    assert config.train is True
    assert "train" not in vars(config)


def test_an_exception_restores_the_value() -> None:
    with pytest.raises(KeyError), using_config("train", False):
        raise KeyError
    assert config.train is True


def test_a_local_value_is_seen_by_its_thread_only() -> None:
    with using_config("train", False):
        assert in_thread(lambda: config.train) is True
    config.train = False
    assert in_thread(lambda: config.train) is True
    del config.train
    assert config.train is True


def test_a_global_value_is_seen_by_all_threads_that_have_no_own() -> None:
    with using_config("train", False, global_config):
        assert in_thread(lambda: config.train) is False
        with using_config("train", "own"):
            assert config.train == "own"
        assert config.train is False
    assert config.train is True


def test_a_new_setting_is_there_inside_the_block() -> None:
    with using_config("batch_name", 3):
        assert config.batch_name == 3
    assert not hasattr(config, "batch_name")
    with pytest.raises(AttributeError, match="batch_name"):
        _ = config.batch_name


def test_a_global_setting_can_be_added_and_deleted() -> None:
    global_config.batch_name = 3
    assert config.batch_name == 3
    assert in_thread(lambda: config.batch_name) == 3
    del global_config.batch_name
    assert not hasattr(config, "batch_name")


def test_deleting_what_the_thread_didnt_set_is_an_error() -> None:
    with pytest.raises(AttributeError, match="train"):
        del config.train


def test_modes_of_two_threads_dont_mix() -> None:
    x = engine.Variable(engine.configuration.numpy.ones(2))
    inside, done = threading.Event(), threading.Event()
    graphs: list[bool] = []

    def without_graph() -> None:
        with engine.no_backprop_mode():
            inside.set()
            done.wait(5)
            graphs.append((x * 2).creator is not None)

    thread = threading.Thread(target=without_graph)
    thread.start()
    inside.wait(5)
    graphs.append((x * 2).creator is not None)
    done.set()
    thread.join()
    assert graphs == [True, False]


def test_show_prints_every_setting_in_order() -> None:
    text = io.StringIO()
    with using_config("train", False):
        config.show(text)
    lines = text.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    assert next(line for line in lines if line.startswith("train ")).split() == ["train", "False"]
    assert not any(line.startswith("_") for line in lines)


def test_modes_also_decorate_functions() -> None:
    @using_config("train", False)
    def mode() -> Any:
        return config.train

    assert (mode(), mode(), config.train) == (False, False, True)


def test_a_setting_stays_until_its_block_is_left() -> None:
    with using_config("train", True):
        using_config("train", False).__enter__()
        assert not config.train
    assert config.train


def test_a_decorated_function_has_the_setting_in_every_call_also_within_itself() -> None:
    @using_config("train", False)
    def deeper(levels: int) -> list[bool]:
        return [config.train, *(deeper(levels - 1) if levels else []), config.train]

    assert not any(deeper(2))
    assert config.train
