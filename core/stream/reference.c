/* reference.c - see reference.h.
 */
#include "stream/reference.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baud/ctw.h"
#include "baud/kt.h"
#include "stream/student.h"

typedef struct coder { /* of one element */
  uint64_t *count;     /* KT: [symbols + 1] */
  baud_ctw shape;
  baud_ctw_node *node;
  student student;
} coder;

struct reference {
  const stream_parts *parts;
  uint32_t elements; /* of all parts */
  coder *coder;      /* [elements] */
  uint32_t *past;    /* [lane][element][REFERENCE_DEPTH], the latest first */
  mixture mixture;
  double total[REFERENCE_CODES];
};

/* ---- Opening ------------------------------------------------------------------------------------------ */

static int open_coder(coder *c, const stream_part *of, uint32_t most_nodes) {
  if (of->is_continuous) {
    student_open(&c->student, grid_middle(&of->grid), 0.25 * grid_half(&of->grid));
    return 0;
  }
  c->shape = baud_ctw_shape(of->symbols, REFERENCE_DEPTH, most_nodes);
  c->count = calloc(of->symbols + 1ul, sizeof *c->count);
  c->node = calloc(1, baud_ctw_bytes(&c->shape));
  return c->count && c->node ? 0 : BAUD_ENOMEM;
}

static int allocate(reference *r, uint32_t lanes) {
  uint32_t at = 0, has_symbols = 0;
  for (uint32_t i = 0; i < r->parts->n; i++) r->elements += r->parts->part[i].elements;
  r->coder = calloc(r->elements + 1ul, sizeof *r->coder);
  r->past = calloc((size_t)lanes * r->elements * REFERENCE_DEPTH + 1, sizeof *r->past);
  if (!r->coder || !r->past) return BAUD_ENOMEM;
  for (uint32_t i = 0; i < r->parts->n; i++) {
    const stream_part *p = &r->parts->part[i];
    has_symbols |= !p->is_continuous;
    for (uint32_t e = 0; e < p->elements; e++)
      if (open_coder(&r->coder[at++], p, REFERENCE_NODES / r->elements) != 0) return BAUD_ENOMEM;
  }
  mixture_open(&r->mixture, has_symbols ? REFERENCE_CODES : REFERENCE_CONTEXTS);
  return 0;
}

int reference_open(reference **out, const stream_parts *p, uint32_t lanes, baud_error *error) {
  reference *r = *out = calloc(1, sizeof *r);
  if (!r) return error_set(error, BAUD_ENOMEM, "out of memory");
  r->parts = p;
  return allocate(r, lanes) == 0
             ? 0
             : error_set(error, BAUD_ENOMEM, "out of memory for the reference code of %u elements", r->elements);
}

void reference_close(reference *r) {
  if (!r) return;
  for (uint32_t e = 0; r->coder && e < r->elements; e++) {
    free(r->coder[e].count);
    free(r->coder[e].node);
  }
  free(r->coder);
  free(r->past);
  free(r);
}

/* ---- A step ------------------------------------------------------------------------------------------- */

static void push(uint32_t *past, uint32_t symbol) {
  memmove(past + 1, past, (REFERENCE_DEPTH - 1) * sizeof *past);
  past[0] = symbol;
}

/* What lies beyond all bins is learnt as lying at their edge: nothing but the bin is coded. */
static void code_bin(coder *c, const stream_part *p, uint32_t bin, double value, double bits[REFERENCE_CODES]) {
  student_prediction t = student_predict(&c->student);
  double here = student_between(&t, grid_low(&p->grid, bin), grid_high(&p->grid, bin));
  double cost = -log2(fmax(here, DBL_TRUE_MIN)), half = grid_half(&p->grid), middle = grid_middle(&p->grid);
  student_add(&c->student, fmin(fmax(value, middle - half), middle + half));
  bits[REFERENCE_COUNTS] += cost;
  bits[REFERENCE_CONTEXTS] += cost;
}

static void code_symbol(coder *c, const stream_part *p, const uint32_t *past, uint32_t symbol,
                        double bits[REFERENCE_CODES]) {
  bits[REFERENCE_COUNTS] -= log2(baud_kt_probability(c->count, p->symbols, symbol));
  baud_kt_add(c->count, p->symbols, symbol);
  bits[REFERENCE_CONTEXTS] -= log2(baud_ctw_symbol(&c->shape, c->node, past, symbol));
}

double reference_step(reference *r, const void *const *before, const void *const *obs, const float *rewards,
                      uint32_t lane) {
  const stream_parts *all = r->parts;
  uint32_t *past = r->past + (size_t)lane * r->elements * REFERENCE_DEPTH;
  double bits[REFERENCE_CODES] = {0}, value = 0.0;
  coder *c = r->coder;
  for (uint32_t i = 0; i < all->n; i++) {
    const stream_part *p = &all->part[i];
    for (uint32_t e = 0; e < p->elements; e++, c++, past += REFERENCE_DEPTH) {
      uint32_t symbol = parts_symbol(all, p, obs, rewards, lane, e, &value);
      bits[REFERENCE_UNIFORM] += log2(p->symbols);
      if (p->is_continuous) {
        code_bin(c, p, symbol, value, bits);
        continue;
      }
      if (symbol >= p->symbols) continue; /* the trial fails for it when the answer is scored */
      if (all->stream == STREAM_OBSERVATION) push(past, parts_symbol(all, p, before, rewards, lane, e, &value));
      code_symbol(c, p, past, symbol, bits);
      if (all->stream == STREAM_REWARD) push(past, symbol);
    }
  }
  for (uint32_t k = 0; k < REFERENCE_CODES; k++) r->total[k] += bits[k];
  return mixture_add(&r->mixture, bits);
}

const double *reference_totals(const reference *r) { return r->total; }
