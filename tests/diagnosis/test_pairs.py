"""Scripts with one planted fault, their healthy twins, and sound trainings that look faulty.

All of them are in `benchmarks/diagnosis.py`; here is one of each kind of rule.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from diagnosed import Case, Diagnoser, read_pair

HERE = Path(__file__).parent
PAIRS = [
    "accumulation_is_thrown_away", "activation_scaled_in_place", "adam_without_eps", "all_weights_equal",
    "bias_far_below",
    "clears_between_backward_and_update", "decay_of_one", "evaluates_with_dropout", "features_without_graph",
    "feature_without_spread", "hidden_layer_handed_on_as_array", "layer_outside_init_scope", "log_of_zero_probability",
    "loss_negated", "masked_branch", "optimizer_gets_half_the_model", "rate_too_large", "rate_too_small",
    "softmax_before_the_loss", "targets_stretched", "trains_in_evaluation_mode", "updater_forgets_to_clear",
    "fifth_arctan_far_out", "fifth_attention_not_scaled", "fifth_gates_wide_open", "fifth_units_stuck_at_minus_alpha",
    "fourth_alpha_comes_back", "fourth_row_of_targets",
    "clears_one_layer_only", "dropout_thrown_away", "layer_added_after_setup", "layer_made_in_forward",
    "losses_summed_over_iterations", "random_numbers_begin_anew", "rate_falls_each_iteration",
    "rate_set_at_the_top", "second_adam_tiny_alpha", "third_deep_tanh_big_init",
    "recurrent_state_never_cut", "sigmoid_for_prices", "update_called_twice",
    "labels_under_another_name", "difference_without_square", "generator_gets_no_gradient",
    "loss_is_unchained", "model_made_in_the_loop",
    "second_missing_relu_conv",
    "fifth_attention_over_an_axis_of_one", "fifth_graph_grows_with_every_step", "fifth_hidden_weights_of_ones",
    "fifth_one_outlier_stops_adam", "fifth_rate_shifts_every_iteration", "fifth_residual_branch_sees_an_array",
    "fifth_updates_before_it_goes_back", "fifth_updates_by_hand_and_never_clears", "fifth_vae_samples_from_an_array",
    "sixth_first_row_for_all", "sixth_one_array_for_two_layers", "sixth_probability_clipped_at_its_edge",
    "sixth_step_as_wide_as_the_valley", "sixth_weights_without_initializer",
    "seventh_divergence_is_subtracted", "seventh_encoder_never_moves", "seventh_first_step_leaps_away",
    "seventh_one_branch_is_an_array", "seventh_only_inputs_are_permuted", "seventh_rewarded_choices_become_rarer",
    "seventh_steps_reshaped_into_examples",
    "deep_sigmoids_learn_nothing", "half_precision_sum_overflows", "mean_over_a_square_batch",
    "recurrent_weights_too_large", "mask_leaves_nothing_of_a_row", "log_of_a_negative_number",
    "own_update_rule_adds_the_gradient", "examples_drawn_from_one_seed", "own_extension_evaluates_with_dropout",
    "passes_added_up_undivided", "loss_wrapped_again", "zeros_written_into_a_result",
    "all_labels_are_ignored", "graph_off_after_the_first_evaluation", "eighteen_layers_grow",
    "penalty_heavier_than_the_loss", "two_ways_below_each_other", "updater_makes_its_iterator_anew",
    "mean_retains_nothing", "own_node_writes_into_its_input",
    "ninth_auxiliary_loss_counts_twice", "ninth_clip_lets_nothing_through", "ninth_second_optimizer_is_idle",
    "ninth_sequences_mixed_by_reshape", "ninth_step_is_thrown_away",
    "eighth_batch_is_a_view_and_shrinks", "eighth_bootstrap_gets_a_gradient", "eighth_decoder_is_told_the_answer",
    "eighth_half_precision_loses_all", "eighth_label_among_the_features",
    "eighth_mask_keeps_the_padding", "eighth_one_label_for_all", "eighth_output_under_the_name_of_its_target",
    "eighth_recurrent_weights_too_large", "eighth_scores_through_relu", "eighth_sorted_and_never_shuffled",
    "eighth_state_cut_at_each_step", "eighth_two_optimizers_for_the_generator", "eighth_warm_up_never_starts",
    "part_with_a_rate_of_zero", "two_relus_on_one_line", "own_scorer_evaluates_with_statistics",
    "channels_moved_by_reshape", "own_step_adds_the_gradient",
    "tenth_gamma_of_zero", "tenth_time_first_data_reshaped", "tenth_positive_and_negative_change_places",
    "tenth_optimizer_made_each_epoch", "tenth_classes_among_the_features", "tenth_hook_sets_the_gradient",
    "tenth_state_as_array_at_each_step", "tenth_two_terms_on_one_line", "tenth_labels_at_the_padding",
    "tenth_advantage_gets_a_gradient", "second_custom_function_wrong", "second_two_nets_missing_clear",
    "whole_numbers_lose_it_all", "relu_for_negative_targets", "sigmoid_before_the_loss",
    "tenth_generator_has_the_label_of_fakes", "tenth_baseline_less_the_reward",
    "tenth_second_rate_moves_nothing", "tenth_inputs_shuffled_behind_centers",
    "tenth_windows_drawn_before_the_loop", "tenth_decoder_set_to_an_array",
    "tenth_value_of_the_next_state_learns", "tenth_augmented_in_place", "tenth_generator_left_out",
    "tenth_towers_in_a_list", "tenth_rate_set_each_iteration", "eleventh_channels_last_reshaped",
    "eleventh_table_from_a_function", "eleventh_all_weights_set_by_hand",
    "eleventh_relu_at_the_end_of_a_list", "eleventh_model_built_each_epoch",
    "eleventh_generator_pleases_the_wrong_way", "eleventh_discriminator_labels_changed",
    "eleventh_alike_and_different_changed", "eleventh_value_less_the_return",
    "tenth_decoder_borrows_an_array", "twelfth_momentum_leaps_over_the_valley",
    "twelfth_labels_reversed_and_copied", "twelfth_one_layer_by_two_names",
    "twelfth_table_reshaped_for_transposed",
    "twelfth_dies_of_a_leap",
    "thirteenth_first_rows_concatenated", "thirteenth_iterator_reset_at_each_step",
    "thirteenth_start_of_the_batch_is_not_used", "thirteenth_betas_change_places", "thirteenth_images_floored",
    "thirteenth_example_ignores_its_number", "thirteenth_generator_stands_still",
    "thirteenth_labels_of_the_batch_before",
]  # fmt: skip
CONTROLS = [
    "attention", "by_hand", "density_below_zero", "dropout_and_batch_norm", "frozen_base", "gan_trainer_style",
    "gates_that_remember", "gradient_accumulation", "hard_attention", "overfits_one_batch",
    "softplus_head_near_zero", "strong_gradient_noise", "rows_of_all_steps", "triplets_far_from_margin",
    "straight_through", "table_of_all_pairs", "truncated_bptt", "weights_tied_on_purpose",
    "fifth_rows_of_a_square_normalized", "fifth_two_views_one_stopped", "fifth_vector_quantized_autoencoder",
    "second_order_of_an_inner_step", "rows_alike_but_for_rounding",
    "all_rows_alike", "one_batch_of_outliers", "residual_from_the_first_layer", "rewards_less_their_mean",
    "sign_forward_straight_back", "neither_alone_tells", "mask_of_minus_infinity",
    "seventh_hard_and_noisy", "seventh_last_steps_are_dropped", "seventh_word_vectors",
    "tenth_cyclic_rate", "tenth_gradient_reversal", "tenth_gradient_scale_function", "tenth_lora_finetune",
    "tenth_mlp_lm_tiny_init", "tenth_ordered_timeseries_trainer", "tenth_parity3_slow", "tenth_parity4_of_12",
    "tenth_zero_init_residual", "tenth_wgan_clip", "tenth_adversarial_domain_two_step", "tenth_triplet_hard_stuck",
    "tenth_policy_gradient_costs", "tenth_mean_teacher", "twelfth_conv3x3_factorized", "twelfth_ddpg",
    "twelfth_alternating_least_squares_style", "twelfth_semi_supervised_decoder",
    "thirteenth_inner_steps_on_the_support", "thirteenth_all_rows_in_two_loops", "thirteenth_betas_of_a_short_memory",
    "fifth_gradient_penalty_of_second_order", "fifth_state_carried_as_arrays",
]  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_the_fault_is_found_at_its_place_and_line_and_its_healthy_twin_is_silent(
    name: str, diagnoser: Diagnoser
) -> None:
    pair = read_pair(HERE / "pairs" / f"{name}.py")
    findings = diagnoser.findings(Case("faulty", pair.faulty))
    assert [finding["code"] for finding in findings] == [pair.code]
    assert pair.where in findings[0]["where"]
    assert findings[0]["line"] in pair.guilty
    assert findings[0]["fix"]
    assert diagnoser.findings(Case("healthy", pair.healthy)) == []


@pytest.mark.parametrize(
    ("before", "severity", "words"),
    [
        ("", "warning", "input 0 of Cube was changed in place by its own code"),
        (
            "F.tanh",
            "error",
            "output 0 of tanh was changed in place by Cube, whose own code writes into what it is given",
        ),
    ],
)
def test_an_op_that_writes_into_its_input_is_a_fault_of_others_for_sure(
    diagnoser: Diagnoser, before: str, severity: str, words: str
) -> None:
    faulty = read_pair(HERE / "pairs" / "own_node_writes_into_its_input.py").faulty
    (finding,) = diagnoser.findings(
        Case("faulty", faulty.replace("(self.l1(x),)", f"({before}(self.l1(x)),)"))
    )
    assert (finding["code"], finding["severity"]) == ("changed-in-place", severity)
    assert finding["message"].startswith(words)


@pytest.mark.parametrize("name", CONTROLS)
def test_what_only_looks_faulty_is_silent(name: str, diagnoser: Diagnoser) -> None:
    text = (HERE / "controls" / f"{name}.py").read_text(encoding="utf-8")
    assert diagnoser.findings(Case(name, text)) == []
