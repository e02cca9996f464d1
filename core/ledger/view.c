/* view.c - see view.h. Order of operations as plugin.h states it: bins, flip, drop, scale and offset.
 */
#include "view.h"

#include <math.h>
#include <stdlib.h>

static double into_bins(const baud_view *view, double value) {
  if (view->n_bins == 0) return value;
  double width = (view->bin_high - view->bin_low) / view->n_bins;
  double index = floor((value - view->bin_low) / width);
  if (!(index > 0)) index = 0; /* the outer bins take what lies beyond them */
  if (index > view->n_bins - 1.0) index = view->n_bins - 1.0;
  return view->bin_low + (index + 0.5) * width;
}

static float scaled(const baud_view *view, double value) { return (float)(view->offset + view->scale * value); }

double view_probability(const baud_view *view, double value, float delivered) {
  double binned = into_bins(view, value), p = 0.0;
  double flip = value == 0.0 || value == 1.0 ? view->flip : 0.0; /* only a fact that is 0 or 1 can be inverted */
  if (scaled(view, binned) == delivered) p += 1.0 - flip;
  if (flip > 0.0 && scaled(view, into_bins(view, 1.0 - value)) == delivered) p += flip;
  p *= 1.0 - view->drop;
  if (delivered == 0.0f) p += view->drop;
  return p;
}

double view_weights(const baud_view *view, const double *values, uint32_t n, float delivered, double *weight) {
  double sum = 0.0;
  for (uint32_t i = 0; i < n; i++) sum += weight[i] = view_probability(view, values[i], delivered);
  return sum;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

uint32_t view_deliverable(const baud_view *view, const double *values, uint32_t n, double *out, uint32_t max) {
  uint32_t found = 0;
  int may_bring_none = view->when != BAUD_VIEW_EVERY_STEP || view->drop > 0.0 || view->delay > 0;
  if (max == 0 || n == 0 || view->when == BAUD_VIEW_SUM || view->kind != BAUD_VIEW_FACT || view->delay > 0) return 0;
  if (may_bring_none) out[found++] = 0.0;
  for (uint32_t i = 0; i < n; i++) {
    double direct = scaled(view, into_bins(view, values[i]));
    double flipped = view->flip > 0.0 && (values[i] == 0.0 || values[i] == 1.0) ? (double)scaled(view, into_bins(view, 1.0 - values[i])) : direct;
    for (int which = 0; which < 2; which++) {
      double value = which ? flipped : direct;
      uint32_t k = 0;
      while (k < found && out[k] != value) k++;
      if (k < found) continue;
      if (found == max) return 0;
      out[found++] = value;
    }
  }
  qsort(out, found, sizeof *out, ascending);
  return found;
}

uint32_t view_needs(const baud_view *view) {
  uint32_t needs = 0;
  if (view->flip > 0.0 || view->drop > 0.0 || view->n_bins > 0) needs |= BAUD_SEES_SOFT;
  if (view->delay > 0 || view->when == BAUD_VIEW_SUM) needs |= BAUD_SEES_LATE;
  return needs;
}

int view_check(const baud_view *view, const baud_env_spec *env, baud_error *error) {
  if (view->kind != BAUD_VIEW_FACT) return 0;
  if (view->fact >= env->n_facts) return error_set(error, BAUD_EPLUGIN, "its view names fact %u, the environment has %u", view->fact, env->n_facts);
  if (env->facts[view->fact].roles & BAUD_FACT_HIDDEN)
    return error_set(error, BAUD_EPLUGIN, "its view delivers fact \"%s\", which is the host's alone", env->facts[view->fact].name);
  if (!(view->flip >= 0.0 && view->flip <= 1.0) || !(view->drop >= 0.0 && view->drop <= 1.0) || view->scale == 0.0 ||
      (view->n_bins > 0 && !(view->bin_high > view->bin_low)))
    return error_set(error, BAUD_EPLUGIN, "its view has a probability outside 0..1, a scale of 0 or empty bins");
  return 0;
}
