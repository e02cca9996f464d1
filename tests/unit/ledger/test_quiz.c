/* test_quiz.c - questions with known answers put to the paper learner of desk.h; every score is held to the formula
 * worked out by hand, and every malformed item or learner to the sentence that refuses it.
 */
#include "desk.h"

/* ---- Scores --------------------------------------------------------------------------------------------- */

static void what_is_known_for_certain_earns_what_the_prior_held_back(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {0, 1}, {THIRD, THIRD, THIRD}),
                              FACT_OF_ACTION(1, {0, 0, 1}, {.5, .25, .25})};
  static const double second[] = {0, 1, 0}, third[] = {0, 0, 1};
  (void)state;
  set_items(list, 2);
  for (int k = 0; k < LANE_COUNTS; k++) {
    desk d;
    open_desk(&d, lane_counts[k], 0);
    say_all_uniform(&d);
    /* uniform: nothing on the first, 1/3 over 1/4 on the other */
    assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, log2(4.0 / 3.0), 1e-6);
    say(&d, ANSWER_ACTION, 0, 0, second);
    say(&d, ANSWER_ACTION, 1, 0, third);
    double known = ask_desk(&d, QUIZ_MEMORY_KEPT).known, all = log2(3.0) + 2.0;
    assert_true(known < all && known > all - 2 * 2.2e-5);
    close_desk(&d);
  }
}

static void one_wrong_certainty_costs_sixteen_bits_and_the_alphabet(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {0, 1}, {THIRD, THIRD, THIRD}),
                              {BAUD_ITEM_FACT, BAUD_ASK_OBSERVATION, BAUD_CH_OBSERVATION, BAUD_SCORE_SET, CONTEXTS, 2,
                               1, 2, {[7] = 1},
                               {.125, .125, .125, .125, .125, .125, .125, .125}, 0, 0}};
  static const double wrong[WIDEST] = {1.0};
  (void)state;
  set_items(list, 2);
  desk d;
  open_desk(&d, 2, 0);
  say_all_uniform(&d);
  say(&d, ANSWER_ACTION, 0, 0, wrong);
  say(&d, ANSWER_OBSERVATION, 2, 2, wrong);
  quiz_result r = ask_desk(&d, QUIZ_MEMORY_KEPT);
  /* code length 16 + log2 n, and the prior's was log2 n */
  assert_close(r.known_of[BAUD_CH_REWARD], -16.0, 1e-12);
  assert_close(r.known_of[BAUD_CH_OBSERVATION], -16.0, 1e-12);
  assert_close(r.known, -32.0, 1e-12);
  close_desk(&d);
}

static void several_right_answers_are_scored_as_the_set_that_they_are(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {1, 0, 1}, {.5, .3, .2}), FACT_OF_ACTION(1, {1, 1, 1}, {.5, .3, .2})};
  static const double q[] = {.25, .5, .25};
  (void)state;
  set_items(list, 1);
  desk d;
  open_desk(&d, 1, 0);
  say_all_uniform(&d);
  say(&d, ANSWER_ACTION, 0, 0, q);
  assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, log2(2 * floored(.25, 3)) - log2(.7), 1e-12);
  close_desk(&d);
  set_items(list + 1, 1); /* whatever is said is right, and nothing can be earned */
  open_desk(&d, 1, 0);
  say(&d, ANSWER_ACTION, 1, 0, q);
  assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, 0.0, 1e-12);
  close_desk(&d);
}

static void a_mean_score_is_the_mean_over_what_the_world_may_bring(void **state) {
  static const item list[] = {{BAUD_ITEM_FACT, BAUD_ASK_REWARD, BAUD_CH_REWARD, BAUD_SCORE_MEAN, REWARDS, 4, 1, 1,
                               {.7, .3}, {.5, .5}, 0, 0}};
  static const double q[] = {.6, .4}, truth[] = {.7, .3};
  (void)state;
  set_items(list, 1);
  desk d;
  open_desk(&d, 2, 0);
  say_all_uniform(&d);
  say(&d, ANSWER_REWARD, 4, 1, q);
  float f[2] = {(float)q[0], (float)q[1]};
  double wanted = .7 * log2(floored((double)f[0] / (double)(f[0] + f[1]), 2) / .5) +
      .3 * log2(floored((double)f[1] / (double)(f[0] + f[1]), 2) / .5);
  assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, wanted, 1e-7);
  assert_close(wanted, .7 * log2(1.2) + .3 * log2(.8), 1e-4);
  say(&d, ANSWER_REWARD, 4, 1, truth); /* the truth itself earns 1 - h(.3): no other answer earns more */
  assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, 1.0 + .7 * log2(.7) + .3 * log2(.3), 2.2e-5);
  close_desk(&d);
}

