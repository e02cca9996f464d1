/* tape.c - the arena, values, records and the way back. See parts.h for how operations use them.
 *
 * A dry tape hands out null and counts; every operation looks at it before it touches memory, so that one code path
 * serves the pass and the measurement of what the pass needs.
 */
#include "parts.h"

uint64_t nn_declare(nn_layout *layout, const char *name, uint32_t rows, uint32_t cols) {
  uint64_t offset = layout->count, size = (uint64_t)rows * cols;
  assert(rows > 0 && cols > 0);
  if (layout->n < NN_PARAMS) {
    nn_param *p = &layout->param[layout->n];
    size_t length = strlen(name) < NN_NAME - 1 ? strlen(name) : NN_NAME - 1;
    memcpy(p->name, name, length);
    p->name[length] = 0;
    p->rows = rows;
    p->cols = cols;
    p->offset = offset;
    layout->n++;
  }
  layout->count += (size + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
  return offset;
}

const char *nn_name(char full[NN_NAME + 8], const char *name, const char *suffix) {
  size_t length = strlen(name) < NN_NAME ? strlen(name) : NN_NAME;
  memcpy(full, name, length);
  strcpy(full + length, suffix);
  return full;
}

/* ---- The arena ------------------------------------------------------------------------------------------ */

void nn_tape_open(nn_tape *t, void *arena, size_t bytes) {
  memset(t, 0, sizeof *t);
  t->arena = arena;
  t->bytes = bytes;
  t->kernels = nn_kernels_best();
  nn_begin(t, NN_INFER);
}

size_t nn_arena_bytes(const nn_tape *t) { return t->most; }

void nn_begin(nn_tape *t, int mode) {
  t->used = 0;
  t->theta = NULL;
  t->gradient = NULL;
  t->last = NULL;
  t->mode = mode;
  t->is_dry = t->arena == NULL;
}

void nn_bind(nn_tape *t, const nn_real *theta, nn_real *gradient) {
  t->theta = theta;
  t->gradient = gradient;
}

void *nn_claim(nn_tape *t, size_t bytes) {
  size_t at = t->used;
  t->used += (bytes + 63) / 64 * 64;
  if (t->used > t->most) t->most = t->used;
  if (t->used > t->bytes) t->is_dry = 1;
  return t->is_dry ? NULL : t->arena + at;
}

nn_real *nn_scratch(nn_tape *t, size_t count) { return nn_claim(t, count * sizeof(nn_real)); }

/* ---- Values ----------------------------------------------------------------------------------------------- */

/* What stands for a slot on a dry tape, where only its being there matters. */
static const nn_slot dry_slot = { NULL, 0, 0 };

static nn_slot *slot_new(nn_tape *t, size_t count) {
  nn_slot *slot = nn_claim(t, sizeof *slot);
  nn_real *d = nn_claim(t, count * sizeof *d);
  if (t->is_dry) return (nn_slot *)(uintptr_t)&dry_slot;
  *slot = (nn_slot){ d, count, 0 };
  return slot;
}

nn_value nn_output(nn_tape *t, uint32_t rows, uint32_t cols, int has_gradient, nn_real **x) {
  size_t count = (size_t)rows * cols;
  *x = nn_claim(t, count * sizeof **x);
  nn_slot *slot = has_gradient && t->mode == NN_TRAIN ? slot_new(t, count) : NULL;
  return (nn_value){ *x, slot, rows, cols };
}

nn_value nn_constant(nn_tape *t, const nn_real *x, uint32_t rows, uint32_t cols) {
  return (nn_value){ t->is_dry ? NULL : x, NULL, rows, cols };
}

nn_value nn_variable(nn_tape *t, const nn_real *x, uint32_t rows, uint32_t cols) {
  nn_slot *slot = t->mode == NN_TRAIN ? slot_new(t, (size_t)rows * cols) : NULL;
  return (nn_value){ t->is_dry ? NULL : x, slot, rows, cols };
}

/* Its slot is the bound gradient itself. */
nn_value nn_parameter(nn_tape *t, uint64_t offset, uint32_t rows, uint32_t cols) {
  nn_slot *slot = NULL;
  if (t->mode == NN_TRAIN && nn_learns(t)) {
    slot = nn_claim(t, sizeof *slot);
    if (t->is_dry) slot = (nn_slot *)(uintptr_t)&dry_slot;
    else *slot = (nn_slot){ t->gradient + offset, (size_t)rows * cols, 1 };
  }
  return (nn_value){ t->is_dry ? NULL : t->theta + offset, slot, rows, cols };
}

nn_value nn_stop(nn_value v) {
  v.slot = NULL;
  return v;
}

/* ---- The way back ------------------------------------------------------------------------------------------ */

void *nn_record_push(nn_tape *t, size_t bytes, nn_backward_function *backward, nn_value out) {
  if (!out.slot) return NULL;
  nn_record *record = nn_claim(t, bytes);
  if (t->is_dry) return NULL;
  *record = (nn_record){ t->last, backward, out.slot };
  t->last = record;
  return record;
}

nn_real *nn_slot_next(nn_slot *slot, int *adds) {
  *adds = slot->is_set;
  slot->is_set = 1;
  return slot->d;
}

nn_real *nn_slot_add(nn_slot *slot) {
  if (!slot) return NULL;
  if (!slot->is_set) memset(slot->d, 0, slot->count * sizeof *slot->d);
  slot->is_set = 1;
  return slot->d;
}

void nn_seed(nn_tape *t, nn_value v, const nn_real *d) {
  if (t->is_dry || !v.slot) return;
  nn_real *to = nn_slot_add(v.slot);
  for (size_t i = 0; i < nn_count(v); i++) to[i] += d[i];
}

const nn_real *nn_gradient(nn_value v) { return v.slot && v.slot->is_set ? v.slot->d : NULL; }

int nn_backward(nn_tape *t) {
  if (t->is_dry) return BAUD_EBUG;
  for (nn_record *record = t->last; record; record = record->before)
    if (!record->out || record->out->is_set) record->backward(t, record);
  t->last = NULL;
  return BAUD_OK;
}
