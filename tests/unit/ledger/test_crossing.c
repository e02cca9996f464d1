/* test_crossing.c - what is handed to an ideal observer at each step, held to the reference of dial.h: views without
 * memory, views that cannot be followed, demonstrations, shortcuts, and what cannot have happened.
 *
 * Draws have fixed seeds and are checked against identities, so nothing can fail by chance.
 */
#include "dial.h"

/* ---- Views without memory ------------------------------------------------------------------------------- */

static void a_fact_delivered_as_it_is_tells_what_it_rules_out(void **state) {
  (void)state;
  baud_view v = view_of(RIGHT);
  table t;
  open_table(&t, 4, REWARD, &v);
  static const uint32_t numbers[] = {0, 1, 1, 2, 4, 3};
  static const double bits[] = {5.0 / 4, 4.0 / 3, 1.0, 3.0 / 2, 2.0, 1.0}; /* 1 / P(what was told) */
  double sum = 0.0;
  for (int i = 0; i < 6; i++) {
    play(&t, &numbers[i], 1);
    assert_close(t.surprise[BAUD_CH_REWARD], sum += log2(bits[i]), 1e-12);
  }
  assert_close(sum, log2(5.0), 1e-12); /* all that there is to know */
  assert_close(t.noise[BAUD_CH_REWARD], 0.0, 0.0);
  close_table(&t);
  v = view_of(DISTANCE);
  check_view(&v, CROSSING_EXACT, 4);
}

static void a_noisy_fact_has_noise_and_the_difference_is_what_it_tells(void **state) {
  (void)state;
  baud_view v = view_of(CLICK);
  table t;
  open_table(&t, 2, REWARD, &v);
  static const uint32_t number[] = {0};
  deed deeds[STEPS];
  act(&t, number, 1, deeds);
  deeds[0].facts[CLICK] = deeds[0].delivered = 1.0f;
  assert_int_equal(tell_step(&t, 0, deeds, 0, 1), 0);
  assert_close(t.surprise[BAUD_CH_REWARD], -log2(0.2 * 0.9 + 0.8 * 0.2), 1e-12);
  assert_close(t.noise[BAUD_CH_REWARD], -log2(0.2), 1e-12);
  close_table(&t);
  check_view(&v, CROSSING_EXACT, 4);
}

static void at_the_end_only_the_last_step_tells(void **state) {
  (void)state;
  baud_view v = view_of(DISTANCE);
  v.when = BAUD_VIEW_AT_END;
  table t;
  open_table(&t, 1, REWARD, &v);
  static const uint32_t numbers[] = {0, 3, 4, 2};
  deed deeds[STEPS];
  act(&t, numbers, 4, deeds);
  for (uint32_t i = 0; i < 3; i++) {
    assert_int_equal(tell_step(&t, 0, deeds, i, 4), 0);
    assert_close(t.surprise[BAUD_CH_REWARD], 0.0, 0.0);
  }
  assert_int_equal(tell_step(&t, 0, deeds, 3, 4), 0);
  assert_close(t.surprise[BAUD_CH_REWARD], log2(5.0 / 2), 1e-12); /* 1 off from 2: 1 or 3 */
  close_table(&t);
  check_view(&v, CROSSING_EXACT, 5);
}