static void answers_that_are_none_are_left_out_of_account(void **state) {
  static const item list[] = {{BAUD_ITEM_FACT, BAUD_ASK_OBSERVATION, BAUD_CH_OBSERVATION, BAUD_SCORE_SET, CONTEXTS, 3,
                               1, 0, {[5] = 1},
                               {[2] = .5, [5] = .5}, 0, 0}};
  static const struct { double q[WIDEST], right; } cases[] = {
      {{[5] = 1.0}, 1.0},                             /* knows it */
      {{[0] = .5, [5] = .5}, 1.0},                    /* knows it, and wastes half on what cannot be */
      {{[0] = .5, [2] = .25, [5] = .25}, 0.5},        /* knows nothing of the two */
      {{[0] = .75, [2] = .0625, [5] = .1875}, 0.75},  /* leans to one */
      {{[0] = 1.0}, 0.5},                             /* says nothing of either: scored as if it were even */
      {{[2] = 1.0}, 0.0},
  };
  (void)state;
  set_items(list, 1);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    desk d;
    open_desk(&d, 1, 0);
    say(&d, ANSWER_OBSERVATION, 3, 0, cases[k].q);
    assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, log2(floored(cases[k].right, 2)) + 1.0, 1e-12);
    close_desk(&d);
  }
}

/* What SIGNAL's certificate rests on: over worlds drawn by the prior E[2^score] <= 1 for whatever is answered, since
 * what is scored is one distribution over the answers with a prior above 0, and that set is the same in all worlds. */
enum said { SAID_DRAWN, SAID_OUTSIDE, SAID_SPECK, SAID_TOO_MUCH, SAIDS };
static void draw_answer(enum said how, const double *prior, uint64_t *random, double *q) {
  static const double alpha[WIDEST] = {.3, .3, .3, .3, .3, .3, .3, .3};
  baud_dirichlet(random, alpha, WIDEST, q);
  for (int i = 0; i < WIDEST; i++) {
    if (how == SAID_OUTSIDE) q[i] = prior[i] > 0 ? 0 : q[i];             /* all on what cannot be, */
    if (how == SAID_TOO_MUCH) q[i] = prior[i] > 0 ? q[i] : 0;
    if (how == SAID_SPECK) q[i] = prior[i] > 0 ? q[i] * 1e-30 : q[i];    /* or nearly all */
  }
  double sum = 0.0, wanted = how == SAID_TOO_MUCH ? 1.0009 : 1.0; /* as much as passes for 1 */
  for (int i = 0; i < WIDEST; i++) sum += q[i];
  for (int i = 0; i < WIDEST; i++) q[i] *= wanted / sum;
}

static void whatever_is_answered_without_knowing_earns_nothing_in_expectation(void **state) {
  uint64_t random = 11;
  double alpha[WIDEST] = {1, 1, 1, 1, 1, 1, 1, 1};
  (void)state;
  for (int trial = 0; trial < 200; trial++) {
    item one = {.kinds = BAUD_ITEM_FACT, .target = BAUD_ASK_OBSERVATION, .channel = BAUD_CH_OBSERVATION,
                .score = BAUD_SCORE_SET, .n_answers = WIDEST, .given = 1};
    double q[WIDEST], expected = 0.0, sum = 0.0;
    baud_dirichlet(&random, alpha, WIDEST, one.prior);
    for (int i = 1; i < WIDEST - 1; i++) /* the first is always possible, the last never */
      if (baud_bernoulli(&random, 0.5)) one.prior[i] = 0.0;
    one.prior[WIDEST - 1] = 0.0;
    for (int i = 0; i < WIDEST; i++) sum += one.prior[i];
    for (int i = 0; i < WIDEST; i++) one.prior[i] /= sum;
    draw_answer((enum said)(trial % SAIDS), one.prior, &random, q);
    for (int right = 0; right < WIDEST; right++) {
      if (!(one.prior[right] > 0.0)) continue;
      desk d;
      memset(one.truth, 0, sizeof one.truth);
      one.truth[right] = 1.0;
      set_items(&one, 1);
      open_desk(&d, 1, 0);
      say(&d, ANSWER_OBSERVATION, 0, 0, q);
      expected += one.prior[right] * exp2(ask_desk(&d, QUIZ_MEMORY_KEPT).known);
      close_desk(&d);
    }
    if (!(expected <= 1.0 + 1e-9)) fail_msg("E[2^score] = %.12f in trial %d", expected, trial);
  }
}

