/* ledger.c - see ledger.h.
 */
#include "ledger/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/repeats.h"

typedef struct sums { /* of one lane's running episode, by one observer */
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];
} sums;

typedef struct listener { /* an ideal observer, and what it has told so far */
  crossing *crossing;
  int is_settled;         /* no step can tell it anything more */
  int leaves_out_repeats;
  repeats repeats;
  sums *lane;
} listener;

typedef struct lane_books {
  uint64_t demonstrations;
  int is_told; /* an observer was given evidence in this episode */
} lane_books;

enum { EVERYTHING, CROSSED, LISTENERS };

enum { FLAG_BITS = 2 }; /* terminated, truncated: they tell where an episode ends, so a transcript decodes */

struct ledger {
  ledger_setup setup;
  listener listener[LISTENERS];
  uint32_t n_listeners;       /* 1: what crosses is everything */
  int is_settled;             /* all of them are */
  int is_one;                 /* one listener that leaves out repeats and is not settled, one lane */
  int checks_rewards;         /* the scheme's view is plain enough to be held to it at every step */
  double wire[BAUD_CHANNELS]; /* of one symbol of each channel */
  lane_books *lane;
  double received_total, transcript_total;
  /* one lane's moment */
  const void **before, **after; /* [field] */
  size_t *field_bytes, action_bytes;
  double *facts;
};

/* ---- Opening ------------------------------------------------------------------------------------------ */

static size_t field_bytes(const baud_field *f) { return (f->dtype == BAUD_U8 ? 1u : 4u) * (size_t)f->count; }

/* Bits that one symbol of a field takes on the wire; a continuous element is a float32. */
static double field_wire(const baud_field *f) { return f->count * (f->categories ? log2(f->categories) : 32.0); }

static void measure_wire(ledger *l) {
  const ledger_setup *s = &l->setup;
  for (uint32_t f = 0; f < s->env->n_obs; f++) l->wire[BAUD_CH_OBSERVATION] += field_wire(&s->env->obs[f]);
  l->wire[BAUD_CH_DEMONSTRATION] = field_wire(s->env->action);
  int32_t n = -1;
  double *values = s->observer ? malloc(65536 * sizeof *values) : NULL;
  if (values) n = s->observer->alphabet(s->model, 0, values, 65536);
  free(values);
  l->wire[BAUD_CH_REWARD] = n > 0 ? log2(n) : 32.0;
}

/* The plainest views say what the reward must be, to the bit, whether or not an observer is asked. */
static int is_plain(const baud_view *v) {
  return v->kind == BAUD_VIEW_FACT && v->when != BAUD_VIEW_SUM && v->delay == 0 && v->n_bins == 0 && v->flip == 0.0 && v->drop == 0.0 &&
         v->scale == 1.0 && v->offset == 0.0;
}

static int same_border(const crossing_border *a, const crossing_border *b) {
  const baud_view *v = &b->view;
  if (a->channels != b->channels) return 0;
  if (!(a->channels & BAUD_MASK(BAUD_CH_REWARD))) return 1;
  int is_whole = v->when == BAUD_VIEW_EVERY_STEP || (v->when == BAUD_VIEW_AT_END && (a->env->facts[0].roles & BAUD_FACT_AT_END));
  return v->kind == BAUD_VIEW_FACT && v->fact == 0 && is_whole && v->delay == 0 && v->n_bins == 0 && v->flip == 0.0 && v->drop == 0.0;
}

static int allocate(ledger *l) {
  const baud_env_spec *env = l->setup.env;
  l->lane = calloc(l->setup.lanes, sizeof *l->lane);
  l->before = calloc(2u * env->n_obs + 1u, sizeof *l->before);
  l->field_bytes = calloc(env->n_obs + 1u, sizeof *l->field_bytes);
  l->facts = calloc(env->n_facts + 1u, sizeof *l->facts);
  if (!l->lane || !l->before || !l->field_bytes || !l->facts) return BAUD_ENOMEM;
  l->after = l->before + env->n_obs;
  for (uint32_t f = 0; f < env->n_obs; f++) l->field_bytes[f] = field_bytes(&env->obs[f]);
  l->action_bytes = field_bytes(env->action);
  return 0;
}