static void flips_and_drops_and_bins_and_scales_are_the_channels_that_they_are_declared(void **state) {
  static const struct { uint32_t fact, when, bins; double low, high, flip, drop, scale, offset; } views[] = {
      {RIGHT, 0, 0, 0, 0, 0.1, 0, 1, 0},      {RIGHT, 0, 0, 0, 0, 0, 0.3, 1, 0},    {RIGHT, 0, 0, 0, 0, 0.1, 0.3, 1, 0},
      {RIGHT, 0, 0, 0, 0, 0.5, 0, 1, 0},      {RIGHT, 0, 0, 0, 0, 1.0, 0, 1, 0},    {RIGHT, 0, 0, 0, 0, 0, 1.0, 1, 0},
      {RIGHT, 1, 0, 0, 0, 0.2, 0.25, 2, -1},  {RIGHT, 0, 0, 0, 0, 0.2, 0, -3, 0.5}, {RIGHT, 0, 0, 0, 0, 0, 0, 2, -1},
      {DISTANCE, 0, 2, 0, 4, 0, 0, 1, 0},     {DISTANCE, 0, 3, 1, 4, 0, 0, 1, 0},
      {DISTANCE, 0, 2, 0, 4, 0, 0.4, 2, 1},
      {DISTANCE, 1, 4, 0, 4, 0, 0, 1, 0},     {DISTANCE, 0, 1, 0, 4, 0, 0, 1, 0},
      {DISTANCE, 0, 0, 0, 0, 0.2, 0, 1, 0},
      {DISTANCE, 0, 0, 0, 0, 0.2, 0.1, 0.5, 4}, {DISTANCE, 0, 0, 0, 0, 0, 0, -1, 0}, {CLICK, 0, 0, 0, 0, 0.1, 0, 1, 0},
      {CLICK, 0, 0, 0, 0, 0.1, 0.3, 1, 0},    {CLICK, 1, 0, 0, 0, 0.3, 0, 4, -2},
  };
  (void)state;
  for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
    baud_view v = view_of(views[i].fact);
    v.when = views[i].when;
    v.n_bins = views[i].bins;
    v.bin_low = views[i].low;
    v.bin_high = views[i].high;
    v.flip = views[i].flip;
    v.drop = views[i].drop;
    v.scale = views[i].scale;
    v.offset = views[i].offset;
    check_view(&v, CROSSING_EXACT, 4);
  }
}

/* SIGNAL.md's formula, by hand: received = h(p(1-e) + (1-p)e) - h(e), as a mean over what may be delivered. */
static double entropy(double p) { return p <= 0.0 || p >= 1.0 ? 0.0 : -p * log2(p) - (1 - p) * log2(1 - p); }
static void received_of_a_flipped_outcome_is_the_channel_formula(void **state) {
  (void)state;
  for (int i = 1; i < 10; i++) {
    double e = i / 20.0, mean = 0.0;
    baud_view v = view_of(RIGHT);
    v.flip = e;
    for (uint32_t secret = 0; secret < NUMBERS; secret++)
      for (int flipped = 0; flipped < 2; flipped++) {
        table t;
        deed deeds[STEPS];
        static const uint32_t number[] = {3};
        open_table(&t, secret, REWARD, &v);
        act(&t, number, 1, deeds);
        deeds[0].delivered = (float)(flipped ? 1.0 - deeds[0].facts[RIGHT] : deeds[0].facts[RIGHT]);
        assert_int_equal(tell_step(&t, 0, deeds, 0, 1), 0);
        mean += (flipped ? e : 1 - e) / NUMBERS * (t.surprise[BAUD_CH_REWARD] - t.noise[BAUD_CH_REWARD]);
        close_table(&t);
      }
    assert_close(mean, entropy(0.2 * (1 - e) + 0.8 * e) - entropy(e), 1e-12);
  }
}

static void a_reward_tells_only_what_the_observation_has_not(void **state) {
  (void)state;
  baud_view v = view_of(DISTANCE);
  table t;
  open_table(&t, 1, REWARD | OBSERVATION, &v);
  static const uint32_t number[] = {2};
  play(&t, number, 1); /* the hint: secret is odd, 1 or 3; both are 1 off */
  assert_close(t.surprise[BAUD_CH_OBSERVATION], log2(5.0 / 2), 1e-12);
  assert_close(t.surprise[BAUD_CH_REWARD], 0.0, 1e-12);
  close_table(&t);
  open_table(&t, 1, REWARD, &v);
  play(&t, number, 1);
  assert_close(t.surprise[BAUD_CH_OBSERVATION], 0.0, 0.0);
  assert_close(t.surprise[BAUD_CH_REWARD], log2(5.0 / 2), 1e-12);
  close_table(&t);
}

