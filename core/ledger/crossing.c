/* crossing.c - see crossing.h.
 *
 * Memoryless views hand each step's evidence over at once. Views with memory first tell the observer of the step
 * without its reward, keep the step in a queue, and hand the reward over (BAUD_EV_LATE) when it is delivered.
 */
#include "crossing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/view.h"

enum { QUEUE_BYTES = 64 << 20 };

struct crossing {
  crossing_border border;
  enum crossing_kind kind, opened_as; /* what it is counted as may weaken */
  uint32_t fact;        /* the one that evidence speaks of */
  uint32_t n_values;    /* its alphabet; 0: continuous */
  double *values, *weight;
  uint32_t hot;         /* index that is 1 in `weight` while it is one-hot */
  int is_identity;      /* the fact crosses as it is, at every step */
  int is_noiseless;     /* given the world, steps leave nothing to chance */
  int is_settled;       /* nothing more can be learnt from steps, and they have no noise to be counted */
  void *state, *rehearsal; /* the observer's state, and room for a copy */
  uint64_t state_bytes;
  /* The queue of each lane: steps whose reward is still to be delivered. */
  uint32_t queue_room;  /* 0: the view has no memory */
  size_t entry_bytes, action_bytes;
  uint32_t *queued, *queue_first; /* [lane] */
  char *queue;          /* [lane][queue_room][entry_bytes]: double fact, u32 flags, pad, action, obs_before, obs */
  const void **pointers; /* [2][n_obs] scratch for one entry */
};

/* ---- Opening ------------------------------------------------------------------------------------------ */

static size_t dtype_size(uint32_t dtype) { return dtype == BAUD_U8 ? 1 : dtype == BAUD_U64 || dtype == BAUD_F64 ? 8 : 4; }
static size_t field_bytes(const baud_field *f) { return dtype_size(f->dtype) * f->count; }
static size_t aligned(size_t n) { return (n + 7u) & ~(size_t)7u; }

/* Reads the alphabet of the fact that is to be evidence; < 0 when the observer does not know it. */
static int32_t read_alphabet(crossing *c, uint32_t fact) {
  double *values = malloc(VIEW_VALUES * sizeof *values);
  if (!values) return BAUD_ENOMEM;
  int32_t n = c->border.observer->alphabet(c->border.model, fact, values, VIEW_VALUES);
  free(c->values);
  c->values = n > 0 ? realloc(values, (size_t)n * sizeof *values) : NULL;
  if (n <= 0) free(values);
  c->n_values = n > 0 ? (uint32_t)n : 0;
  c->fact = fact;
  return n;
}

static int view_is_plain(const baud_view *v) {
  return v->kind == BAUD_VIEW_FACT && v->when == BAUD_VIEW_EVERY_STEP && v->n_bins == 0 && v->flip == 0.0 && v->drop == 0.0 && v->delay == 0;
}

/* Whether the declared view can be followed exactly: alphabet, the observer's own word, no mixture it cannot take. */
static int can_be_exact(crossing *c) {
  const baud_view *v = &c->border.view;
  uint32_t reward = BAUD_MASK(BAUD_CH_REWARD);
  if (!(c->border.channels & reward) || v->kind == BAUD_VIEW_BLIND) {
    c->fact = 0;
    return c->border.observer->supports(c->border.model, c->border.channels & ~reward, 0, 0) == 1;
  }
  if (v->kind != BAUD_VIEW_FACT) return 0;
  int has_memory = v->delay > 0 || v->when == BAUD_VIEW_SUM;
  if (has_memory && (!c->border.world || c->border.limit == 0)) return 0;
  if (v->delay > 0 && (v->flip > 0.0 || v->drop > 0.0 || v->n_bins > 0 || v->offset != 0.0)) return 0;
  int32_t n = read_alphabet(c, v->fact);
  if (n < 0 || (n == 0 && !view_is_plain(v))) return 0;
  return c->border.observer->supports(c->border.model, c->border.channels, v->fact, view_needs(v)) == 1;
}

