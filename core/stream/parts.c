/* parts.c - see parts.h.
 */
#include "stream/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static stream_part part_of_field(const baud_field *f, uint32_t field, double width) {
  stream_part p = {.question = answers_on_field(field), .field = field, .elements = f->count, .symbols = f->categories};
  p.is_continuous = f->categories == 0;
  if (!p.is_continuous) return p;
  p.grid = grid_between(f->low, f->high, width);
  p.symbols = grid_bins(&p.grid);
  return p;
}

static stream_part part_of_reward(const answers *a, double width) {
  stream_part p = {.question = ANSWER_REWARD, .elements = 1, .symbols = a->categories[ANSWER_REWARD]};
  p.is_continuous = p.symbols == 0;
  if (!p.is_continuous) return p;
  p.grid = grid_between(-INFINITY, INFINITY, width);
  p.symbols = grid_bins(&p.grid);
  return p;
}

static double uniform_bits(const stream_part *p) { return p->elements * log2(p->symbols); }

static double mean_width(const stream_parts *p) {
  double elements = 0.0, sum = 0.0;
  for (uint32_t i = 0; i < p->n; i++) {
    if (!p->part[i].is_continuous) continue;
    elements += p->part[i].elements;
    sum += p->part[i].elements * log2(p->part[i].grid.width);
  }
  return elements > 0.0 ? exp2(sum / elements) : NAN;
}

int parts_open(stream_parts *p, uint32_t stream, const baud_env_spec *env, const answers *agreed, double width,
               baud_error *error) {
  uint32_t n = stream == STREAM_REWARD ? 1 : env->n_obs;
  *p = (stream_parts){.stream = stream, .obs = env->obs, .answers = agreed, .part = calloc(n + 1u, sizeof *p->part)};
  if (!p->part) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    stream_part one = stream == STREAM_REWARD ? part_of_reward(agreed, width) : part_of_field(&env->obs[i], i, width);
    if (one.question >= agreed->n || agreed->question[one.question].forms == 0) continue; /* it is not asked for */
    p->uniform += uniform_bits(&one);
    if (agreed->question[one.question].form) p->part[p->n++] = one;
    else p->declined += uniform_bits(&one);
  }
  p->width = mean_width(p);
  return 0;
}

void parts_close(stream_parts *p) {
  free(p->part);
  memset(p, 0, sizeof *p);
}

uint32_t parts_symbol(const stream_parts *p, const stream_part *which, const void *const *obs, const float *rewards,
                      uint32_t lane, uint32_t element, double *value) {
  if (p->stream == STREAM_REWARD && !which->is_continuous) return answers_reward_index(p->answers, rewards[lane]);
  if (p->stream == STREAM_REWARD) return grid_bin(&which->grid, *value = (double)rewards[lane]);
  const baud_field *f = &p->obs[which->field];
  const void *field = obs[which->field];
  size_t at = (size_t)lane * f->count + element;
  if (which->is_continuous) return grid_bin(&which->grid, *value = (double)((const float *)field)[at]);
  uint32_t symbol = f->dtype == BAUD_U8 ? ((const uint8_t *)field)[at] : (uint32_t)((const int32_t *)field)[at];
  return symbol < which->symbols ? symbol : which->symbols;
}

/* The floored price of the bin that a number fell into. */
static double normal_bits(const stream_part *which, const float *answer, uint32_t bin) {
  double p =
      normal_between((double)answer[0], (double)answer[1], grid_low(&which->grid, bin), grid_high(&which->grid, bin));
  return -log2(answers_floor(p, which->symbols));
}

int parts_score(const stream_parts *p, const answers *a, const void *const *obs, const float *rewards, uint32_t lane,
                double *bits, baud_error *error) {
  double sum = p->declined, value;
  for (uint32_t i = 0; i < p->n; i++) {
    const stream_part *one = &p->part[i];
    for (uint32_t element = 0; element < one->elements; element++) {
      uint32_t symbol = parts_symbol(p, one, obs, rewards, lane, element, &value), row = lane * one->elements + element;
      if (symbol >= one->symbols)
        return error_set(error, BAUD_EPLUGIN, "%s took a value outside its categories",
                         p->stream == STREAM_REWARD ? "the reward" : "the observation");
      sum += one->is_continuous ? normal_bits(one, a->sealed[one->question] + 2ul * row, symbol)
                                : answers_bits(a, one->question, row, symbol);
    }
  }
  *bits = sum;
  return 0;
}