/* ---- Sorting, lanes, declined questions ----------------------------------------------------------------- */

/* Items of all sorts in no order: contexts, targets, with an action and without. */
static item mixed[23];
static void make_mixed(void) {
  static const uint32_t targets[] = {BAUD_ASK_ACTION, BAUD_ASK_OBSERVATION, BAUD_ASK_REWARD, BAUD_ASK_TERMINATED};
  uint64_t random = 5;
  for (int i = 0; i < 23; i++) {
    uint32_t which = baud_below(&random, ANSWERS), n = width_of[which];
    mixed[i] = (item){.kinds = 1 + baud_below(&random, 3), .target = targets[which], .channel = baud_below(&random, 2),
                      .score = BAUD_SCORE_SET, .n_answers = n, .context = baud_below(&random, CONTEXTS),
                      .given = which != ANSWER_ACTION && baud_below(&random, 3) > 0,
                      .action = baud_below(&random, ACTIONS)};
    double alpha[WIDEST] = {2, 2, 2, 2, 2, 2, 2, 2};
    baud_dirichlet(&random, alpha, n, mixed[i].prior);
    mixed[i].truth[baud_below(&random, n)] = 1.0;
  }
}
static void say_mixed(desk *d) {
  uint64_t random = 6;
  double q[WIDEST], alpha[WIDEST] = {1, 1, 1, 1, 1, 1, 1, 1};
  for (uint32_t which = 0; which < ANSWERS; which++)
    for (uint32_t c = 0; c < CONTEXTS; c++)
      for (uint32_t a = 0; a < ACTIONS; a++) {
        baud_dirichlet(&random, alpha, width_of[which], q);
        say(d, which, c, a, q);
      }
}

/* What the mixed items come to, one by one, with `declined` left out. */
static quiz_result by_hand(desk *d, uint32_t declined, int *decisions) {
  quiz_result sum = {0};
  *decisions = 0;
  for (int i = 0; i < 23; i++) {
    const item *m = &mixed[i];
    uint32_t which = m->target - 1, right = 0;
    const float *q = says(d, which, m->context, m->given ? m->action : 0);
    double total = 0.0;
    for (uint32_t k = 0; k < m->n_answers; k++) total += (double)q[k];
    while (m->truth[right] < 1.0) right++;
    double bits = log2(floored((double)q[right] / total, m->n_answers)) - log2(m->prior[right]);
    if (declined >> which & 1u) continue;
    if (m->kinds & BAUD_ITEM_FACT) sum.known += bits, sum.known_of[m->channel] += bits;
    if (m->kinds & BAUD_ITEM_DECISION) sum.useful += bits, ++*decisions;
  }
  return sum;
}