static int open_queue(crossing *c) {
  const crossing_border *b = &c->border;
  if (c->kind != CROSSING_EXACT || !(b->channels & BAUD_MASK(BAUD_CH_REWARD)) || b->view.kind != BAUD_VIEW_FACT) return 0;
  if (b->view.delay == 0 && b->view.when != BAUD_VIEW_SUM) return 0;
  uint32_t room = b->view.when == BAUD_VIEW_SUM || b->view.delay > b->limit ? b->limit : b->view.delay + 1;
  c->action_bytes = aligned(field_bytes(b->env->action));
  c->entry_bytes = 16 + c->action_bytes;
  for (uint32_t f = 0; f < b->env->n_obs; f++) c->entry_bytes += 2 * aligned(field_bytes(&b->env->obs[f]));
  if ((double)c->entry_bytes * room * b->lanes > QUEUE_BYTES) return BAUD_EUNSUP;
  c->queue_room = room;
  c->queue = calloc((size_t)room * b->lanes, c->entry_bytes);
  c->queued = calloc(b->lanes, sizeof *c->queued);
  c->queue_first = calloc(b->lanes, sizeof *c->queue_first);
  c->pointers = calloc(2u * b->env->n_obs + 1u, sizeof *c->pointers);
  return c->queue && c->queued && c->queue_first && c->pointers ? 0 : BAUD_ENOMEM;
}

/* What crosses is at most fact 0 at every step, and the subscribed channels. */
static int fall_back_to_bound(crossing *c) {
  uint32_t channels = c->border.channels;
  c->kind = CROSSING_NONE;
  c->queue_room = 0;
  int32_t n = read_alphabet(c, 0);
  if (n < 0 || !c->border.world || c->border.observer->supports(c->border.model, channels, 0, 0) != 1) return 0;
  c->kind = CROSSING_BOUND;
  return 0;
}

int crossing_open(crossing **out, const crossing_border *border, baud_error *error) {
  crossing *c = calloc(1, sizeof *c);
  if (!c) return error_set(error, BAUD_ENOMEM, "out of memory");
  *out = c;
  c->border = *border;
  if (!border->observer) return 0;
  c->kind = can_be_exact(c) ? CROSSING_EXACT : CROSSING_NONE;
  if (c->kind == CROSSING_NONE || open_queue(c) == BAUD_EUNSUP) fall_back_to_bound(c);
  if (c->kind == CROSSING_NONE) return 0;
  c->is_identity = c->kind == CROSSING_BOUND || (view_is_plain(&border->view) && border->view.scale == 1.0 && border->view.offset == 0.0);
  /* noise of the view itself (a flip) counts in surprise and noise alike, but only their difference is asked of what
   * crosses; of everything, which is told as it is, a noiseless world leaves none */
  int is_soft = border->view.kind == BAUD_VIEW_FACT && view_needs(&border->view) != 0 && c->kind == CROSSING_EXACT;
  c->is_noiseless = (border->observer->flags & BAUD_NOISELESS) != 0 && !is_soft;
  c->weight = calloc(c->n_values + 1u, sizeof *c->weight);
  c->state_bytes = border->observer->state_bytes(border->model, border->lanes);
  c->state = aligned_alloc(64, (c->state_bytes + 64u) & ~(uint64_t)63u);
  c->rehearsal = c->queue_room ? malloc(c->state_bytes + 1u) : NULL;
  if (!c->weight || !c->state || (c->queue_room && !c->rehearsal))
    return error_set(error, BAUD_ENOMEM, "out of memory for an ideal observer (%llu bytes)", (unsigned long long)c->state_bytes);
  c->opened_as = c->kind;
  return crossing_begin(c, error);
}

int crossing_begin(crossing *c, baud_error *error) {
  const crossing_border *b = &c->border;
  c->kind = c->opened_as;
  c->is_settled = 0;
  if (c->kind == CROSSING_NONE) return 0;
  for (uint32_t lane = 0; c->queue_room && lane < b->lanes; lane++) c->queued[lane] = c->queue_first[lane] = 0;
  if (c->queue_room) memset(c->queue, 0, c->entry_bytes * c->queue_room * b->lanes);
  memset(c->state, 0, c->state_bytes);
  if (b->observer->open(b->model, c->state, b->lanes) != BAUD_OK)
    return error_set(error, BAUD_EPLUGIN, "the environment's observer could not be opened");
  return 0;
}

void crossing_pass(crossing *c, parcel *p) {
  uint32_t kind = (uint32_t)c->kind, is_settled = (uint32_t)c->is_settled;
  parcel_pass(p, &kind, sizeof kind);
  parcel_pass(p, &is_settled, sizeof is_settled);
  c->kind = (enum crossing_kind)kind;
  c->is_settled = (int)is_settled;
  if (c->opened_as == CROSSING_NONE) return;
  parcel_pass(p, c->state, c->state_bytes);
  if (!c->queue_room) return;
  parcel_pass(p, c->queued, c->border.lanes * sizeof *c->queued);
  parcel_pass(p, c->queue_first, c->border.lanes * sizeof *c->queue_first);
  parcel_pass(p, c->queue, c->entry_bytes * c->queue_room * c->border.lanes);
}