static void a_continuous_fact_crosses_as_a_density(void **state) {
  (void)state;
  baud_view v = view_of(READING);
  v.scale = 2.0;
  v.offset = 1.0;
  table t;
  open_table(&t, 4, REWARD, &v);
  assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
  static const uint32_t number[] = {1};
  deed deeds[STEPS];
  act(&t, number, 1, deeds);
  deeds[0].facts[READING] = 2.5;
  deeds[0].delivered = 6.0f;
  assert_int_equal(tell_step(&t, 0, deeds, 0, 1), 0);
  double p = 0.0;
  for (uint32_t k = 0; k < NUMBERS; k++) p += safe_fact_probability(READING, 2.5, k, 1) / NUMBERS;
  assert_close(t.surprise[BAUD_CH_REWARD], -log2(p), 1e-12);
  assert_close(t.noise[BAUD_CH_REWARD], -log2(safe_fact_probability(READING, 2.5, 4, 1)), 1e-12);
  close_table(&t);
}

/* ---- What cannot be followed ---------------------------------------------------------------------------- */

static void a_blind_reward_brings_no_bits_of_its_own(void **state) {
  (void)state;
  for (uint32_t channels = REWARD; channels <= (REWARD | OBSERVATION); channels += OBSERVATION) {
    baud_view v = view_of(0);
    v.kind = BAUD_VIEW_BLIND;
    table t;
    open_table(&t, 3, channels, &v);
    t.counted = channels & OBSERVATION;
    t.model.hint_error = 0.1;
    play_at_random(&t, 5);
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
    assert_close(t.surprise[BAUD_CH_REWARD], 0.0, 0.0);
    assert_true((t.surprise[BAUD_CH_OBSERVATION] > 1.0) == (channels != REWARD));
    close_table(&t);
  }
}

/* Whatever the scheme delivers, it is a function of fact 0 and of what crosses anyway. */
static void a_view_that_is_not_declared_is_bounded_by_fact_0(void **state) {
  (void)state;
  for (uint32_t secret = 0; secret < NUMBERS; secret++) {
    baud_view v = view_of(DISTANCE);
    table t;
    open_table(&t, secret, REWARD, &v);
    close_table(&t);
    v.kind = BAUD_VIEW_UNKNOWN;
    v.fact = RIGHT; /* of no meaning in a view that says nothing */
    open_with(&t, &safe_observer, secret, REWARD | OBSERVATION, &v);
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_BOUND);
    t.border.view = view_of(DISTANCE); /* for the reference */
    play_at_random(&t, 4);
    close_table(&t);
  }
}

static void a_view_beyond_the_observer_is_bounded_by_fact_0(void **state) {
  static const struct { uint32_t fact, when, delay; double flip; uint32_t unsupported; } views[] = {
      {RIGHT, 0, 0, 0.1, BAUD_SEES_SOFT}, {RIGHT, 0, 2, 0, BAUD_SEES_LATE},
      {DISTANCE, BAUD_VIEW_SUM, 0, 0, BAUD_SEES_LATE},
      {RIGHT, 0, 2, 0.1, 0} /* noisy and late */, {READING, 0, 0, 0.1, 0}, {READING, BAUD_VIEW_SUM, 0, 0, 0},
      {UNHEARD, 0, 0, 0, 0}};
  (void)state;
  for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
    table t;
    baud_view v = view_of(views[i].fact);
    v.when = views[i].when;
    v.delay = views[i].delay;
    v.flip = views[i].flip;
    memset(&t, 0, sizeof t);
    t.model.unsupported = views[i].unsupported;
    open_with(&t, &safe_observer, 1, REWARD, &v);
    if (crossing_kind_of(t.crossing) != CROSSING_BOUND)
      fail_msg("view %zu is of kind %d", i, crossing_kind_of(t.crossing));
    assert_false(crossing_has_memory(t.crossing));
    t.border.view = view_of(DISTANCE);
    play_at_random(&t, 3);
    close_table(&t);
  }
}

