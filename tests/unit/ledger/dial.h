/* dial.h - a safe being dialled: what happens, what a reward scheme delivers of it, a crossing that is told, and a
 * reference for the bits.
 *
 * The reference knows nothing of evidence, weights or queues: it plays the scheme for each secret and multiplies up how
 * likely what was delivered would have been. Over a whole history the surprise must be -log2 of that, summed over all
 * secrets, and the noise that given the secret.
 */
#ifndef BAUD_TEST_DIAL_H
#define BAUD_TEST_DIAL_H

#include "safe.h"

#include "ledger/crossing.h"

enum { STEPS = 12, OBSERVATION = 1, REWARD = 2, DEMONSTRATION = 4 };

/* ---- The reference -------------------------------------------------------------------------------------- */

typedef struct deed { /* one step, as it happened */
  uint32_t number;
  int32_t hint;
  double facts[SAFE_FACTS];
  float delivered;
} deed;

/* Everything that one value may be delivered as: bins, then flip, then drop, then scale, as plugin.h says. */
typedef struct ways {
  double delivered[4], p[4];
  int n;
} ways;
static inline void add_way(ways *w, double delivered, double p) {
  w->delivered[w->n] = delivered;
  w->p[w->n++] = p;
}
static inline double binned(const baud_view *v, double x) {
  if (v->n_bins == 0) return x;
  for (uint32_t k = 0; k < v->n_bins; k++) {
    double width = (v->bin_high - v->bin_low) / v->n_bins, low = v->bin_low + k * width, high = low + width;
    if (x < high || k + 1 == v->n_bins) return (low + high) / 2;
  }
  return x;
}
static inline ways ways_of(const baud_view *v, double value) {
  ways w = {.n = 0};
  double flip = value == 0.0 || value == 1.0 ? v->flip : 0.0;
  add_way(&w, v->offset + v->scale * binned(v, value), (1.0 - flip) * (1.0 - v->drop));
  if (flip > 0.0) add_way(&w, v->offset + v->scale * binned(v, 1.0 - value), flip * (1.0 - v->drop));
  if (v->drop > 0.0) add_way(&w, 0.0, v->drop);
  return w;
}
static inline double way_probability(const baud_view *v, double value, float delivered) {
  ways w = ways_of(v, value);
  double p = 0.0;
  for (int i = 0; i < w.n; i++) p += (float)w.delivered[i] == delivered ? w.p[i] : 0.0;
  return p;
}

/* What a scheme without luck delivers at step t of n, given the fact's values: 0 and *is_due 0 where nothing. */
static inline double due(const baud_view *v, const double *values, uint32_t t, uint32_t n, int *is_due) {
  int last = t + 1 == n;
  double sum = 0.0;
  *is_due = 1;
  if (v->when == BAUD_VIEW_AT_END && v->delay == 0) return last ? values[t] : (*is_due = 0, 0.0);
  if (v->when == BAUD_VIEW_SUM) {
    for (uint32_t i = 0; i <= t; i++) sum += values[i];
    return last ? sum : (*is_due = 0, 0.0);
  }
  if (!last) return t >= v->delay ? values[t - v->delay] : (*is_due = 0, 0.0);
  for (uint32_t i = t >= v->delay ? t - v->delay : 0; i <= t; i++) sum += values[i];
  return sum;
}

/* P(all that was delivered in an episode | secret), for facts that the secret decides. */
static inline double delivery_probability(const baud_view *v, const deed *deeds, uint32_t n, uint32_t secret) {
  double values[STEPS], p = 1.0;
  for (uint32_t t = 0; t < n; t++) {
    double distance = safe_distance(secret, deeds[t].number);
    values[t] = v->fact == RIGHT ? distance == 0.0 : distance;
  }
  for (uint32_t t = 0; t < n; t++) {
    int is_due;
    double value = due(v, values, t, n, &is_due);
    if (is_due) p *= way_probability(v, value, deeds[t].delivered);
  }
  return p;
}

/* The same for the noisy click, which a memoryless view delivers. */
static inline double click_probability(const baud_view *v, const deed *deeds, uint32_t n, uint32_t secret) {
  double p = 1.0;
  for (uint32_t t = 0; t < n; t++) {
    if (v->when == BAUD_VIEW_AT_END && t + 1 < n) continue;
    double one = safe_fact_probability(CLICK, 1.0, secret, deeds[t].number);
    p *= one * way_probability(v, 1.0, deeds[t].delivered) + (1.0 - one) * way_probability(v, 0.0, deeds[t].delivered);
  }
  return p;
}

/* ---- A table to play at --------------------------------------------------------------------------------- */

typedef struct table {
  safe model;
  int calls[3];
  uint32_t secret;
  crossing *crossing;
  crossing_border border;
  uint64_t random;
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
  double likely[NUMBERS];     /* the reference: P(all of it | secret) */
  uint32_t counted;           /* mask of the channels that the reference counts */
} table;

static inline baud_view view_of(uint32_t fact) {
  return (baud_view){.size = BAUD_SIZE(baud_view), .kind = BAUD_VIEW_FACT, .fact = fact, .scale = 1.0};
}