static void every_item_is_asked_once_in_its_own_context_whatever_the_lanes(void **state) {
  (void)state;
  make_mixed();
  set_items(mixed, 23);
  int given = 0;
  for (int i = 0; i < 23; i++) given += (int)mixed[i].given;
  assert_true(given > 3 && given < 20);
  static const uint32_t lanes[] = {1, 2, 5, 23, 64};
  for (int k = 0; k < 5; k++) {
    desk d;
    int decisions;
    open_desk(&d, lanes[k], 0);
    say_mixed(&d);
    quiz_result got = ask_desk(&d, QUIZ_MEMORY_KEPT), wanted = by_hand(&d, 0, &decisions);
    assert_close(got.known, wanted.known, 1e-10);
    assert_close(got.useful, wanted.useful, 1e-10);
    for (int c = 0; c < BAUD_CHANNELS; c++) assert_close(got.known_of[c], wanted.known_of[c], 1e-10);
    int with = 0, without = 0, n = (int)lanes[k];
    for (int t = 0; t < n_asked; t++) {
      *(asked_log[t].given ? &with : &without) += 1;
      assert_int_equal(asked_log[t].lanes, n);
      assert_int_equal(asked_log[t].mode, BAUD_EVAL);
      assert_true(asked_log[t].ask != 0);
    }
    assert_int_equal(with, (given + n - 1) / n);
    assert_int_equal(without, (23 - given + n - 1) / n);
    close_desk(&d);
  }
}

static void a_declined_question_is_neither_asked_nor_scored(void **state) {
  (void)state;
  make_mixed();
  set_items(mixed, 23);
  for (uint32_t declined = 0; declined < 1u << ANSWERS; declined++) {
    desk d;
    int decisions;
    open_desk(&d, 2, declined);
    say_mixed(&d);
    quiz_result got = ask_desk(&d, QUIZ_MEMORY_KEPT), wanted = by_hand(&d, declined, &decisions);
    assert_close(got.known, wanted.known, 1e-10);
    assert_close(got.useful, wanted.useful, 1e-10);
    for (int t = 0; t < n_asked; t++) assert_int_equal(asked_log[t].ask & declined, 0);
    if (declined == (1u << ANSWERS) - 1u) assert_int_equal(n_asked, 0);
    close_desk(&d);
  }
}

static void decisions_that_depend_on_each_other_are_averaged(void **state) {
  (void)state;
  make_mixed();
  set_items(mixed, 23);
  desk d;
  int decisions;
  independence = BAUD_FACTS_INDEPENDENT;
  open_desk(&d, 5, 0);
  say_mixed(&d);
  quiz_result got = ask_desk(&d, QUIZ_MEMORY_KEPT), wanted = by_hand(&d, 0, &decisions);
  assert_true(decisions > 5);
  assert_close(got.useful, wanted.useful / decisions, 1e-10);
  assert_close(got.known, wanted.known, 1e-10); /* facts are summed either way; their mark says what that is worth */
  close_desk(&d);
}

static void marks_say_whether_sums_are_bounds(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {1}, {THIRD, THIRD, THIRD}),
                              {BAUD_ITEM_DECISION, BAUD_ASK_TERMINATED, BAUD_CH_OBSERVATION, BAUD_SCORE_SET, 2, 0, 0,
                               0, {1}, {.5, .5}, 0, 0}};
  (void)state;
  for (uint32_t mask = 0; mask < 4; mask++) {
    set_items(list, 2);
    independence = mask;
    desk d;
    open_desk(&d, 1, 0);
    assert_int_equal(quiz_mark_of_facts(d.quiz), mask & BAUD_FACTS_INDEPENDENT ? '>' : '~');
    assert_int_equal(quiz_mark_of_decisions(d.quiz), mask & BAUD_DECISIONS_INDEPENDENT ? '>' : '~');
    assert_int_equal(quiz_mark_of_channel(d.quiz, BAUD_CH_REWARD),
                     mask & BAUD_FACTS_INDEPENDENT ? '>' : '~');
    assert_int_equal(quiz_mark_of_channel(d.quiz, BAUD_CH_OBSERVATION), '-'); /* a decision is no fact */
    assert_int_equal(quiz_facts(d.quiz), 1);
    close_desk(&d);
    open_desk(&d, 1, 1u << ANSWER_ACTION);
    assert_int_equal(quiz_mark_of_facts(d.quiz), '-');
    assert_int_equal(quiz_mark_of_channel(d.quiz, BAUD_CH_REWARD), '-');
    assert_int_equal(quiz_mark_of_decisions(d.quiz), mask & BAUD_DECISIONS_INDEPENDENT ? '>' : '~');
    close_desk(&d);
  }
}