static void a_reward_that_is_not_subscribed_brings_nothing(void **state) {
  (void)state;
  for (int noisy = 0; noisy < 2; noisy++) {
    baud_view v = view_of(UNHEARD); /* which would be beyond the observer, if it mattered */
    table t;
    open_table(&t, 2, OBSERVATION, &v);
    t.model.hint_error = noisy ? 0.3 : 0.0;
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
    play_at_random(&t, 4);
    assert_close(t.surprise[BAUD_CH_REWARD], 0.0, 0.0);
    assert_true(t.surprise[BAUD_CH_OBSERVATION] > 0.5);
    close_table(&t);
    open_table(&t, 2, 0, &v); /* and who takes nothing is told nothing */
    play_at_random(&t, 2);
    assert_close(sum_of(t.surprise), 0.0, 0.0);
    close_table(&t);
  }
}

static void without_an_observer_nothing_is_measured(void **state) {
  (void)state;
  baud_view v = view_of(RIGHT);
  table t;
  memset(&t, 0, sizeof t);
  open_with(&t, NULL, 1, REWARD, &v);
  assert_int_equal(crossing_kind_of(t.crossing), CROSSING_NONE);
  assert_true(crossing_is_settled(t.crossing));
  static const uint32_t number[] = {1};
  play(&t, number, 1);
  assert_close(sum_of(t.surprise), 0.0, 0.0);
  close_table(&t);
  memset(&t, 0, sizeof t); /* one that knows nothing of fact 0 either is none for this view */
  t.model.sees_only_fact_0 = 1;
  t.model.unsupported = ~0u;
  v.flip = 0.1;
  open_with(&t, &safe_observer, 1, REWARD, &v);
  assert_int_equal(crossing_kind_of(t.crossing), CROSSING_BOUND);
  close_table(&t);
}

/* ---- Demonstrations, states, shortcuts ------------------------------------------------------------------ */

static void show(table *t, uint32_t shown, double competence) {
  static const int32_t start = 0;
  const void *obs[] = {&start};
  int32_t number = (int32_t)shown;
  moment m = {.obs_before = obs, .obs = obs, .action = &number, .competence = competence};
  assert_int_equal(crossing_demonstration(t->crossing, NULL, &m, t->surprise, t->noise), 0);
}

static void a_demonstration_tells_as_much_as_the_expert_is_good(void **state) {
  (void)state;
  static const double competence[] = {1.0, 0.6, 0.2};
  baud_view v = view_of(RIGHT);
  for (int i = 0; i < 3; i++) {
    table t;
    double q = competence[i], mean = 0.0;
    for (uint32_t shown = 0; shown < NUMBERS; shown++) {
      double p = safe_shown_probability(q, shown, 3);
      if (p <= 0.0) continue;
      open_table(&t, 3, REWARD | DEMONSTRATION, &v);
      show(&t, shown, q);
      assert_close(t.surprise[BAUD_CH_DEMONSTRATION], log2(5.0), 1e-12);
      mean += p * (t.surprise[BAUD_CH_DEMONSTRATION] - t.noise[BAUD_CH_DEMONSTRATION]);
      assert_close(t.surprise[BAUD_CH_REWARD], 0.0, 0.0);
      close_table(&t);
    }
    assert_close(mean, log2(5.0) - entropy(q) - (1 - q) * log2(4.0), 1e-12);
    open_table(&t, 3, REWARD, &v); /* and nothing to who does not take it */
    show(&t, 3, q);
    assert_close(sum_of(t.surprise), 0.0, 0.0);
    close_table(&t);
  }
}

static void another_state_moves_and_the_crossings_own_stays(void **state) {
  (void)state;
  baud_view v = view_of(RIGHT);
  table t;
  open_table(&t, 3, REWARD, &v);
  safe_posterior other, before;
  assert_int_equal(crossing_state_bytes(t.crossing), sizeof other);
  memcpy(&before, crossing_state(t.crossing), sizeof before);
  other = before;
  int32_t hint = 0, number = 0;
  const void *obs[] = {&hint};
  moment m = {.flags = BAUD_TERMINATED, .obs_before = obs, .obs = obs, .action = &number,
              .facts = (const double[SAFE_FACTS]){3, 0}};
  assert_int_equal(crossing_step(t.crossing, &other, &m, t.surprise, t.noise), 0);
  assert_memory_equal(crossing_state(t.crossing), &before, sizeof before);
  assert_true(other.p[0] == 0.0 && before.p[0] > 0.0);
  close_table(&t);
}