static inline void open_with(table *t, const baud_observer *observer, uint32_t secret, uint32_t channels,
                             const baud_view *view) {
  baud_error error = {0};
  t->secret = secret;
  t->model.calls = t->calls;
  t->counted = channels;
  for (int k = 0; k < NUMBERS; k++) t->likely[k] = 1.0;
  t->border = (crossing_border){.observer = observer, .model = &t->model, .world = &t->secret, .env = &safe_env,
                                .lanes = 2, .limit = STEPS,
                                .channels = channels, .view = *view};
  if (crossing_open(&t->crossing, &t->border, &error) != 0) fail_msg("%s", error.text);
}
static inline void open_table(table *t, uint32_t secret, uint32_t channels, const baud_view *view) {
  memset(t, 0, sizeof *t);
  t->random = 77 + secret;
  open_with(t, &safe_observer, secret, channels, view);
}
static inline void close_table(table *t) { crossing_close(t->crossing); }

static inline float pick_way(const baud_view *v, double value, uint64_t *random) {
  ways w = ways_of(v, value);
  double u = baud_uniform(random);
  int i = 0;
  while (i + 1 < w.n && (u -= w.p[i]) >= 0.0) i++;
  return (float)w.delivered[i];
}

/* An episode as it happens: dialled numbers, drawn hints and facts, what the view makes of them. */
static inline void act(table *t, const uint32_t *numbers, uint32_t n, deed deeds[STEPS]) {
  const baud_view *v = &t->border.view;
  double values[STEPS];
  for (uint32_t i = 0; i < n; i++) {
    deeds[i].number = numbers[i];
    safe_dial(&t->model, t->secret, numbers[i], &t->random, &deeds[i].hint, deeds[i].facts);
    values[i] = deeds[i].facts[v->fact];
  }
  for (uint32_t i = 0; i < n; i++) {
    int is_due;
    double value = due(v, values, i, n, &is_due);
    deeds[i].delivered = is_due ? pick_way(v, value, &t->random) : 0.0f;
  }
}

/* One step into the crossing, whose code it returns. */
static inline int tell_step(table *t, uint32_t lane, const deed *deeds, uint32_t i, uint32_t n) {
  static const int32_t start = 0;
  const void *before[] = {i ? &deeds[i - 1].hint : &start}, *after[] = {&deeds[i].hint};
  int32_t number = (int32_t)deeds[i].number;
  moment m = {.lane = lane, .flags = i + 1 == n ? BAUD_TERMINATED : 0, .obs_before = before, .obs = after,
              .action = &number,
              .facts = deeds[i].facts, .delivered = deeds[i].delivered};
  return crossing_step(t->crossing, NULL, &m, t->surprise, t->noise);
}
static inline void tell_start(table *t, uint32_t lane) {
  static const int32_t start = 0;
  const void *obs[] = {&start};
  moment m = {.lane = lane, .obs = obs};
  assert_int_equal(crossing_start(t->crossing, NULL, &m, t->surprise, t->noise), 0);
}

/* Into the reference. */
static inline void count_in(table *t, const deed *deeds, uint32_t n) {
  const baud_view *v = &t->border.view;
  for (uint32_t secret = 0; secret < NUMBERS; secret++) {
    double (*delivery)(const baud_view *, const deed *, uint32_t, uint32_t) = v->fact == CLICK ? click_probability
        : delivery_probability;
    if (t->counted & REWARD) t->likely[secret] *= delivery(v, deeds, n, secret);
    for (uint32_t i = 0; i < n && (t->counted & OBSERVATION); i++)
      t->likely[secret] *= safe_hint_probability(&t->model, deeds[i].hint, secret, deeds[i].number);
  }
}

static inline void play(table *t, const uint32_t *numbers, uint32_t n) {
  deed deeds[STEPS];
  act(t, numbers, n, deeds);
  tell_start(t, 0);
  for (uint32_t i = 0; i < n; i++) assert_int_equal(tell_step(t, 0, deeds, i, n), 0);
  count_in(t, deeds, n);
}

static inline double sum_of(const double bits[BAUD_CHANNELS]) { return bits[0] + bits[1] + bits[2]; }

static inline void check_against_reference(const table *t) {
  double all = 0.0;
  for (int k = 0; k < NUMBERS; k++) all += t->likely[k] / NUMBERS;
  assert_close(sum_of(t->surprise), -log2(all), 1e-9);
  assert_close(sum_of(t->noise), -log2(t->likely[t->secret]), 1e-9);
}

static inline void play_at_random(table *t, uint32_t episodes) {
  for (uint32_t e = 0; e < episodes; e++) {
    uint32_t numbers[STEPS], n = 1 + baud_below(&t->random, STEPS);
    for (uint32_t i = 0; i < n; i++) numbers[i] = baud_below(&t->random, NUMBERS);
    play(t, numbers, n);
    check_against_reference(t);
  }
}

/* Both subscriptions, every secret, a few episodes each. */
static inline void check_view(const baud_view *v, enum crossing_kind kind, uint32_t episodes) {
  for (uint32_t channels = REWARD; channels <= (REWARD | OBSERVATION); channels += OBSERVATION)
    for (uint32_t secret = 0; secret < NUMBERS; secret++)
      for (int noisy = 0; noisy < 2; noisy++) {
        table t;
        open_table(&t, secret, channels, v);
        t.model.hint_error = noisy ? 0.25 : 0.0;
        play_at_random(&t, episodes);
        assert_int_equal(crossing_kind_of(t.crossing), kind);
        close_table(&t);
      }
}

#endif