static void an_item_that_counts_nowhere_is_not_even_looked_at(void **state) {
  static const item list[] = {{.kinds = 0, .target = BAUD_ASK_ACTION, .n_answers = 0, .channel = 99, .context = 3},
                              FACT_OF_ACTION(0, {1}, {THIRD, THIRD, THIRD})};
  (void)state;
  set_items(list, 2);
  desk d;
  open_desk(&d, 1, 0);
  say_all_uniform(&d);
  assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, 0.0, 1e-7);
  assert_int_equal(n_asked, 1);
  assert_int_equal(quiz_facts(d.quiz), 1);
  close_desk(&d);
}

/* Another field than the one that is asked; other rewards than can be delivered; a field that is no category. */
static void a_question_that_is_not_put_in_these_terms_is_left_out(void **state) {
  static const item list[] = {
      {BAUD_ITEM_FACT, BAUD_ASK_OBSERVATION, 0, BAUD_SCORE_SET, CONTEXTS, 0, 1, 0, {1},
       {.125, .125, .125, .125, .125, .125, .125, .125}, 1, 0},
      {BAUD_ITEM_FACT, BAUD_ASK_REWARD, 1, BAUD_SCORE_SET, 3, 0, 1, 0, {1}, {THIRD, THIRD, THIRD}, 0, 0}};
  const baud_field two[] = {obs_field, obs_field};
  baud_env_spec wider = env;
  baud_error error = {0};
  (void)state;
  wider.n_obs = 2;
  wider.obs = two;
  set_items(list + 1, 1);
  desk d;
  open_desk(&d, 2, 0);
  quiz_close(d.quiz);
  set_items(list, 2);
  assert_int_equal(quiz_open(&d.quiz, &extension, NULL, NULL, &wider, &d.answers, &error), 0);
  say_all_uniform(&d);
  assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, 0.0, 0.0);
  assert_int_equal(n_asked, 0);
  assert_int_equal(quiz_mark_of_facts(d.quiz), '-');
  close_desk(&d);
}

/* ---- Memory --------------------------------------------------------------------------------------------- */

static void set_note(desk *d, uint32_t lane, int32_t note) { ((int32_t *)d->live.at[NOTE])[lane] = note; }

static void what_lane_0_remembers_counts_for_every_item_and_is_gone_when_wiped(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {0, 1}, {.25, .25, .5}), FACT_OF_ACTION(1, {0, 1}, {.25, .25, .5}),
                              FACT_OF_ACTION(2, {0, 1}, {.25, .25, .5}), FACT_OF_ACTION(3, {0, 1}, {.25, .25, .5})};
  static const double prior[] = {.25, .25, .5};
  (void)state;
  for (int k = 0; k < LANE_COUNTS; k++) {
    uint32_t lanes = lane_counts[k];
    set_items(list, 4);
    desk d;
    open_desk(&d, lanes, 0);
    for (uint32_t c = 0; c < 4; c++) say(&d, ANSWER_ACTION, c, 0, prior);
    set_note(&d, 0, 3);                                             /* it remembers context 2 */
    for (uint32_t lane = 1; lane < lanes; lane++) set_note(&d, lane, 1); /* others another */
    assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, 2.0, 2.5e-5);
    /* each question as if an episode began */
    for (int t = 0; t < n_asked; t++) assert_int_equal(asked_log[t].starts, 1);
    assert_close(ask_desk(&d, QUIZ_MEMORY_WIPED).known, 0.0, 5e-5);
    for (int t = 0; t < n_asked; t++) assert_int_equal(asked_log[t].starts, 1);
    assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, 2.0, 2.5e-5); /* the wipe was of a copy */
    /* wiped means as it began, which need not be empty */
    ((int32_t *)d.initial.at[NOTE])[0] = 2;
    for (uint32_t lane = 1; lane < lanes; lane++) ((int32_t *)d.initial.at[NOTE])[lane] = 2;
    assert_close(ask_desk(&d, QUIZ_MEMORY_WIPED).known, 2.0, 2.5e-5);
    close_desk(&d);
  }
}

