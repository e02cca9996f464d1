/* variants.c - see variants.h.
 */
#include "check/variants.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baud/random.h"

static void defaults(variant *v, const baud_unit *unit) {
  uint32_t n = unit->n_params < PARAMS_MOST ? unit->n_params : PARAMS_MOST;
  memset(v, 0, sizeof *v);
  for (uint32_t i = 0; i < n; i++) v->values[i] = unit->params[i].def;
}

static uint32_t n_alternatives(const baud_param *p) {
  return p->type == BAUD_FLAG ? 1 : p->type == BAUD_CHOICE ? p->n_choices - 1 : 0;
}

/* Log-uniform on low .. high, so that small worlds are as likely as large ones. */
static int64_t draw_whole(int64_t low, int64_t high, uint64_t *random) {
  double span = log1p((double)high - (double)low);
  double offset = expm1(baud_uniform(random) * span);
  int64_t value = low + (int64_t)offset;
  return value > high ? high : value;
}

/* Towards the default: from low to twice the default, since ranges are wider than what is fast. */
static void draw_moderate(variant *v, const baud_param *p, uint32_t i, uint64_t *random) {
  if (p->type == BAUD_INT) {
    int64_t most = p->def.i > 8 ? 2 * p->def.i : 16;
    v->values[i].i = draw_whole(p->low.i, p->high.i < most ? p->high.i : most < p->low.i ? p->low.i : most, random);
  }
  if (p->type == BAUD_FLOAT) {
    double most = fmin(p->high.f, fmax(1.0, 2.0 * p->def.f)), least = fmax(p->low.f, fmin(0.0, 2.0 * p->def.f));
    v->values[i].f = most > least ? least + (most - least) * baud_uniform(random) : p->def.f;
  }
  if (p->type == BAUD_FLAG) v->values[i].i = (int64_t)baud_below(random, 2);
  if (p->type == BAUD_CHOICE && p->n_choices) v->values[i].i = (int64_t)baud_below(random, p->n_choices);
}

void variant_draw(variant *v, const baud_unit *unit, uint32_t i, uint64_t *random) {
  const baud_param *p = &unit->params[i];
  if (p->type == BAUD_INT) v->values[i].i = draw_whole(p->low.i, p->high.i, random);
  else if (p->type == BAUD_FLOAT) v->values[i].f = p->low.f + (p->high.f - p->low.f) * baud_uniform(random);
  else draw_moderate(v, p, i, random);
}

void variant_corner(variant *v, const baud_unit *unit, uint32_t i, int which) {
  const baud_param *p = &unit->params[i];
  if (p->type == BAUD_INT || p->type == BAUD_FLOAT) v->values[i] = which ? p->high : p->low;
  if (p->type == BAUD_FLAG) v->values[i].i = which;
  if (p->type == BAUD_CHOICE) v->values[i].i = which ? (int64_t)p->n_choices - 1 : 0;
}

void variant_describe(variant *v, const baud_unit *unit) {
  size_t used = 0;
  v->text[0] = 0;
  for (uint32_t i = 0; i < unit->n_params && i < PARAMS_MOST && used < sizeof v->text; i++) {
    const baud_param *p = &unit->params[i];
    char *to = v->text + used;
    size_t room = sizeof v->text - used;
    const char *space = used ? " " : "";
    int n = 0;
    if (p->type == BAUD_FLOAT && v->values[i].f != p->def.f)
      n = snprintf(to, room, "%s%s=%.9g", space, p->key, v->values[i].f);
    else if (p->type == BAUD_CHOICE && v->values[i].i != p->def.i)
      n = snprintf(to, room, "%s%s=%s", space, p->key, p->choices[v->values[i].i]);
    else if (p->type != BAUD_FLOAT && p->type < BAUD_TEXT && v->values[i].i != p->def.i)
      n = snprintf(to, room, "%s%s=%lld", space, p->key, (long long)v->values[i].i);
    if (n > 0) used += (size_t)n;
  }
}

int variant_at(variant *v, const baud_unit *unit, uint32_t index, uint64_t seed) {
  uint32_t rest = index;
  defaults(v, unit);
  v->index = index;
  if (index == 0) return 1;
  rest--;
  for (uint32_t i = 0; i < unit->n_params && i < PARAMS_MOST; i++) {
    uint32_t n = n_alternatives(&unit->params[i]);
    if (rest < n) {
      uint32_t choices = n + 1;
      v->values[i].i = (int64_t)(((uint64_t)unit->params[i].def.i + 1 + rest) % choices);
      variant_describe(v, unit);
      return index < VARIANTS_MOST;
    }
    rest -= n;
  }
  if (rest >= VARIANTS_DRAWN || index >= VARIANTS_MOST || unit->n_params == 0) return 0;
  uint64_t random = baud_split(seed, index);
  for (uint32_t i = 0; i < unit->n_params && i < PARAMS_MOST; i++) draw_moderate(v, &unit->params[i], i, &random);
  variant_describe(v, unit);
  return 1;
}
