/* test_ledger.c - the funnel of an episode, and the calls that the ledger leaves out: the same safe played to two
 * ledgers, whose observers differ in nothing but the shortcuts that they declare, must come to the same figures.
 *
 * Draws have fixed seeds and are checked against identities, so nothing can fail by chance.
 */
#include "safe.h"

#include "ledger/ledger.h"

enum { LANES = 3, OBSERVATION = 1, REWARD = 2, DEMONSTRATION = 4 };

typedef struct book { /* one ledger, and what it is told of */
  safe model;
  int calls[3];
  uint32_t secret;
  ledger *ledger;
} book;

static baud_view view_of(uint32_t fact) {
  return (baud_view){.size = BAUD_SIZE(baud_view), .kind = BAUD_VIEW_FACT, .fact = fact, .scale = 1.0};
}

static void open_book(book *b, const baud_observer *observer, uint32_t secret, uint32_t subscribed, baud_view view) {
  baud_error error = {0};
  memset(b, 0, sizeof *b);
  b->secret = secret;
  b->model.calls = b->calls;
  ledger_setup setup = {.observer = observer, .model = &b->model, .world = &b->secret, .env = &safe_env,
                        .lanes = LANES, .limit = 10,
                        .emitted = OBSERVATION | REWARD | DEMONSTRATION, .subscribed = subscribed, .view = view};
  if (ledger_open(&b->ledger, &setup, &error) != 0) fail_msg("%s", error.text);
}

/* What a tick brings to all lanes, the same for every ledger. */
typedef struct tick {
  int32_t before[LANES], after[LANES], number[LANES];
  float fact[SAFE_FACTS][LANES], delivered[LANES];
  uint8_t flags[LANES];
} tick;

static float delivered_of(const baud_view *v, double fact, int is_last, uint64_t *random) {
  if (v->when == BAUD_VIEW_AT_END && !is_last) return 0.0f;
  if (v->flip > 0.0 && baud_bernoulli(random, v->flip)) fact = 1.0 - fact;
  return (float)(v->offset + v->scale * fact);
}

/* `few`: the lanes dial no number from this one up, so that steps repeat themselves. */
static void make_tick(tick *t, const book *b, const baud_view *v, uint32_t few, int is_last, uint64_t *random) {
  for (uint32_t k = 0; k < LANES; k++) {
    double facts[SAFE_FACTS];
    t->before[k] = t->after[k];
    t->number[k] = (int32_t)baud_below(random, few);
    safe_dial(&b->model, b->secret, (uint32_t)t->number[k], random, &t->after[k], facts);
    for (uint32_t f = 0; f < SAFE_FACTS; f++) t->fact[f][k] = (float)facts[f];
    t->delivered[k] = delivered_of(v, facts[v->fact], is_last, random);
    t->flags[k] = is_last ? BAUD_TERMINATED : 0;
  }
}

static void tell(book *b, tick *t) {
  const void *before[] = {t->before}, *after[] = {t->after};
  float *facts[SAFE_FACTS];
  for (int f = 0; f < SAFE_FACTS; f++) facts[f] = t->fact[f];
  ledger_tick told = {.obs_before = before, .obs = after, .action = t->number, .facts = facts,
                      .delivered = t->delivered, .flags = t->flags};
  baud_error error = {0};
  if (ledger_step(b->ledger, &told, &error) != 0) fail_msg("%s", error.text);
}

static void begin(book *b, const tick *t) {
  baud_error error = {0};
  const void *obs[] = {t->after};
  for (uint32_t k = 0; k < LANES; k++) assert_int_equal(ledger_start(b->ledger, obs, k, &error), 0);
}

static void show(book *b, const tick *t, const int32_t *shown) {
  baud_error error = {0};
  const void *obs[] = {t->after};
  for (uint32_t k = 0; k < LANES; k++) assert_int_equal(ledger_demonstration(b->ledger, obs, shown, k, 0.5, &error), 0);
}

