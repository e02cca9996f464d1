/* ledger.c - see ledger.h.
 */
#include "ledger/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sums { /* of one lane's running episode */
  uint64_t steps, demonstrations;
  double surprise[BAUD_CHANNELS], noise[BAUD_CHANNELS];                   /* of everything */
  double surprise_crossed[BAUD_CHANNELS], noise_crossed[BAUD_CHANNELS]; /* of what crosses */
} sums;

struct ledger {
  ledger_setup setup;
  crossing *all, *crossed; /* crossed null: the same as all */
  double wire[BAUD_CHANNELS]; /* of one symbol of each channel */
  sums *lane;
  int is_settled; /* no step can tell either observer anything more */
  double received_total;
};

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

static int same_border(const crossing_border *a, const crossing_border *b) {
  const baud_view *v = &b->view;
  if (a->channels != b->channels) return 0;
  if (!(a->channels & BAUD_MASK(BAUD_CH_REWARD))) return 1;
  int is_whole = v->when == BAUD_VIEW_EVERY_STEP || (v->when == BAUD_VIEW_AT_END && (a->env->facts[0].roles & BAUD_FACT_AT_END));
  return v->kind == BAUD_VIEW_FACT && v->fact == 0 && is_whole && v->delay == 0 && v->n_bins == 0 && v->flip == 0.0 && v->drop == 0.0;
}

int ledger_open(ledger **out, const ledger_setup *setup, baud_error *error) {
  ledger *l = calloc(1, sizeof *l);
  if (!l) return error_set(error, BAUD_ENOMEM, "out of memory");
  *out = l;
  l->setup = *setup;
  l->lane = calloc(setup->lanes, sizeof *l->lane);
  if (!l->lane) return error_set(error, BAUD_ENOMEM, "out of memory");
  measure_wire(l);
  crossing_border everything = {.observer = setup->observer, .model = setup->model, .world = setup->world, .env = setup->env,
                                .lanes = setup->lanes, .limit = setup->limit, .channels = setup->emitted,
                                .view = {.size = BAUD_SIZE(baud_view), .kind = BAUD_VIEW_FACT, .scale = 1.0}};
  crossing_border taken = everything;
  taken.channels = setup->emitted & setup->subscribed;
  taken.view = setup->view;
  int code = crossing_open(&l->all, &everything, error);
  if (!code && !same_border(&everything, &taken)) code = crossing_open(&l->crossed, &taken, error);
  return code;
}

void ledger_close(ledger *l) {
  if (!l) return;
  crossing_close(l->all);
  crossing_close(l->crossed);
  free(l->lane);
  free(l);
}

static int refused(const ledger *l, const crossing *which, baud_error *error) {
  if (which == l->crossed)
    return error_set(error, BAUD_EPLUGIN, "a reward was delivered that the scheme's declared view rules out, or the environment's observer failed");
  return error_set(error, BAUD_EPLUGIN, "the environment's observer failed, or a fact took a value outside its declared alphabet");
}

/* Each moment goes to both observers. */
typedef int (*teller)(crossing *, void *, const moment *, double *, double *);
static int tell_both(ledger *l, teller telling, const moment *m, baud_error *error) {
  sums *s = &l->lane[m->lane];
  if (telling(l->all, NULL, m, s->surprise, s->noise) != 0) return refused(l, l->all, error);
  if (l->crossed && telling(l->crossed, NULL, m, s->surprise_crossed, s->noise_crossed) != 0) return refused(l, l->crossed, error);
  return 0;
}

static int tell_and_look(ledger *l, teller telling, const moment *m, baud_error *error) {
  int code = tell_both(l, telling, m, error);
  l->is_settled = crossing_is_settled(l->all) && (!l->crossed || crossing_is_settled(l->crossed));
  return code;
}

int ledger_start(ledger *l, const moment *m, baud_error *error) {
  return l->is_settled ? 0 : tell_and_look(l, crossing_start, m, error);
}

int ledger_demonstration(ledger *l, const moment *m, baud_error *error) {
  l->lane[m->lane].demonstrations++;
  return tell_both(l, crossing_demonstration, m, error);
}

int ledger_step(ledger *l, const moment *m, baud_error *error) {
  l->lane[m->lane].steps++;
  return l->is_settled ? 0 : tell_and_look(l, crossing_step, m, error);
}

void ledger_episode(ledger *l, uint32_t lane, double figure[FIGURES]) {
  sums *s = &l->lane[lane];
  const double *surprise = l->crossed ? s->surprise_crossed : s->surprise, *noise = l->crossed ? s->noise_crossed : s->noise;
  int bound_by_total = l->crossed && crossing_kind_of(l->crossed) == CROSSING_NONE;
  double offered_all = 0.0, received_all = 0.0;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) {
    double offered = s->surprise[k] - s->noise[k], received = surprise[k] - noise[k];
    uint64_t symbols = k == BAUD_CH_OBSERVATION ? s->steps + 1 : k == BAUD_CH_REWARD ? s->steps : s->demonstrations;
    figure[figure_of_channel(FIGURE_WIRE, k)] = l->wire[k] * (double)symbols;
    figure[figure_of_channel(FIGURE_SURPRISE, k)] = s->surprise[k];
    figure[figure_of_channel(FIGURE_NOISE, k)] = s->noise[k];
    figure[figure_of_channel(FIGURE_OFFERED, k)] = offered;
    figure[figure_of_channel(FIGURE_RECEIVED, k)] = received;
    offered_all += offered;
    received_all += received;
  }
  if (bound_by_total) received_all = offered_all;
  figure[FIGURE_OFFERED_ALL] = offered_all;
  figure[FIGURE_RECEIVED_ALL] = received_all;
  l->received_total += received_all;
  memset(s, 0, sizeof *s);
}

double ledger_received_total(const ledger *l) { return l->received_total; }

static char mark_of(const crossing *c) {
  return crossing_kind_of(c) == CROSSING_EXACT ? '=' : crossing_kind_of(c) == CROSSING_BOUND ? '<' : '-';
}

void ledger_marks(const ledger *l, char marks[FIGURES]) {
  char offered = mark_of(l->all), received = l->crossed ? mark_of(l->crossed) : offered;
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