static void a_learner_that_takes_notes_while_being_asked_learns_nothing_from_it(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {0, 1}, {.25, .25, .5}), FACT_OF_ACTION(0, {0, 1}, {.25, .25, .5}),
                              FACT_OF_ACTION(0, {0, 1}, {.25, .25, .5})};
  static const double prior[] = {.25, .25, .5};
  (void)state;
  for (int k = 0; k < LANE_COUNTS; k++) {
    set_items(list, 3);
    manner = SCRIBBLES;
    desk d;
    open_desk(&d, lane_counts[k], 0);
    say(&d, ANSWER_ACTION, 0, 0, prior);
    char *before = malloc(d.live.end[BLOCKS_RESTING]);
    assert_non_null(before);
    memcpy(before, d.live.slab, d.live.end[BLOCKS_RESTING]);
    /* no question helps with the next */
    for (int again = 0; again < 2; again++) assert_close(ask_desk(&d, QUIZ_MEMORY_KEPT).known, 0.0, 1e-4);
    assert_memory_equal(before, d.live.slab, d.live.end[BLOCKS_RESTING]);
    free(before);
    close_desk(&d);
  }
}

static void a_learner_that_keeps_notes_in_its_traces_learns_nothing_from_it_either(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {0, 1}, {.25, .25, .5}), FACT_OF_ACTION(0, {0, 1}, {.25, .25, .5}),
                              FACT_OF_ACTION(0, {0, 1}, {.25, .25, .5})};
  static const double prior[] = {.25, .25, .5};
  (void)state;
  for (int k = 0; k < LANE_COUNTS; k++)
    for (enum quiz_memory memory = QUIZ_MEMORY_KEPT; memory <= QUIZ_MEMORY_WIPED; memory++) {
      set_items(list, 3);
      manner = TRACES;
      desk d;
      open_desk(&d, lane_counts[k], 0);
      say(&d, ANSWER_ACTION, 0, 0, prior);
      for (int again = 0; again < 2; again++) assert_close(ask_desk(&d, memory).known, 0.0, 1e-4);
      close_desk(&d);
    }
}

static void without_the_observation_it_is_asked_blind(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {0, 1}, {THIRD, THIRD, THIRD})};
  (void)state;
  set_items(list, 1);
  desk d;
  open_desk(&d, 1, 0);
  say_all_uniform(&d);
  ask_desk(&d, QUIZ_MEMORY_KEPT);
  assert_true(asked_log[0].sees);
  d.learner.subscribed = BAUD_MASK(BAUD_CH_REWARD);
  ask_desk(&d, QUIZ_MEMORY_KEPT);
  assert_false(asked_log[0].sees);
  close_desk(&d);
}

/* ---- Refusals ------------------------------------------------------------------------------------------- */

static void a_learner_that_misbehaves_is_told_why(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {0, 1}, {THIRD, THIRD, THIRD}),
                              FACT_OF_ACTION(1, {0, 1}, {THIRD, THIRD, THIRD})};
  static const struct { enum manner manner; const char *why; } cases[] = {
      {TRAINS, "it learns from questions"},
      {FAILS, "predict failed in the quiz"},
      {LOSES_COUNT, "sum to 1.5, not to 1"}};
  (void)state;
  for (size_t k = 0; k < 3; k++) {
    quiz_result result;
    baud_error error = {0};
    desk d;
    set_items(list, 2);
    open_desk(&d, 2, 0);
    say_all_uniform(&d);
    manner = cases[k].manner;
    assert_int_equal(quiz_ask(d.quiz, &d.learner, QUIZ_MEMORY_KEPT, &result, &error), BAUD_EPLUGIN);
    if (!strstr(error.text, cases[k].why)) fail_msg("wanted \"%s\" in: %s", cases[k].why, error.text);
    close_desk(&d);
  }
}

