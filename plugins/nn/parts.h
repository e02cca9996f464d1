/* parts.h - what the files of the library share: records of the tape, slots for gradients, the table of kernels.
 *
 * An operation is a pair: a function that computes its value and pushes a record, and the record's backward, which reads
 * the gradient of what was made and adds to the gradients of what went in. A record owns the memory that its backward
 * needs, taken while going forward, so that going back takes none and a dry pass counts all of it.
 */
#ifndef BAUD_NN_PARTS_H
#define BAUD_NN_PARTS_H

#include "baud/nn.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "kernels.h"

/* The gradient of a value. Its memory is of no meaning until the first contribution, which may set instead of add. */
typedef struct nn_slot {
  nn_real *d; /* [rows][cols] */
  size_t count;
  int is_set;
} nn_slot;

typedef struct nn_record nn_record;
typedef void nn_backward_function(nn_tape *t, nn_record *record);
struct nn_record { /* first member of every operation's own record */
  nn_record *before;
  nn_backward_function *backward;
  nn_slot *out; /* no gradient flowed here: the record is passed over; null: it looks for itself */
};

/* Memory of the arena, 64-byte aligned; null when dry. */
void *nn_claim(nn_tape *t, size_t bytes);

/* A new value and where to write it; with a slot if `has_gradient` and the tape records. */
nn_value nn_output(nn_tape *t, uint32_t rows, uint32_t cols, int has_gradient, nn_real **x);

/* A record of `bytes` for an operation that made `out`; null when there is nothing to record, or the tape is dry. */
void *nn_record_push(nn_tape *t, size_t bytes, nn_backward_function *backward, nn_value out);

/* Where to add a contribution: cleared if it is the first one. Null for no slot. */
nn_real *nn_slot_add(nn_slot *slot);
/* The same for who can set as well as add: *adds says which it has to be. */
nn_real *nn_slot_next(nn_slot *slot, int *adds);

/* full <- name, cut to what a layout takes, and a suffix of at most 7 characters; returns full. */
const char *nn_name(char full[NN_NAME + 8], const char *name, const char *suffix);

/* nn_orthogonal for a block of columns of a wider matrix, its rows `row` apart. */
void nn_orthogonal_part(nn_real *w, uint32_t in, uint32_t out, size_t row, double gain, uint64_t *random);

static inline size_t nn_count(nn_value v) { return (size_t)v.rows * v.cols; }
static inline int nn_learns(const nn_tape *t) { return t->gradient != NULL; }

#endif
