/* sight.c - see sight.h.
 */
#include "loop/sight.h"

#include <math.h>
#include <string.h>

#include "loop/body.h"

/* What the running episode of a lane adds to a sight; its books' where it has some. */
static int add_lane(trial *t, uint32_t lane, trial_sight *to, baud_error *error) {
  const stage *s = &t->stage;
  trial_sight own = {0};
  if (t->books) {
    int code = t->books->so_far(s->env_model, s->env_lanes + lane * s->env_stride, &own, error);
    if (code) return code;
  } else {
    ledger_so_far(s->ledger, lane, own.offered, own.received);
  }
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) own.offered[k] += to->offered[k], own.received[k] += to->received[k];
  *to = own;
  return 0;
}

static int add_known(trial *t, trial_sight *to, baud_error *error) {
  char marks[FIGURES];
  quiz_result kept = {0}, wiped = {0};
  if (t->books) return 0; /* they have told */
  trial_marks(t, marks);
  if (marks[FIGURE_KNOWN] == '-') return 0;
  int code = trial_ask(t, &kept, &wiped, error);
  to->has_known = code > 0;
  to->known = kept.known;
  to->known_wiped = wiped.known;
  to->useful = kept.useful;
  return code < 0 ? code : 0;
}

int sight_of_lane(trial *t, trial_sight *out, baud_error *error) {
  *out = (trial_sight){0};
  int code = add_lane(t, 0, out, error);
  return code ? code : add_known(t, out, error);
}

int sight_of_life(trial *t, trial_sight *out, baud_error *error) {
  const double *total = trial_totals(t);
  *out = (trial_sight){0};
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) {
    out->offered[k] = total[figure_of_channel(FIGURE_OFFERED, k)];
    out->received[k] = total[figure_of_channel(FIGURE_RECEIVED, k)];
  }
  int code = 0;
  for (uint32_t lane = 0; lane < t->stage.lanes && code == 0; lane++) code = add_lane(t, lane, out, error);
  return code ? code : add_known(t, out, error);
}