/* Leaving answers out of account comes after the check of all of them: what is put there too much is not forgiven. */
static void what_is_left_out_of_account_still_has_to_add_up(void **state) {
  static const item list[] = {{BAUD_ITEM_FACT, BAUD_ASK_OBSERVATION, BAUD_CH_OBSERVATION, BAUD_SCORE_SET, CONTEXTS, 3,
                               1, 0, {[5] = 1},
                               {[2] = .5, [5] = .5}, 0, 0}};
  static const struct { double q[WIDEST]; const char *why; } cases[] = {
      {{[0] = .5, [2] = .5, [5] = .5}, "its probabilities of answer sum to 1.5, not to 1"},
      {{[2] = .25, [5] = .25}, "its probabilities of answer sum to 0.5, not to 1"},
      {{[0] = -1, [2] = 1, [5] = 1}, "answered probability -1 for answer 0"},
      {{[0] = NAN, [2] = .5, [5] = .5}, "answered probability nan for answer 0"}};
  (void)state;
  set_items(list, 1);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    quiz_result result;
    baud_error error = {0};
    desk d;
    open_desk(&d, 1, 0);
    say(&d, ANSWER_OBSERVATION, 3, 0, cases[k].q);
    assert_int_equal(quiz_ask(d.quiz, &d.learner, QUIZ_MEMORY_KEPT, &result, &error), BAUD_EPLUGIN);
    if (!strstr(error.text, cases[k].why)) fail_msg("wanted \"%s\" in: %s", cases[k].why, error.text);
    close_desk(&d);
  }
}