/* A learner's own observer has no world and no facts: it goes by what is delivered. */
static void without_facts_the_delivered_reward_is_the_evidence(void **state) {
  static const struct { double scale, offset, flip; } views[] = {{1, 0, 0}, {2, -1, 0}, {1, 0, 0.25}};
  (void)state;
  for (int i = 0; i < 3; i++) {
    baud_view v = view_of(RIGHT);
    v.scale = views[i].scale;
    v.offset = views[i].offset;
    v.flip = views[i].flip;
    table t;
    baud_error error = {0};
    open_table(&t, 3, REWARD, &v);
    close_table(&t);
    t.border.world = NULL;
    assert_int_equal(crossing_open(&t.crossing, &t.border, &error), 0);
    assert_int_equal(crossing_kind_of(t.crossing), CROSSING_EXACT);
    int32_t hint = 0, number = 0;
    const void *obs[] = {&hint};
    moment m = {.flags = BAUD_TERMINATED, .obs_before = obs, .obs = obs, .action = &number,
                .delivered = (float)views[i].offset};
    assert_int_equal(crossing_step(t.crossing, NULL, &m, t.surprise, t.noise), 0);
    double e = views[i].flip;
    assert_close(t.surprise[BAUD_CH_REWARD], -log2(0.8 * (1 - e) + 0.2 * e), 1e-12);
    assert_close(sum_of(t.noise), 0.0, 0.0);
    close_table(&t);
  }
}

/* The same observer twice, once with all that plugin.h lets it declare; every figure after every step is the same. */
static void shortcuts_change_no_figure(void **state) {
  (void)state;
  int saved_noise = 0, saved_surprise = 0;
  for (int which = 0; which < 6; which++)
    for (uint32_t secret = 0; secret < NUMBERS; secret++) {
      baud_view v = view_of(which % 2 ? RIGHT : DISTANCE);
      if (which >= 4) v.flip = 0.2; /* soft: the noise is the view's own */
      uint32_t channels = which / 2 % 2 ? REWARD | OBSERVATION : REWARD | DEMONSTRATION;
      table plain, quick;
      open_table(&plain, secret, channels, &v);
      memset(&quick, 0, sizeof quick);
      quick.random = plain.random;
      open_with(&quick, &safe_observer_with_shortcuts, secret, channels, &v);
      for (int e = 0; e < 8; e++) {
        uint32_t numbers[STEPS], n = 1 + baud_below(&plain.random, 3);
        for (uint32_t i = 0; i < n; i++) numbers[i] = baud_below(&plain.random, NUMBERS);
        quick.random = plain.random;
        if (channels & DEMONSTRATION) {
          uint32_t shown = baud_below(&plain.random, NUMBERS);
          quick.random = plain.random;
          show(&plain, shown, 0.5);
          show(&quick, shown, 0.5);
        }
        play(&plain, numbers, n);
        play(&quick, numbers, n);
        for (int c = 0; c < BAUD_CHANNELS; c++) {
          assert_close(quick.surprise[c] - quick.noise[c], plain.surprise[c] - plain.noise[c], 1e-12);
          if (v.flip == 0.0) assert_close(quick.surprise[c], plain.surprise[c], 1e-12);
        }
      }
      /* those may be noisy all the same */
      if (channels & DEMONSTRATION) assert_int_equal(quick.calls[2], plain.calls[2]);
      if (v.flip == 0.0) assert_int_equal(quick.calls[0], quick.calls[2]);
      saved_noise += plain.calls[0] - quick.calls[0];
      saved_surprise += plain.calls[1] - quick.calls[1];
      close_table(&plain);
      close_table(&quick);
    }
  assert_true(saved_noise > 200); /* or the test would show nothing */
  assert_true(saved_surprise > 50);
}

