/* recent.c - see recent.h.
 */
#include "worker/recent.h"

#include <math.h>

/* The figures in the order of the board: recent[], then funnel[channel][stage]. */
static uint32_t figure_at(unsigned i) {
  static const unsigned stage[3] = {FIGURE_OFFERED, FIGURE_RECEIVED, FIGURE_ABSORBED};
  if (i < BOARD_FIGURES) return board_figures[i];
  return figure_of_channel(stage[(i - BOARD_FIGURES) % 3], (i - BOARD_FIGURES) / 3);
}

static int is_change(uint32_t figure) {
  for (unsigned c = 0; c < BAUD_CHANNELS; c++)
    if (figure == figure_of_channel(FIGURE_ABSORBED, c)) return 1;
  return figure == FIGURE_ABSORBED_ALL || figure == FIGURE_USEFUL;
}

void recent_reset(recent *r) {
  r->episodes = 0;
  for (int i = 0; i < RECENT_FIGURES; i++) {
    r->last[i] = NAN;
    r->scored_at[i] = 0;
    for (int k = 0; k < BOARD_RECENT; k++) r->value[i][k] = NAN;
  }
}

static void add_value(recent *r, unsigned i, int spreads, uint64_t episode, float value) {
  r->value[i][episode % BOARD_RECENT] = value;
  if (isnan(value)) return;
  r->last[i] = spreads ? value / (float)(episode + 1 - r->scored_at[i]) : value;
  r->scored_at[i] = episode + 1;
}

void recent_add(recent *r, const trial_columns *columns) {
  for (unsigned i = 0; i < RECENT_FIGURES; i++) {
    uint32_t figure = figure_at(i);
    int spreads = is_change(figure);
    if (!(columns->measured >> figure & 1u)) continue;
    for (uint32_t k = 0; k < columns->n; k++) add_value(r, i, spreads, r->episodes + k, columns->figure[figure][k]);
  }
  r->episodes += columns->n;
}

static float mean_of(const recent *r, unsigned i) {
  uint64_t n = r->episodes < BOARD_RECENT ? r->episodes : BOARD_RECENT;
  uint32_t scored = 0;
  double sum = 0;
  for (uint64_t k = 0; k < n; k++) {
    if (isnan(r->value[i][k])) continue;
    sum += (double)r->value[i][k];
    scored++;
  }
  if (scored == 0) return r->last[i];
  return (float)(sum / (double)(is_change(figure_at(i)) ? n : scored));
}

void recent_publish(const recent *r, board_trial *entry) {
  for (unsigned i = 0; i < RECENT_FIGURES; i++) {
    unsigned k = i - BOARD_FIGURES;
    _Atomic float *to = i < BOARD_FIGURES ? &entry->recent[i] : &entry->funnel[k / 3][k % 3];
    atomic_store_explicit(to, mean_of(r, i), memory_order_relaxed);
  }
}