void crossing_close(crossing *c) {
  if (!c) return;
  free(c->values);
  free(c->weight);
  free(c->state);
  free(c->rehearsal);
  free(c->queue);
  free(c->queued);
  free(c->queue_first);
  free(c->pointers);
  free(c);
}

enum crossing_kind crossing_kind_of(const crossing *c) { return c->kind; }
int crossing_is_settled(const crossing *c) { return c->is_settled || c->kind == CROSSING_NONE; }
int crossing_has_memory(const crossing *c) { return c->queue_room > 0; }
int crossing_leaves_out_repeats(const crossing *c) {
  const crossing_border *b = &c->border;
  return c->kind != CROSSING_NONE && (b->observer->flags & BAUD_REPEATABLE) && c->is_noiseless && b->world && c->is_identity;
}
uint32_t crossing_fact(const crossing *c) { return c->fact; }
uint64_t crossing_state_bytes(const crossing *c) { return c->state_bytes; }
const void *crossing_state(const crossing *c) { return c->state; }

/* ---- Handing evidence over ---------------------------------------------------------------------------- */

/* Noise first: it is relative to the past, which surprise then moves on. */
static int tell(crossing *c, void *state, const baud_evidence *e, double *surprise, double *noise) {
  double bits[BAUD_CHANNELS] = {0};
  const crossing_border *b = &c->border;
  if (b->world && !(c->is_noiseless && e->kind != BAUD_EV_DEMONSTRATION)) {
    if (b->observer->noise(b->model, b->world, state, e, bits) != BAUD_OK) return BAUD_EPLUGIN;
    for (int k = 0; k < BAUD_CHANNELS; k++) noise[k] += bits[k];
  }
  if (b->observer->surprise(b->model, state, e, bits) != BAUD_OK) return BAUD_EPLUGIN;
  double told = 0.0;
  for (int k = 0; k < BAUD_CHANNELS; k++) {
    surprise[k] += bits[k];
    told += bits[k];
  }
  /* a learner's own observer is never left out, nor is one that has still demonstrations to judge: both may keep
   * track of where their lanes are */
  int may_settle = b->world && c->is_noiseless && b->observer->settled && !(b->channels & BAUD_MASK(BAUD_CH_DEMONSTRATION));
  if (told > 0.0 && may_settle) c->is_settled = b->observer->settled(b->model, state) == 1;
  return 0;
}

static baud_evidence evidence_of(const crossing *c, uint32_t kind, const moment *m) {
  return (baud_evidence){.size = BAUD_SIZE(baud_evidence), .kind = kind, .lane = m->lane, .flags = m->flags,
                         .obs_before = m->obs_before, .obs = m->obs, .action = m->action,
                         .sees_observation = (c->border.channels >> BAUD_CH_OBSERVATION) & 1u,
                         .fact = c->fact, .n_weight = c->n_values, .value = NAN, .competence = m->competence};
}

/* Evidence that the fact has its index-th value, and no other. */
static void one_hot(crossing *c, double value) {
  uint32_t index = value >= 0.0 && value < c->n_values ? (uint32_t)value : 0;
  if (c->values[index] != value)
    for (index = 0; index + 1 < c->n_values && c->values[index] != value; index++) {}
  c->weight[c->hot] = 0.0;
  c->weight[c->hot = index] = 1.0;
}

static int set_fact(crossing *c, baud_evidence *e, double value) {
  e->sees_reward = 1;
  e->value = value;
  if (c->n_values == 0) return 0;
  one_hot(c, value);
  e->weight = c->weight;
  return c->values[c->hot] == value ? 0 : BAUD_EPLUGIN; /* a fact outside its own alphabet */
}

/* Whether this reward can have come of this fact; of a continuous one it is a number but for rounding in float. */
static int may_be_of(const crossing *c, double fact, float delivered) {
  const baud_view *v = &c->border.view;
  double exact = v->offset + v->scale * fact;
  return view_probability(v, fact, delivered) > 0.0 || (c->n_values == 0 && fabs(exact - (double)delivered) <= 1e-5 * (1.0 + fabs(exact)));
}