static void malformed_items_are_refused_with_a_reason(void **state) {
  static const struct { item bad; const char *why; } cases[] = {
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 1, 0, 0, 0, {1}, {1}, 0, 0}, "quiz item 1 has n_answers 1, where 2 to 8 are possible"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 0, 0, 0, 0, {0}, {0}, 0, 0}, "quiz item 1 has n_answers 0"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, WIDEST + 1, 0, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has n_answers 9"},
      {{BAUD_ITEM_FACT, 1, 3, BAUD_SCORE_SET, 2, 0, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has channel 3, where 0 to 2 are possible"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 2, 0, 0, 0, {1}, {0, 1}, 0, 0},
       "quiz item 1: answer 0 is right, but its prior is 0"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 2, 0, 0, 0, {0, 0}, {.5, .5}, 0, 0},
       "quiz item 1: its right answers weigh 0"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 2, 0, 0, 0, {NAN, 0}, {.5, .5}, 0, 0},
       "quiz item 1: "},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 2, 0, 0, 0, {1}, {.5, .6}, 0, 0}, "its priors sum to 1.1"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 3, 0, 0, 0, {1}, {.5, .4}, 0, 0}, "its priors sum to 0.9"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_MEAN, 2, 0, 0, 0, {.7, .2}, {.5, .5}, 0, 0}, "its right answers weigh 0.9"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_MEAN, 2, 0, 0, 0, {1, 1}, {.5, .5}, 0, 0}, "its right answers weigh 2"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 3, 0, 2, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has action_given 2"},
      {{0, 1, 0, BAUD_SCORE_SET, 3, 0, 2, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has action_given 2"}, /* not dropped either */
      {{4, 1, 0, BAUD_SCORE_SET, 3, 0, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has kinds 4, where 0 to 3 are possible"},
      {{BAUD_ITEM_FACT, 0, 0, BAUD_SCORE_SET, 3, 0, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has target 0, where 1 to 4"},
      {{BAUD_ITEM_FACT, 5, 0, BAUD_SCORE_SET, 3, 0, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has target 5, where 1 to 4"},
      {{BAUD_ITEM_FACT, 2, 0, BAUD_SCORE_SET, 8, 0, 1, 0, {1}, {.5, .5}, 1, 0}, "quiz item 1 has field 1, where 0 to 0"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 3, 0, 0, 0, {1}, {.5, .5}, 1, 0}, "quiz item 1 has field 1, where 0 to 0"},
      {{BAUD_ITEM_FACT, 1, 0, 0, 3, 0, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has score 0, where 1 to 2"},
      {{BAUD_ITEM_FACT, 1, 0, 3, 3, 0, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1 has score 3, where 1 to 2"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 3, 0, 0, 0, {1}, {.5, .5}, 0, 1}, "quiz item 1 has group 2, where 0 to 1"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 2, 0, 0, 0, {1}, {.5, .5}, 0, 0},
       "quiz item 1 has 2 answers to a question that has 3"},
      {{BAUD_ITEM_FACT, 4, 0, BAUD_SCORE_SET, 3, 0, 0, 0, {1}, {.5, .5}, 0, 0},
       "quiz item 1 has 3 answers to a question that has 2"},
      {{BAUD_ITEM_FACT, 1, 0, BAUD_SCORE_SET, 3, CONTEXTS, 0, 0, {1}, {.5, .5}, 0, 0}, "quiz item 1: its \"context\" is 8 of 8"},
      {{BAUD_ITEM_FACT, 2, 0, BAUD_SCORE_SET, 8, 0, 1, ACTIONS, {1}, {.5, .5}, 0, 0},
       "quiz item 1: its given \"action\" is 3 of 3"},
  };
  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    for (uint32_t lanes = 1; lanes < 4; lanes += 2) {
      item pair[2] = {FACT_OF_ACTION(0, {0, 1}, {THIRD, THIRD, THIRD}), cases[k].bad};
      quiz *q = NULL;
      baud_error error = {0};
      set_items(pair, 2);
      assert_int_equal(quiz_open(&q, &extension, NULL, NULL, &env, &(answers){.lanes = lanes}, &error), BAUD_EPLUGIN);
      if (!strstr(error.text, cases[k].why)) fail_msg("wanted \"%s\" in: %s", cases[k].why, error.text);
      quiz_close(q);
    }
}

static void an_environment_without_questions_has_no_quiz(void **state) {
  static const item list[] = {FACT_OF_ACTION(0, {1}, {THIRD, THIRD, THIRD})};
  static char something;
  (void)state;
  quiz *q = (quiz *)(void *)&something;
  baud_error error = {0};
  assert_int_equal(quiz_open(&q, NULL, NULL, NULL, &env, &(answers){.lanes = 1}, &error), 0);
  assert_null(q);
  set_items(list, 0); /* none */
  assert_int_equal(quiz_open(&q, &extension, NULL, NULL, &env, &(answers){.lanes = 1}, &error), 0);
  assert_null(q);
  set_items(list, 1); /* it has them, and will not say how many with this model */
  assert_int_equal(quiz_open(&q, &extension, &something, NULL, &env, &(answers){.lanes = 1}, &error), 0);
  assert_null(q);
  assert_int_equal(quiz_mark_of_facts(NULL), '-');
  assert_int_equal(quiz_mark_of_decisions(NULL), '-');
  assert_int_equal(quiz_facts(NULL), 0);
  assert_int_equal(quiz_open(&q, &extension, NULL, &something, &env, &(answers){.lanes = 1}, &error), BAUD_EPLUGIN);
  assert_non_null(strstr(error.text, "quiz item 0 could not be made"));
  quiz_close(q);
  quiz_close(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_known_for_certain_earns_what_the_prior_held_back),
      cmocka_unit_test(one_wrong_certainty_costs_sixteen_bits_and_the_alphabet),
      cmocka_unit_test(several_right_answers_are_scored_as_the_set_that_they_are),
      cmocka_unit_test(a_mean_score_is_the_mean_over_what_the_world_may_bring),
      cmocka_unit_test(answers_that_are_none_are_left_out_of_account),
      cmocka_unit_test(whatever_is_answered_without_knowing_earns_nothing_in_expectation),
      cmocka_unit_test(every_item_is_asked_once_in_its_own_context_whatever_the_lanes),
      cmocka_unit_test(a_declined_question_is_neither_asked_nor_scored),
      cmocka_unit_test(decisions_that_depend_on_each_other_are_averaged),
      cmocka_unit_test(marks_say_whether_sums_are_bounds),
      cmocka_unit_test(an_item_that_counts_nowhere_is_not_even_looked_at),
      cmocka_unit_test(a_question_that_is_not_put_in_these_terms_is_left_out),
      cmocka_unit_test(what_lane_0_remembers_counts_for_every_item_and_is_gone_when_wiped),
      cmocka_unit_test(a_learner_that_takes_notes_while_being_asked_learns_nothing_from_it),
      cmocka_unit_test(a_learner_that_keeps_notes_in_its_traces_learns_nothing_from_it_either),
      cmocka_unit_test(without_the_observation_it_is_asked_blind),
      cmocka_unit_test(a_learner_that_misbehaves_is_told_why),
      cmocka_unit_test(what_is_left_out_of_account_still_has_to_add_up),
      cmocka_unit_test(malformed_items_are_refused_with_a_reason),
      cmocka_unit_test(an_environment_without_questions_has_no_quiz),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
