/* checks.h - the checks that the table (table.c) lists, by the file that holds them.
 */
#ifndef BAUD_CORE_CHECK_CHECKS_H
#define BAUD_CORE_CHECK_CHECKS_H

#include "check/run.h"

typedef int check_function(check_run *run);

/* library.c */
check_function check_loads, check_exports, check_imports, check_scans_silently, check_tables, check_names,
    check_parameters;
/* lifecycle.c */
check_function check_process, check_leaks, check_ranges, check_scarcity, check_declarations;
/* env.c, env_state.c */
check_function check_env_bounds, check_env_writes, check_env_values, check_env_twins, check_env_lanes, check_env_ends,
    check_env_illegal, check_env_sequences;
check_function check_env_instances, check_env_snapshot, check_env_pointers, check_env_seeds, check_env_hidden,
    check_env_allocations, check_env_drawing, check_env_speed;
/* observer.c, quiz_expert.c */
check_function check_observer_bits, check_observer_noise, check_observer_sums, check_observer_offers,
    check_observer_forms, check_observer_answers;
check_function check_quiz_items, check_quiz_priors, check_expert;
/* learner.c */
check_function check_learner_instances, check_learner_twins, check_learner_lanes, check_learner_bounds,
    check_learner_pointers, check_learner_hidden, check_learner_allocations;
check_function check_learner_predict, check_learner_history, check_learner_leaks, check_learner_evaluation,
    check_learner_restores, check_learner_answers, check_learner_questions, check_learner_live;
/* reward.c */
check_function check_reward_bounds, check_reward_writes, check_reward_values, check_reward_twins, check_reward_permutes,
    check_reward_snapshot, check_reward_pointers;
check_function check_reward_hidden, check_reward_allocations, check_reward_view;

#endif