/* The reward of a memoryless view as evidence; BAUD_EPLUGIN when the view says it cannot have been delivered. */
static int set_delivered(crossing *c, baud_evidence *e, const moment *m) {
  const baud_view *v = &c->border.view;
  if (m->facts && !c->border.tells_facts && !may_be_of(c, m->facts[c->fact], m->delivered)) return BAUD_EPLUGIN;
  if (c->n_values == 0) return set_fact(c, e, m->facts ? m->facts[c->fact] : ((double)m->delivered - v->offset) / v->scale);
  if (c->is_identity) return set_fact(c, e, m->facts ? m->facts[c->fact] : (double)m->delivered);
  e->sees_reward = 1;
  e->weight = c->weight;
  return view_weights(v, c->values, c->n_values, m->delivered, c->weight) > 0.0 ? 0 : BAUD_EPLUGIN;
}

/* ---- Views with memory -------------------------------------------------------------------------------- */

static char *entry_at(const crossing *c, uint32_t lane, uint32_t k) {
  uint32_t slot = (c->queue_first[lane] + k) % c->queue_room;
  return c->queue + ((size_t)lane * c->queue_room + slot) * c->entry_bytes;
}

static void enqueue(crossing *c, const moment *m) {
  char *to = entry_at(c, m->lane, c->queued[m->lane]++);
  const baud_env_spec *env = c->border.env;
  memcpy(to, &m->facts[c->fact], 8);
  memcpy(to + 8, &m->flags, 4);
  memcpy(to + 16, m->action, field_bytes(env->action));
  to += 16 + c->action_bytes;
  for (uint32_t which = 0; which < 2; which++)
    for (uint32_t f = 0; f < env->n_obs; f++) {
      memcpy(to, (which ? m->obs : m->obs_before)[f], field_bytes(&env->obs[f]));
      to += aligned(field_bytes(&env->obs[f]));
    }
}

/* The k-th queued step as late evidence, its reward still to be set. */
static baud_evidence late_evidence(crossing *c, uint32_t lane, uint32_t k, double *fact) {
  const baud_env_spec *env = c->border.env;
  const char *from = entry_at(c, lane, k);
  moment m = {.lane = lane, .action = from + 16, .obs_before = c->pointers, .obs = c->pointers + env->n_obs};
  memcpy(fact, from, 8);
  memcpy(&m.flags, from + 8, 4);
  from += 16 + c->action_bytes;
  for (uint32_t i = 0; i < 2 * env->n_obs; i++) {
    c->pointers[i] = from;
    from += aligned(field_bytes(&env->obs[i % env->n_obs]));
  }
  baud_evidence e = evidence_of(c, BAUD_EV_LATE, &m);
  e.sees_observation = 0; /* told when the step was taken */
  return e;
}

/* Looks for the queued facts that the observer is not certain of: their number, the last one's index, the sum of
 * the others. Rehearsed on a copy, which the uncertain ones do not move. */
static int find_uncertain(crossing *c, const void *state, uint32_t lane, uint32_t *which, double *certain_sum) {
  int uncertain = 0;
  *certain_sum = 0.0;
  memcpy(c->rehearsal, state, c->state_bytes);
  for (uint32_t k = 0; k < c->queued[lane]; k++) {
    double fact, bits[BAUD_CHANNELS];
    baud_evidence e = late_evidence(c, lane, k, &fact);
    if (set_fact(c, &e, fact) != 0 || c->border.observer->surprise(c->border.model, c->rehearsal, &e, bits) != BAUD_OK) return BAUD_EPLUGIN;
    if (bits[BAUD_CH_REWARD] < 1e-12) {
      *certain_sum += fact;
      continue;
    }
    uncertain++;
    *which = k;
    memcpy(c->rehearsal, state, c->state_bytes);
  }
  return uncertain;
}

static int tell_each(crossing *c, void *state, uint32_t lane, double *surprise, double *noise) {
  int code = 0;
  for (uint32_t k = 0; k < c->queued[lane] && code == 0; k++) {
    double fact;
    baud_evidence e = late_evidence(c, lane, k, &fact);
    code = set_fact(c, &e, fact);
    if (code == 0) code = tell(c, state, &e, surprise, noise);
  }
  return code;
}

static double queued_sum(const crossing *c, uint32_t lane) {
  double sum = 0.0, fact;
  for (uint32_t k = 0; k < c->queued[lane]; k++) {
    memcpy(&fact, entry_at(c, lane, k), 8);
    sum += fact;
  }
  return sum;
}