static void what_is_settled_is_told_nothing_more(void **state) {
  (void)state;
  baud_view v = view_of(DISTANCE);
  table t;
  memset(&t, 0, sizeof t);
  open_with(&t, &safe_observer_with_shortcuts, 0, REWARD, &v);
  static const uint32_t two[] = {2}, zero[] = {0};
  play(&t, two, 1);
  assert_false(crossing_is_settled(t.crossing)); /* 0 or 4 */
  play(&t, zero, 1);
  assert_true(crossing_is_settled(t.crossing));
  int calls = t.calls[1];
  play(&t, two, 1);
  assert_int_equal(t.calls[1], calls);
  check_against_reference(&t);
  close_table(&t);
  memset(&t, 0, sizeof t); /* who has demonstrations to judge goes on being told where its lanes are */
  open_with(&t, &safe_observer_with_shortcuts, 0, REWARD | DEMONSTRATION, &v);
  play(&t, zero, 1);
  assert_false(crossing_is_settled(t.crossing));
  close_table(&t);
}

static void repeats_may_be_left_out_only_where_all_is_declared_and_crosses_as_it_is(void **state) {
  (void)state;
  baud_view identity = view_of(RIGHT), flipped = identity, scaled = identity, at_end = identity;
  flipped.flip = 0.1;
  scaled.scale = 2.0;
  at_end.when = BAUD_VIEW_AT_END;
  const struct { const baud_observer *observer; const baud_view *view; int may; } cases[] = {
      {&safe_observer_with_shortcuts, &identity, 1}, {&safe_observer, &identity, 0},
      {&safe_observer_with_shortcuts, &flipped, 0},
      {&safe_observer_with_shortcuts, &scaled, 0},   {&safe_observer_with_shortcuts, &at_end, 0}, {NULL, &identity, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    table t;
    memset(&t, 0, sizeof t);
    open_with(&t, cases[i].observer, 1, REWARD, cases[i].view);
    assert_int_equal(crossing_leaves_out_repeats(t.crossing) != 0, cases[i].may);
    if (cases[i].observer) assert_int_equal(crossing_fact(t.crossing), RIGHT);
    close_table(&t);
  }
}

/* The observer of everything is told facts; what a scheme made of them is not its concern. */
static void who_is_told_facts_does_not_look_at_what_is_delivered(void **state) {
  (void)state;
  baud_view v = view_of(DISTANCE);
  table t;
  baud_error error = {0};
  deed deeds[STEPS];
  static const uint32_t number[] = {1};
  open_table(&t, 3, REWARD, &v);
  close_table(&t);
  t.border.tells_facts = 1;
  assert_int_equal(crossing_open(&t.crossing, &t.border, &error), 0);
  act(&t, number, 1, deeds);
  deeds[0].delivered = 100.0f;
  assert_int_equal(tell_step(&t, 0, deeds, 0, 1), 0);
  assert_close(t.surprise[BAUD_CH_REWARD], log2(5.0 / 1), 1e-12); /* 2 off from 1: it is 3 */
  close_table(&t);
}

/* ---- What cannot have happened -------------------------------------------------------------------------- */

static void a_delivered_reward_that_the_view_rules_out_fails(void **state) {
  static const struct { uint32_t fact, when, bins; double flip, drop, scale; float delivered; } cases[] = {
      {RIGHT, 0, 0, 0.1, 0, 1, 0.5f}, {RIGHT, 0, 0, 0, 0.1, 1, 2.0f},          {RIGHT, 0, 0, 0, 0, 2, 1.0f},
      {RIGHT, 1, 0, 0, 0, 1, -1.0f},  {DISTANCE, 0, 2, 0, 0, 1, 4.0f},         {RIGHT, BAUD_VIEW_SUM, 0, 0, 0, 1, 2.0f},
      {RIGHT, 0, 0, 0.1, 0, 1, NAN},  {RIGHT, BAUD_VIEW_SUM, 0, 0.1, 0, 1, 7.0f},
      {RIGHT, 0, 0, 0, 0, 1, 1.0f} /* it could be, but not of this fact */, {DISTANCE, 0, 0, 0, 0, 1, 3.0f},
      {DISTANCE, 0, 0, 0, 0, 2, 2.0f}, {DISTANCE, 0, 0, 0.1, 0, 1, 0.0f}, {READING, 0, 0, 0, 0, 1, 100.0f}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    baud_view v = view_of(cases[i].fact);
    v.when = cases[i].when;
    v.n_bins = cases[i].bins;
    v.bin_high = 4.0;
    v.flip = cases[i].flip;
    v.drop = cases[i].drop;
    v.scale = cases[i].scale;
    table t;
    deed deeds[STEPS];
    static const uint32_t number[] = {1};
    open_table(&t, 3, REWARD, &v);
    act(&t, number, 1, deeds);
    if (cases[i].fact == READING) deeds[0].facts[READING] = 1.0;
    deeds[0].delivered = cases[i].delivered;
    if (tell_step(&t, 0, deeds, 0, 1) != BAUD_EPLUGIN) fail_msg("case %zu is believed", i);
    close_table(&t);
  }
}

static void a_fact_outside_its_alphabet_fails(void **state) {
  static const double values[] = {-1.0, 0.5, 5.0, 1e300, NAN, INFINITY};
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    for (uint32_t delay = 0; delay < 2; delay++) {
      baud_view v = view_of(DISTANCE);
      v.delay = delay;
      table t;
      deed deeds[STEPS];
      static const uint32_t number[] = {0}; /* from which every distance is possible */
      open_table(&t, 3, REWARD, &v);
      act(&t, number, 1, deeds);
      deeds[0].facts[DISTANCE] = values[i];
      deeds[0].delivered = (float)values[i];
      assert_int_equal(tell_step(&t, 0, deeds, 0, 1), BAUD_EPLUGIN);
      close_table(&t);
    }
}

static void an_impossible_step_is_the_observers_to_refuse(void **state) {
  (void)state;
  baud_view v = view_of(RIGHT);
  table t;
  open_table(&t, 3, REWARD, &v);
  static const uint32_t numbers[] = {3};
  play(&t, numbers, 1);
  deed deeds[STEPS] = {{.number = 3, .facts = {0.0, 0.0}}}; /* it was right before */
  assert_int_equal(tell_step(&t, 0, deeds, 0, 1), BAUD_EPLUGIN);
  close_table(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fact_delivered_as_it_is_tells_what_it_rules_out),
      cmocka_unit_test(a_noisy_fact_has_noise_and_the_difference_is_what_it_tells),
      cmocka_unit_test(at_the_end_only_the_last_step_tells),
      cmocka_unit_test(flips_and_drops_and_bins_and_scales_are_the_channels_that_they_are_declared),
      cmocka_unit_test(received_of_a_flipped_outcome_is_the_channel_formula),
      cmocka_unit_test(a_reward_tells_only_what_the_observation_has_not),
      cmocka_unit_test(a_continuous_fact_crosses_as_a_density),
      cmocka_unit_test(a_blind_reward_brings_no_bits_of_its_own),
      cmocka_unit_test(a_view_that_is_not_declared_is_bounded_by_fact_0),
      cmocka_unit_test(a_view_beyond_the_observer_is_bounded_by_fact_0),
      cmocka_unit_test(a_reward_that_is_not_subscribed_brings_nothing),
      cmocka_unit_test(without_an_observer_nothing_is_measured),
      cmocka_unit_test(a_demonstration_tells_as_much_as_the_expert_is_good),
      cmocka_unit_test(another_state_moves_and_the_crossings_own_stays),
      cmocka_unit_test(without_facts_the_delivered_reward_is_the_evidence),
      cmocka_unit_test(shortcuts_change_no_figure),
      cmocka_unit_test(what_is_settled_is_told_nothing_more),
      cmocka_unit_test(repeats_may_be_left_out_only_where_all_is_declared_and_crosses_as_it_is),
      cmocka_unit_test(who_is_told_facts_does_not_look_at_what_is_delivered),
      cmocka_unit_test(a_delivered_reward_that_the_view_rules_out_fails),
      cmocka_unit_test(a_fact_outside_its_alphabet_fails),
      cmocka_unit_test(an_impossible_step_is_the_observers_to_refuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
