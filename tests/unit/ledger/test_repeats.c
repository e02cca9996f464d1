/* test_repeats.c - what a ledger may leave out changes no figure: repeated steps, repeated beginnings, settled
 * observers, for one lane and for several; and a step that is not quite the same is told. All seeds are fixed.
 */
#include "safe.h"

#include "ledger/ledger.h"

enum { LANES = 3, EPISODES = 40, STEPS = 6 };

typedef struct desk { /* a ledger and the arrays of its ticks */
  safe model;
  int calls[3];
  uint32_t secret, lanes;
  int32_t before[LANES], after[LANES], action[LANES];
  float fact[SAFE_FACTS][LANES];
  uint8_t flags[LANES];
  const void *obs[2];
  float *facts[SAFE_FACTS];
  ledger *ledger;
  ledger_tick tick;
} desk;

static void open_desk(desk *d, const baud_observer *observer, uint32_t lanes, uint32_t secret) {
  baud_error error = {0};
  memset(d, 0, sizeof *d);
  d->model.calls = d->calls;
  d->secret = secret;
  d->lanes = lanes;
  d->obs[0] = d->before;
  d->obs[1] = d->after;
  for (int f = 0; f < SAFE_FACTS; f++) d->facts[f] = d->fact[f];
  ledger_setup setup = {.observer = observer, .model = &d->model, .world = &d->secret, .env = &safe_env, .lanes = lanes, .limit = STEPS,
                        .emitted = 3, .subscribed = 3, .view = {.size = BAUD_SIZE(baud_view), .kind = BAUD_VIEW_FACT, .scale = 1.0}};
  if (ledger_open(&d->ledger, &setup, &error) != 0) fail_msg("%s", error.text);
  d->tick = (ledger_tick){
      .obs_before = &d->obs[0], .obs = &d->obs[1], .action = d->action, .facts = d->facts, .delivered = d->fact[0], .flags = d->flags};
  ledger_aim(d->ledger, &d->tick);
}

static void start(desk *d, uint32_t lane, int32_t hint) {
  baud_error error = {0};
  d->before[lane] = hint;
  if (ledger_start(d->ledger, &d->obs[0], lane, &error) != 0) fail_msg("%s", error.text);
}

static void dial(desk *d, uint32_t lane, uint32_t number, uint8_t flags, uint64_t *random) {
  double facts[SAFE_FACTS];
  d->action[lane] = (int32_t)number;
  d->flags[lane] = flags;
  safe_dial(&d->model, d->secret, number, random, &d->after[lane], facts);
  for (int f = 0; f < SAFE_FACTS; f++) d->fact[f][lane] = (float)facts[f];
}

static void step(desk *d) {
  baud_error error = {0};
  if (ledger_step(d->ledger, &d->tick, &error) != 0) fail_msg("%s", error.text);
  memcpy(d->before, d->after, sizeof d->before);
}

/* Plays the same episodes on both; all figures of all of them must agree to the bit. */
static void play_alike(desk *quick, desk *plain, uint64_t random) {
  for (int episode = 0; episode < EPISODES; episode++) {
    for (uint32_t k = 0; k < quick->lanes; k++) start(quick, k, 0), start(plain, k, 0);
    for (int s = 0; s < STEPS; s++) {
      for (uint32_t k = 0; k < quick->lanes; k++) {
        uint32_t number = baud_below(&random, 2); /* few numbers: the world stays unknown, and much is repeated */
        uint64_t dice[2] = {random, random};
        dial(quick, k, number, s + 1 == STEPS, &dice[0]);
        dial(plain, k, number, s + 1 == STEPS, &dice[1]);
        (void)baud_random(&random);
      }
      step(quick), step(plain);
    }
    for (uint32_t k = 0; k < quick->lanes; k++) {
      double a[FIGURES] = {0.0}, b[FIGURES] = {0.0};
      int told = ledger_episode(quick->ledger, k, STEPS, a);
      assert_int_equal(told, ledger_episode(plain->ledger, k, STEPS, b));
      assert_memory_equal(a, b, sizeof a);
      assert_int_equal(told, a[FIGURE_OFFERED_ALL] != 0.0);
    }
  }
  assert_true(ledger_received_total(quick->ledger) == ledger_received_total(plain->ledger));
}

static void what_is_left_out_changes_no_figure(void **state) {
  (void)state;
  for (uint32_t secret = 0; secret < NUMBERS; secret++)
    for (uint32_t lanes = 1; lanes <= LANES; lanes += LANES - 1) {
      desk quick, plain;
      open_desk(&quick, &safe_observer_with_shortcuts, lanes, secret);
      open_desk(&plain, &safe_observer, lanes, secret);
      play_alike(&quick, &plain, 7 + secret);
      assert_true(quick.calls[1] * 4 < plain.calls[1]);
      ledger_close(quick.ledger);
      ledger_close(plain.ledger);
    }
}

enum { AMBIGUOUS = 2 }; /* a secret that dialling 1 does not tell from 0, so that nothing is settled */

static void a_step_is_left_out_only_when_all_of_it_was_seen(void **state) {
  uint64_t random = 1;
  desk d;
  (void)state;
  open_desk(&d, &safe_observer_with_shortcuts, 1, AMBIGUOUS);
  start(&d, 0, 0);
  dial(&d, 0, 1, 0, &random);
  step(&d);
  int told = d.calls[1];
  d.before[0] = 0;
  step(&d);
  assert_int_equal(d.calls[1], told); /* the very same */
  d.flags[0] = BAUD_TRUNCATED;
  d.before[0] = 0;
  step(&d);
  assert_int_equal(d.calls[1], told + 1); /* other flags */
  d.before[0] = 1;
  step(&d);
  assert_int_equal(d.calls[1], told + 2); /* another state */
  d.before[0] = 1;
  dial(&d, 0, 2, 0, &random);
  step(&d);
  assert_int_equal(d.calls[1], told + 3); /* another action; now the world is known */
  ledger_close(d.ledger);
}

static void a_beginning_is_told_again_after_anything_else_was(void **state) {
  uint64_t random = 1;
  desk d;
  (void)state;
  open_desk(&d, &safe_observer_with_shortcuts, 1, AMBIGUOUS);
  start(&d, 0, 0);
  start(&d, 0, 0);
  assert_int_equal(d.calls[1], 1);
  start(&d, 0, 1);
  assert_int_equal(d.calls[1], 2); /* another beginning */
  dial(&d, 0, 1, 0, &random);
  step(&d);
  int told = d.calls[1];
  start(&d, 0, 1);
  assert_int_equal(d.calls[1], told + 1);
  ledger_close(d.ledger);
}

static void a_fact_outside_its_alphabet_is_an_error_the_first_time(void **state) {
  baud_error error = {0};
  uint64_t random = 1;
  desk d;
  (void)state;
  open_desk(&d, &safe_observer_with_shortcuts, 1, AMBIGUOUS);
  start(&d, 0, 0);
  dial(&d, 0, 1, 0, &random);
  d.fact[0][0] = 77.0f;
  assert_int_equal(ledger_step(d.ledger, &d.tick, &error), BAUD_EPLUGIN);
  assert_non_null(strstr(error.text, "alphabet"));
  ledger_close(d.ledger);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_left_out_changes_no_figure),
      cmocka_unit_test(a_step_is_left_out_only_when_all_of_it_was_seen),
      cmocka_unit_test(a_beginning_is_told_again_after_anything_else_was),
      cmocka_unit_test(a_fact_outside_its_alphabet_is_an_error_the_first_time),
  };
  return cmocka_run_group_tests_name("repeats", tests, NULL, NULL);
}