/* Plays episodes to two ledgers and compares every figure of every lane; the sums over all go to `total`. */
static void play(book *one, book *two, const baud_view *v, uint32_t episodes, uint32_t few, int with_expert,
                 double total[FIGURES]) {
  uint64_t random = 40 + one->secret;
  memset(total, 0, FIGURES * sizeof *total);
  for (uint32_t e = 0; e < episodes; e++) {
    tick t = {.before = {0}};
    uint32_t n = 1 + baud_below(&random, 4);
    int32_t shown[LANES];
    begin(one, &t);
    begin(two, &t);
    for (uint32_t i = 0; i < n; i++) {
      for (int k = 0; k < LANES; k++) shown[k] = (int32_t)baud_below(&random, NUMBERS);
      if (with_expert) show(one, &t, shown), show(two, &t, shown);
      make_tick(&t, one, v, few, i + 1 == n, &random);
      tell(one, &t);
      tell(two, &t);
    }
    for (uint32_t k = 0; k < LANES; k++) {
      double a[FIGURES] = {0}, b[FIGURES] = {0};
      ledger_episode(one->ledger, k, n, a);
      ledger_episode(two->ledger, k, n, b);
      for (int f = 0; f < FIGURES; f++) {
        if (fabs(a[f] - b[f]) > 1e-12)
          fail_msg("episode %u, lane %u, %s: %.15g and %.15g", e, k, figure_table[f].name, a[f], b[f]);
        total[f] += a[f];
      }
    }
  }
}

static void shortcuts_change_no_figure(void **state) {
  static const struct { uint32_t fact, when, subscribed; double flip; int with_expert; } cases[] = {
      {DISTANCE, 0, REWARD | OBSERVATION, 0, 0}, {RIGHT, 0, REWARD, 0, 0},
      {RIGHT, 0, REWARD | OBSERVATION | DEMONSTRATION, 0, 1},
      {RIGHT, BAUD_VIEW_AT_END, REWARD, 0, 0},   {RIGHT, 0, REWARD, 0.2, 0}, {DISTANCE, 0, OBSERVATION, 0, 1},
      {RIGHT, 0, DEMONSTRATION, 0, 1},           {DISTANCE, 0, 0, 0, 0}};
  (void)state;
  int saved = 0;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (uint32_t secret = 0; secret < NUMBERS; secret++)
      for (uint32_t few = 1; few <= NUMBERS; few += 2) {
        double total[FIGURES];
        book plain, quick;
        baud_view v = view_of(cases[i].fact);
        v.when = cases[i].when;
        v.flip = cases[i].flip;
        open_book(&plain, &safe_observer, secret, cases[i].subscribed, v);
        open_book(&quick, &safe_observer_with_shortcuts, secret, cases[i].subscribed, v);
        play(&plain, &quick, &v, 12, few, cases[i].with_expert, total);
        saved += plain.calls[1] - quick.calls[1];
        ledger_close(plain.ledger);
        ledger_close(quick.ledger);
      }
  assert_true(saved > 10000); /* or nothing was left out, and nothing is shown */
}

/* With one number dialled over and over, the observer need be told once what it brings. */
static void a_step_that_was_told_before_is_not_told_again(void **state) {
  (void)state;
  double total[FIGURES];
  book plain, quick;
  baud_view v = view_of(DISTANCE);
  open_book(&plain, &safe_observer, 0, REWARD | OBSERVATION, v);
  open_book(&quick, &safe_observer_with_shortcuts, 0, REWARD | OBSERVATION, v);
  play(&plain, &quick, &v, 40, 3, 0, total); /* 0, 1 and 2 tell 0 from the rest, but with 2 alone 4 stays possible */
  assert_true(quick.calls[1] < plain.calls[1] / 2);
  assert_close(total[figure_of_channel(FIGURE_RECEIVED, BAUD_CH_REWARD)] +
               total[figure_of_channel(FIGURE_RECEIVED, BAUD_CH_OBSERVATION)], log2(5.0), 1e-9);
  ledger_close(plain.ledger);
  ledger_close(quick.ledger);
}

static void all_lanes_share_one_account_of_the_world(void **state) {
  (void)state;
  for (uint32_t secret = 0; secret < NUMBERS; secret++) {
    double total[FIGURES];
    book one, two;
    baud_view v = view_of(RIGHT);
    open_book(&one, &safe_observer, secret, REWARD, v);
    open_book(&two, &safe_observer, secret, REWARD, v);
    play(&one, &two, &v, 30, NUMBERS, 0, total);
    assert_close(total[FIGURE_RECEIVED_ALL], log2(5.0), 1e-9);
    assert_close(total[FIGURE_OFFERED_ALL], log2(5.0), 1e-9); /* distance and hint tell it too, and no more of it */
    assert_close(ledger_received_total(one.ledger), log2(5.0), 1e-9);
    ledger_close(one.ledger);
    ledger_close(two.ledger);
  }
}