static int open_listener(ledger *l, const crossing_border *border, baud_error *error) {
  listener *who = &l->listener[l->n_listeners++];
  who->lane = calloc(border->lanes, sizeof *who->lane);
  if (!who->lane) return error_set(error, BAUD_ENOMEM, "out of memory");
  int code = crossing_open(&who->crossing, border, error);
  if (code == 0)
    who->leaves_out_repeats =
        crossing_leaves_out_repeats(who->crossing) && repeats_open(&who->repeats, border->env, crossing_fact(who->crossing));
  return code;
}

/* Looks whether there is still anyone to be told of steps. */
static void look(ledger *l) {
  l->is_settled = 1;
  for (uint32_t i = 0; i < l->n_listeners; i++) l->is_settled &= l->listener[i].is_settled = crossing_is_settled(l->listener[i].crossing);
  l->is_one = !l->is_settled && l->n_listeners == 1 && l->setup.lanes == 1 && l->listener[EVERYTHING].leaves_out_repeats;
}

int ledger_open(ledger **out, const ledger_setup *setup, baud_error *error) {
  ledger *l = calloc(1, sizeof *l);
  if (!l) return error_set(error, BAUD_ENOMEM, "out of memory");
  *out = l;
  l->setup = *setup;
  if (allocate(l) != 0) return error_set(error, BAUD_ENOMEM, "out of memory");
  measure_wire(l);
  crossing_border everything = {.observer = setup->observer, .model = setup->model, .world = setup->world, .env = setup->env,
                                .lanes = setup->lanes, .limit = setup->limit, .channels = setup->emitted,
                                .view = {.size = BAUD_SIZE(baud_view), .kind = BAUD_VIEW_FACT, .scale = 1.0}, .tells_facts = 1};
  crossing_border taken = everything;
  taken.tells_facts = 0;
  taken.channels = setup->emitted & setup->subscribed;
  taken.view = setup->view;
  int code = open_listener(l, &everything, error);
  if (!code && !same_border(&everything, &taken)) code = open_listener(l, &taken, error);
  l->checks_rewards = is_plain(&setup->view);
  if (code) return code;
  look(l);
  return 0;
}

void ledger_close(ledger *l) {
  if (!l) return;
  for (uint32_t i = 0; i < l->n_listeners; i++) {
    crossing_close(l->listener[i].crossing);
    repeats_close(&l->listener[i].repeats);
    free(l->listener[i].lane);
  }
  free(l->lane);
  free(l->before);
  free(l->field_bytes);
  free(l->facts);
  free(l);
}

int ledger_begin(ledger *l, baud_error *error) {
  for (uint32_t i = 0; i < l->n_listeners; i++) {
    listener *who = &l->listener[i];
    int code = crossing_begin(who->crossing, error);
    if (code) return code;
    memset(who->lane, 0, l->setup.lanes * sizeof *who->lane);
    repeats_forget(&who->repeats);
  }
  memset(l->lane, 0, l->setup.lanes * sizeof *l->lane);
  l->received_total = l->transcript_total = 0.0;
  look(l);
  return 0;
}

/* What is only remembered to save work is not carried along. */
void ledger_pass(ledger *l, parcel *p) {
  for (uint32_t i = 0; i < l->n_listeners; i++) {
    listener *who = &l->listener[i];
    crossing_pass(who->crossing, p);
    parcel_pass(p, who->lane, l->setup.lanes * sizeof *who->lane);
    if (p->way == PARCEL_UNPACK) repeats_forget(&who->repeats);
  }
  for (uint32_t k = 0; k < l->setup.lanes; k++) {
    parcel_pass(p, &l->lane[k].demonstrations, sizeof l->lane[k].demonstrations);
    parcel_pass(p, &l->lane[k].is_told, sizeof l->lane[k].is_told);
  }
  parcel_pass(p, &l->received_total, sizeof l->received_total);
  parcel_pass(p, &l->transcript_total, sizeof l->transcript_total);
  if (p->way == PARCEL_UNPACK) look(l);
}

