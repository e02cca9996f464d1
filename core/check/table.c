/* table.c - the table of checks: what `baud check` asks, in order; the same list is its help and its documentation.
 *
 * A number stands for one question, whoever it is put to; so a row for environments, one for learners and one for
 * reward schemes may share theirs.
 */
#include "check/checks.h"

#define ENV CHECK_OF(BAUD_ENV)
#define LEARNER CHECK_OF(BAUD_LEARNER)
#define REWARD CHECK_OF(BAUD_REWARD)
#define ALL (ENV | LEARNER | REWARD)

const check check_table[] = {
    {1, "loads by itself, in an empty environment", 0, CHECK_ERROR, check_loads},
    {2, "exports baud_plugin_1 and nothing else", 0, CHECK_ERROR, check_exports},
    {3, "needs libc and libm alone, and nothing unwelcome of them", 0, CHECK_WARNING, check_imports},
    {4, "loads in 100 ms, silently, and leaves the process as it was", 0, CHECK_ERROR, check_scans_silently},
    {6, "tables, layout, minors and operations are sane", 0, CHECK_ERROR, check_tables},
    {7, "ids are unique and well formed, and it knows what it does not have", 0, CHECK_ERROR, check_names},
    {8, "parameters are documented, unique, and their defaults in range", 0, CHECK_ERROR, check_parameters},

    {5, "leaves floating point, locale, signals, folder, files and threads alone", ALL, CHECK_ERROR, check_process},
    {9, "creating and destroying leaks nothing", ALL, CHECK_ERROR, check_leaks},
    {10, "instances side by side live as alone", ENV, CHECK_ERROR, check_env_instances},
    {10, "instances side by side live as alone", LEARNER, CHECK_ERROR, check_learner_instances},
    {11, "parameters at the corners and at random work or are refused with a reason", ALL, CHECK_ERROR, check_ranges},
    {12, "memory that is out and a host without extensions are borne", ALL, CHECK_ERROR, check_scarcity},
    {13, "equal parameters give an equal specification", ALL, CHECK_ERROR, check_declarations},

    {14, "stays within its buffers and leaves its inputs alone", ENV, CHECK_ERROR, check_env_bounds},
    {14, "stays within its buffers and leaves its inputs alone", LEARNER, CHECK_ERROR, check_learner_bounds},
    {14, "stays within its buffers and leaves its inputs alone", REWARD, CHECK_ERROR, check_reward_bounds},
    {15, "every output is written", ENV, CHECK_ERROR, check_env_writes},
    {15, "every output is written", REWARD, CHECK_ERROR, check_reward_writes},
    {16, "values are finite and within what is declared", ENV, CHECK_ERROR, check_env_values},
    {16, "values are finite and within what is declared", REWARD, CHECK_ERROR, check_reward_values},
    {17, "twin runs are bit-equal", ENV, CHECK_ERROR, check_env_twins},
    {17, "twin runs are bit-equal", LEARNER, CHECK_ERROR, check_learner_twins},
    {17, "twin runs are bit-equal", REWARD, CHECK_ERROR, check_reward_twins},
    {18, "a lane lives alike alone, in a batch, and elsewhere in a larger one", ENV, CHECK_ERROR, check_env_lanes},
    {18, "works with any number of lanes", LEARNER, CHECK_ERROR, check_learner_lanes},
    {19, "a copy of its lanes lives on as the original", ENV, CHECK_ERROR, check_env_snapshot},
    {19, "a copy of its lanes lives on as the original", REWARD, CHECK_ERROR, check_reward_snapshot},
    {20, "no addresses in state", ENV, CHECK_ERROR, check_env_pointers},
    {20, "no addresses in state", LEARNER, CHECK_ERROR, check_learner_pointers},
    {20, "no addresses in state", REWARD, CHECK_ERROR, check_reward_pointers},
    {21, "worlds follow their seeds", ENV, CHECK_ERROR, check_env_seeds},
    {22, "episodes end under random play, within the bound declared", ENV, CHECK_WARNING, check_env_ends},
    {23, "illegal actions are refused", ENV, CHECK_ERROR, check_env_illegal},
    {24, "no hidden state: static data and model are never written", ENV, CHECK_ERROR, check_env_hidden},
    {24, "no hidden state: static data and model are never written", LEARNER, CHECK_ERROR, check_learner_hidden},
    {24, "no hidden state: static data and model are never written", REWARD, CHECK_ERROR, check_reward_hidden},
    {25, "no allocation while it runs", ENV, CHECK_ERROR, check_env_allocations},
    {25, "no allocation while it runs", LEARNER, CHECK_ERROR, check_learner_allocations},
    {25, "no allocation while it runs", REWARD, CHECK_ERROR, check_reward_allocations},
    {26, "drawing changes nothing and fills its picture", ENV, CHECK_ERROR, check_env_drawing},
    {27, "a larger batch is no slower by the lane", ENV, CHECK_WARNING, check_env_speed},

    {29, "predicts with weights and optimiser state read-only", LEARNER, CHECK_ERROR, check_learner_predict},
    {30, "keeps nothing of what it was lent", LEARNER, CHECK_ERROR, check_learner_history},
    {31, "knows no more than it received (leak certificate)", LEARNER, CHECK_ERROR, check_learner_leaks},
    {32, "evaluation leaves weights as they are", LEARNER, CHECK_ERROR, check_learner_evaluation},
    {33, "saved, restored and continued it is bit-equal", LEARNER, CHECK_ERROR, check_learner_restores},
    {34, "actions are legal, answers finite and normalised", LEARNER, CHECK_ERROR, check_learner_answers},
    {35, "permuted lanes get permuted rewards", REWARD, CHECK_ERROR, check_reward_permutes},
    {37, "resets at any time touch the picked lanes alone", ENV, CHECK_ERROR, check_env_sequences},

    {38, "the observer's bits are finite, and it supports what it says", ENV, CHECK_ERROR, check_observer_bits},
    {39, "the observer's noise is where chance is", ENV, CHECK_ERROR, check_observer_noise},
    {40, "the observer's probabilities of distinct histories sum to at most 1", ENV, CHECK_ERROR, check_observer_sums},
    {41, "a world offers no less than nothing and no more than it holds", ENV, CHECK_ERROR, check_observer_offers},
    {42, "the observer takes the same evidence alike, late, soft or at once", ENV, CHECK_ERROR, check_observer_forms},
    {43, "the observer's answers are normalised", ENV, CHECK_ERROR, check_observer_answers},
    {44, "quiz items are well formed", ENV, CHECK_ERROR, check_quiz_items},
    {45, "quiz answers are right as often as their priors say", ENV, CHECK_ERROR, check_quiz_priors},
    {46, "following the demonstrator is no worse than chance", ENV, CHECK_ERROR, check_expert},
    {47, "rewards are those of the declared view, as often as it says", REWARD, CHECK_ERROR, check_reward_view},
    {48, "being asked changes neither acts nor memory", LEARNER, CHECK_ERROR, check_learner_questions},
    {49, "live parameters change what it does next, and nothing that it is", LEARNER, CHECK_ERROR, check_learner_live},
    {0, NULL, 0, CHECK_ERROR, NULL},
};