static void the_wire_counts_symbols_and_not_what_they_say(void **state) {
  (void)state;
  double figure[FIGURES];
  book b;
  baud_view v = view_of(DISTANCE);
  uint64_t random = 1;
  open_book(&b, &safe_observer, 2, 0, v);
  tick t = {.before = {0}};
  static const int32_t shown[LANES] = {0, 1, 2};
  begin(&b, &t);
  for (int i = 0; i < 4; i++) {
    show(&b, &t, shown);
    make_tick(&t, &b, &v, NUMBERS, i == 3, &random);
    tell(&b, &t);
  }
  ledger_episode(b.ledger, 1, 4, figure);
  /* the first one too */
  assert_close(figure[figure_of_channel(FIGURE_WIRE, BAUD_CH_OBSERVATION)], 5 * log2(2.0), 1e-12);
  assert_close(figure[figure_of_channel(FIGURE_WIRE, BAUD_CH_REWARD)], 4 * log2(5.0), 1e-12);
  assert_close(figure[figure_of_channel(FIGURE_WIRE, BAUD_CH_DEMONSTRATION)], 4 * log2(5.0), 1e-12);
  assert_close(figure[FIGURE_RECEIVED_ALL], 0.0, 0.0); /* it takes nothing */
  ledger_close(b.ledger);
}

static void marks_say_how_well_each_figure_is_known(void **state) {
  static const struct { int observer; uint32_t kind, subscribed; char offered, received, channel; } cases[] = {
      {1, BAUD_VIEW_FACT, REWARD, '=', '=', '='},  {1, BAUD_VIEW_UNKNOWN, REWARD, '=', '<', '<'},
      {0, BAUD_VIEW_FACT, REWARD, '-', '-', '-'},  {1, BAUD_VIEW_UNKNOWN, OBSERVATION, '=', '=', '='},
      {1, BAUD_VIEW_BLIND, REWARD, '=', '=', '='},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char marks[FIGURES];
    book b;
    baud_view v = view_of(RIGHT);
    v.kind = cases[i].kind;
    open_book(&b, cases[i].observer ? &safe_observer : NULL, 1, cases[i].subscribed, v);
    memset(marks, '?', sizeof marks);
    ledger_marks(b.ledger, marks);
    assert_int_equal(marks[FIGURE_OFFERED_ALL], cases[i].offered);
    assert_int_equal(marks[FIGURE_RECEIVED_ALL], cases[i].received);
    assert_int_equal(marks[figure_of_channel(FIGURE_RECEIVED, BAUD_CH_REWARD)], cases[i].channel);
    assert_int_equal(marks[figure_of_channel(FIGURE_WIRE, BAUD_CH_REWARD)], '=');
    ledger_close(b.ledger);
  }
}

static void a_reward_that_the_view_rules_out_is_blamed_on_the_scheme(void **state) {
  (void)state;
  book b;
  baud_view v = view_of(RIGHT);
  v.flip = 0.1;
  uint64_t random = 1;
  open_book(&b, &safe_observer, 2, REWARD, v);
  tick t = {.before = {0}};
  baud_error error = {0};
  begin(&b, &t);
  make_tick(&t, &b, &v, NUMBERS, 1, &random);
  t.delivered[1] = 0.5f;
  const void *before[] = {t.before}, *after[] = {t.after};
  float *facts[SAFE_FACTS];
  for (int f = 0; f < SAFE_FACTS; f++) facts[f] = t.fact[f];
  ledger_tick told = {.obs_before = before, .obs = after, .action = t.number, .facts = facts, .delivered = t.delivered,
                      .flags = t.flags};
  assert_int_equal(ledger_step(b.ledger, &told, &error), BAUD_EPLUGIN);
  assert_non_null(strstr(error.text, "the scheme's declared view rules out"));
  ledger_close(b.ledger);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shortcuts_change_no_figure),
      cmocka_unit_test(a_step_that_was_told_before_is_not_told_again),
      cmocka_unit_test(all_lanes_share_one_account_of_the_world),
      cmocka_unit_test(the_wire_counts_symbols_and_not_what_they_say),
      cmocka_unit_test(marks_say_how_well_each_figure_is_known),
      cmocka_unit_test(a_reward_that_the_view_rules_out_is_blamed_on_the_scheme),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