/* Everything queued is delivered as one number. */
static int deliver_sum(crossing *c, void *state, const moment *m, double *surprise, double *noise) {
  uint32_t which = 0;
  const baud_view *v = &c->border.view;
  double certain_sum, fact, whole = queued_sum(c, m->lane);
  /* a scheme adds up in float: what it delivers is the sum but for rounding */
  float exact = (float)(v->offset + v->scale * whole);
  float delivered = fabs((double)exact - (double)m->delivered) <= 1e-5 * (1.0 + fabs(whole)) ? exact : m->delivered;
  if (!(view_probability(v, whole, delivered) > 0.0)) return BAUD_EPLUGIN;
  int uncertain = find_uncertain(c, state, m->lane, &which, &certain_sum), code = 0;
  if (uncertain < 0) return uncertain;
  if (uncertain > 1) {
    c->kind = CROSSING_BOUND;
    code = tell_each(c, state, m->lane, surprise, noise);
  } else if (uncertain == 1) {
    baud_evidence e = late_evidence(c, m->lane, which, &fact);
    double total = 0.0;
    for (uint32_t i = 0; i < c->n_values; i++) total += c->weight[i] = view_probability(v, certain_sum + c->values[i], delivered);
    if (!(total > 0.0)) return BAUD_EPLUGIN;
    e.sees_reward = 1;
    e.weight = c->weight;
    code = tell(c, state, &e, surprise, noise);
    memset(c->weight, 0, c->n_values * sizeof *c->weight);
  }
  c->queued[m->lane] = 0;
  return code;
}

static int step_with_memory(crossing *c, void *state, const moment *m, double *surprise, double *noise) {
  const baud_view *v = &c->border.view;
  baud_evidence e = evidence_of(c, BAUD_EV_STEP, m);
  int code = tell(c, state, &e, surprise, noise);
  if (code != 0) return code;
  if (c->queued[m->lane] == c->queue_room) return BAUD_EPLUGIN;
  enqueue(c, m);
  if (m->flags) return deliver_sum(c, state, m, surprise, noise);
  if (v->when == BAUD_VIEW_SUM || c->queued[m->lane] <= v->delay) return m->delivered == 0.0f ? 0 : BAUD_EPLUGIN;
  double fact;
  baud_evidence late = late_evidence(c, m->lane, 0, &fact);
  code = view_probability(v, v->when == BAUD_VIEW_AT_END ? 0.0 : fact, m->delivered) > 0.0 ? set_fact(c, &late, fact) : BAUD_EPLUGIN;
  if (code == 0 && v->when != BAUD_VIEW_AT_END) code = tell(c, state, &late, surprise, noise);
  c->queue_first[m->lane] = (c->queue_first[m->lane] + 1) % c->queue_room;
  c->queued[m->lane]--;
  return code;
}

/* ---- The moments of a lane ---------------------------------------------------------------------------- */

int crossing_start(crossing *c, void *state, const moment *m, double *surprise, double *noise) {
  if (c->kind == CROSSING_NONE || c->is_settled) return 0;
  if (c->queue_room) c->queued[m->lane] = c->queue_first[m->lane] = 0;
  baud_evidence e = evidence_of(c, BAUD_EV_START, m);
  return tell(c, state ? state : c->state, &e, surprise, noise);
}

int crossing_demonstration(crossing *c, void *state, const moment *m, double *surprise, double *noise) {
  if (c->kind == CROSSING_NONE || !(c->border.channels & BAUD_MASK(BAUD_CH_DEMONSTRATION))) return 0;
  baud_evidence e = evidence_of(c, BAUD_EV_DEMONSTRATION, m);
  return tell(c, state ? state : c->state, &e, surprise, noise);
}

int crossing_step(crossing *c, void *state, const moment *m, double *surprise, double *noise) {
  if (c->kind == CROSSING_NONE || c->is_settled) return 0;
  if (!state) state = c->state;
  if (c->queue_room) return step_with_memory(c, state, m, surprise, noise);
  baud_evidence e = evidence_of(c, BAUD_EV_STEP, m);
  const baud_view *v = &c->border.view;
  int code = 0;
  if (c->border.channels & BAUD_MASK(BAUD_CH_REWARD)) {
    if (c->kind == CROSSING_BOUND) code = set_fact(c, &e, m->facts[c->fact]);
    else if (v->kind == BAUD_VIEW_FACT && (v->when == BAUD_VIEW_EVERY_STEP || m->flags)) code = set_delivered(c, &e, m);
    else if (v->kind == BAUD_VIEW_FACT && m->delivered != 0.0f) code = BAUD_EPLUGIN; /* before the end there is none */
  }
  return code ? code : tell(c, state, &e, surprise, noise);
}