/* ---- What happens ------------------------------------------------------------------------------------- */

static int is_nothing(const sums *s) {
  double most = 0.0;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) most += fabs(s->surprise[k]) + fabs(s->noise[k]);
  return most == 0.0;
}

/* A lane's fields; those of lane 0 are where the batch begins. */
static const void *const *lane_fields(const ledger *l, const void *const *batch, uint32_t lane, const void **room) {
  if (lane == 0) return batch;
  for (uint32_t f = 0; f < l->setup.env->n_obs; f++) room[f] = (const char *)batch[f] + lane * l->field_bytes[f];
  return room;
}

typedef int (*teller)(crossing *, void *, const moment *, double *, double *);
static int tell(ledger *l, uint32_t which, teller telling, const moment *m, baud_error *error) {
  listener *who = &l->listener[which];
  sums *s = &who->lane[m->lane];
  l->lane[m->lane].is_told = 1;
  repeats_forget_start(&who->repeats);
  if (telling(who->crossing, NULL, m, s->surprise, s->noise) == 0) return 0;
  return error_set(error, BAUD_EPLUGIN, "%s", which == CROSSED
      ? "a reward was delivered that the scheme's declared view rules out, or the environment's observer failed"
      : "the environment's observer failed, or a fact took a value outside its declared alphabet");
}

static int tell_all(ledger *l, teller telling, const moment *m, baud_error *error) {
  int code = 0;
  for (uint32_t i = 0; i < l->n_listeners && code == 0; i++) code = tell(l, i, telling, m, error);
  look(l);
  return code;
}

/* An observer that keeps no track of lanes, is as it was when an episode began, and was told nothing by it, is told
 * nothing by the same beginning. */
static int begins_as_before(const ledger *l, const void *const *obs, uint32_t lane) {
  const repeats *r = &l->listener[EVERYTHING].repeats;
  repeats_place start = l->is_one ? repeats_start(r, obs, lane) : (repeats_place){0};
  return l->is_one && repeats_is_same(&r->start, &start);
}

int ledger_start(ledger *l, const void *const *obs, uint32_t lane, baud_error *error) {
  if (l->is_settled || begins_as_before(l, obs, lane)) return 0;
  moment m = {.lane = lane, .obs = lane_fields(l, obs, lane, l->before)};
  int code = tell_all(l, crossing_start, &m, error);
  listener *all = &l->listener[EVERYTHING];
  if (l->is_one && is_nothing(&all->lane[lane])) all->repeats.start = repeats_start(&all->repeats, obs, lane);
  return code;
}

int ledger_demonstration(ledger *l, const void *const *obs, const void *shown, uint32_t lane, double competence, baud_error *error) {
  const void *const *seen = lane_fields(l, obs, lane, l->before);
  l->lane[lane].demonstrations++;
  moment m = {.lane = lane,
              .obs_before = seen,
              .obs = seen,
              .action = (const char *)shown + lane * l->action_bytes,
              .competence = competence};
  return tell_all(l, crossing_demonstration, &m, error);
}

static int tell_step(ledger *l, uint32_t which, const ledger_tick *tick, uint32_t lane, baud_error *error) {
  uint32_t fact = crossing_fact(l->listener[which].crossing); /* a bound goes by fact 0 */
  if (fact < l->setup.env->n_facts) l->facts[fact] = (double)tick->facts[fact][lane];
  moment m = {.lane = lane, .flags = tick->flags[lane], .obs_before = lane_fields(l, tick->obs_before, lane, l->before),
              .obs = lane_fields(l, tick->obs, lane, l->after), .action = (const char *)tick->action + lane * l->action_bytes,
              .facts = l->facts, .delivered = tick->delivered[lane]};
  int code = tell(l, which, crossing_step, &m, error);
  if (crossing_is_settled(l->listener[which].crossing)) look(l);
  return code;
}

