"""A project of several modules is diagnosed as the same training in one file is, in the right file."""

from __future__ import annotations

from pathlib import Path

import pytest
from diagnosed import Case, Diagnoser, read_pair
from project_layout import as_project

HERE = Path(__file__).parent
PAIRS = [
    "bias_far_below", "feature_without_spread", "labels_under_another_name", "layer_outside_init_scope",
    "log_of_zero_probability", "numpy_in_the_middle", "raw_pixels", "seventh_only_inputs_are_permuted",
    "eighth_label_among_the_features", "eighth_two_optimizers_for_the_generator", "third_labels_constant",
    "batch_fetched_before_the_loop", "rate_set_at_the_top", "third_old_function_wrong",
]  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_laid_out_as_data_model_and_training(name: str, diagnoser: Diagnoser) -> None:
    pair = read_pair(HERE / "pairs" / f"{name}.py")
    faulty, healthy = as_project(pair.faulty), as_project(pair.healthy)
    (finding,) = diagnoser.findings(_case(faulty.files))
    assert finding["code"] == pair.code
    assert pair.where in finding["where"]
    assert (Path(finding["file"]).name, finding["line"]) in [faulty.lines[line] for line in pair.guilty]
    assert diagnoser.findings(_case(healthy.files)) == []


def _case(files: dict[str, str]) -> Case:
    return Case(
        "train", files["train.py"], {name: text for name, text in files.items() if name != "train.py"}
    )