/* To each listener what is new to it. Not inlined: when there is nothing, the room that this takes is not paid for. */
static __attribute__((noinline)) int tell_new_steps(ledger *l, const ledger_tick *tick, baud_error *error) {
  int code = 0;
  for (uint32_t i = 0; i < l->n_listeners; i++) {
    listener *who = &l->listener[i];
    ledger_sight at = who->leaves_out_repeats ? repeats_aim(&who->repeats, tick) : (ledger_sight){0};
    for (uint32_t k = 0; k < l->setup.lanes && !who->is_settled && code == 0; k++) {
      if (who->leaves_out_repeats && repeats_knows(&who->repeats, tick, &at, k)) continue;
      if (who->leaves_out_repeats) repeats_remember(&who->repeats, tick, &at, k);
      code = tell_step(l, i, tick, k, error);
    }
  }
  return code;
}

void ledger_aim(const ledger *l, ledger_tick *tick) {
  if (l->listener[EVERYTHING].leaves_out_repeats) tick->sight = repeats_aim(&l->listener[EVERYTHING].repeats, tick);
}

/* Whether the scheme delivered to a lane what its declared view says. */
static inline int is_as_declared(const ledger *l, const ledger_tick *tick, uint32_t lane, float *expected) {
  int is_early = l->setup.view.when == BAUD_VIEW_AT_END && !tick->flags[lane];
  *expected = is_early ? 0.0f : tick->facts[l->setup.view.fact][lane];
  return tick->delivered[lane] == *expected;
}

static int check_rewards(const ledger *l, const ledger_tick *tick, baud_error *error) {
  float expected;
  for (uint32_t k = 0; k < l->setup.lanes; k++)
    if (!is_as_declared(l, tick, k, &expected))
      return error_set(error, BAUD_EPLUGIN, "the reward scheme delivered %g where its declared view says %g",
                       (double)tick->delivered[k], (double)expected);
  return 0;
}

/* Rewards before any shortcut: a scheme may begin to lie where an observer has long heard all there is. */
static __attribute__((noinline)) int look_at_all(ledger *l, const ledger_tick *tick, baud_error *error) {
  if (l->checks_rewards && check_rewards(l, tick, error) != 0) return error->code;
  return l->is_settled ? 0 : tell_new_steps(l, tick, error);
}

/* A single lane's step that brings nothing new, which nearly all are, needs no call. */
int ledger_step(ledger *l, const ledger_tick *tick, baud_error *error) {
  float expected;
  int is_nothing_new = l->is_one ? repeats_knows(&l->listener[EVERYTHING].repeats, tick, &tick->sight, 0) : l->is_settled && l->setup.lanes == 1;
  return is_nothing_new && (!l->checks_rewards || is_as_declared(l, tick, 0, &expected)) ? 0 : look_at_all(l, tick, error);
}

/* ---- The end of an episode ---------------------------------------------------------------------------- */

static void write_funnel(ledger *l, uint32_t lane, double figure[FIGURES]) {
  sums *all = &l->listener[EVERYTHING].lane[lane], *crossed = &l->listener[l->n_listeners - 1].lane[lane];
  double offered_all = 0.0, received_all = 0.0;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) {
    double offered = all->surprise[k] - all->noise[k], received = crossed->surprise[k] - crossed->noise[k];
    figure[figure_of_channel(FIGURE_SURPRISE, k)] = all->surprise[k];
    figure[figure_of_channel(FIGURE_NOISE, k)] = all->noise[k];
    figure[figure_of_channel(FIGURE_OFFERED, k)] = offered;
    figure[figure_of_channel(FIGURE_RECEIVED, k)] = received;
    offered_all += offered;
    received_all += received;
  }
  if (l->n_listeners > 1 && crossing_kind_of(l->listener[CROSSED].crossing) == CROSSING_NONE) received_all = offered_all;
  figure[FIGURE_OFFERED_ALL] = offered_all;
  figure[FIGURE_RECEIVED_ALL] = received_all;
  l->received_total += received_all;
  *all = *crossed = (sums){0};
}

void ledger_so_far(const ledger *l, uint32_t lane, double offered[BAUD_CHANNELS], double received[BAUD_CHANNELS]) {
  const sums *all = &l->listener[EVERYTHING].lane[lane], *crossed = &l->listener[l->n_listeners - 1].lane[lane];
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) {
    offered[k] = all->surprise[k] - all->noise[k];
    received[k] = crossed->surprise[k] - crossed->noise[k];
  }
}

static void write_nothing(double figure[FIGURES]) {
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++)
    for (uint32_t f = FIGURE_SURPRISE; f <= FIGURE_RECEIVED; f++) figure[figure_of_channel(f, k)] = 0.0;
  figure[FIGURE_OFFERED_ALL] = figure[FIGURE_RECEIVED_ALL] = 0.0;
}

int ledger_episode(ledger *l, uint32_t lane, uint64_t steps, double figure[FIGURES]) {
  lane_books *books = &l->lane[lane];
  int is_told = books->is_told && !(is_nothing(&l->listener[EVERYTHING].lane[lane]) && is_nothing(&l->listener[l->n_listeners - 1].lane[lane]));
  figure[figure_of_channel(FIGURE_WIRE, BAUD_CH_OBSERVATION)] = l->wire[BAUD_CH_OBSERVATION] * (double)(steps + 1);
  figure[figure_of_channel(FIGURE_WIRE, BAUD_CH_REWARD)] = l->wire[BAUD_CH_REWARD] * (double)steps;
  figure[figure_of_channel(FIGURE_WIRE, BAUD_CH_DEMONSTRATION)] = l->wire[BAUD_CH_DEMONSTRATION] * (double)books->demonstrations;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++)
    if (l->setup.subscribed >> k & 1u) l->transcript_total += figure[figure_of_channel(FIGURE_WIRE, k)];
  l->transcript_total += FLAG_BITS * (double)steps;
  if (is_told) write_funnel(l, lane, figure);
  else write_nothing(figure);
  *books = (lane_books){0};
  return is_told;
}

double ledger_received_total(const ledger *l) { return l->received_total; }
double ledger_transcript_total(const ledger *l) { return l->transcript_total; }

static char mark_of(const crossing *c) {
  return crossing_kind_of(c) == CROSSING_EXACT ? '=' : crossing_kind_of(c) == CROSSING_BOUND ? '<' : '-';
}

void ledger_marks(const ledger *l, char marks[FIGURES]) {
  char offered = mark_of(l->listener[EVERYTHING].crossing), received = mark_of(l->listener[l->n_listeners - 1].crossing);
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) {
    int is_emitted = (int)(l->setup.emitted >> k & 1u), is_taken = (int)(l->setup.subscribed >> k & 1u) && is_emitted;
    marks[figure_of_channel(FIGURE_WIRE, k)] = is_emitted ? '=' : '-';
    marks[figure_of_channel(FIGURE_SURPRISE, k)] = is_emitted ? offered : '-';
    marks[figure_of_channel(FIGURE_NOISE, k)] = is_emitted ? offered : '-';
    marks[figure_of_channel(FIGURE_OFFERED, k)] = is_emitted ? offered : '-';
    /* what is not subscribed brings nothing, and that is exact */
    marks[figure_of_channel(FIGURE_RECEIVED, k)] = !is_emitted || offered == '-' ? '-' : is_taken ? received : '=';
  }
  marks[FIGURE_OFFERED_ALL] = offered;
  marks[FIGURE_RECEIVED_ALL] = received == '-' && offered != '-' ? '<' : received;
}
