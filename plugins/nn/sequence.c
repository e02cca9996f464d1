/* sequence.c - see sequence.h.
 */
#include "baud/sequence.h"

#include <stdio.h>

#include "parts.h"

/* ---- Declaration ------------------------------------------------------------------------------------------------- */

static void declare_layer(nn_layout *layout, const char *name, uint32_t i, const nn_sequence_shape *shape, nn_sequence_layer *to) {
  char part[NN_NAME + 16];
  snprintf(part, sizeof part, "%s.%u.norm_a", name, i);
  to->norm_attention = nn_layer_norm_declare(layout, part, shape->units);
  snprintf(part, sizeof part, "%s.%u.attend", name, i);
  to->attention = nn_attention_declare(layout, part, shape->units, shape->heads, shape->window);
  snprintf(part, sizeof part, "%s.%u.norm_m", name, i);
  to->norm_mlp = nn_layer_norm_declare(layout, part, shape->units);
  snprintf(part, sizeof part, "%s.%u.up", name, i);
  to->up = nn_linear_declare(layout, part, shape->units, 4 * shape->units, NN_BIAS);
  snprintf(part, sizeof part, "%s.%u.down", name, i);
  to->down = nn_linear_declare(layout, part, 4 * shape->units, shape->units, NN_BIAS);
}

nn_sequence nn_sequence_declare(nn_layout *layout, const char *name, const nn_sequence_shape *shape) {
  nn_sequence s = {.shape = *shape};
  char part[NN_NAME + 16];
  assert(shape->kind < NN_SEQUENCE_KINDS && shape->layers <= NN_SEQUENCE_LAYERS);
  snprintf(part, sizeof part, "%s.in", name);
  s.embed = nn_linear_declare(layout, part, shape->in, shape->units, NN_BIAS);
  snprintf(part, sizeof part, "%s.cell", name);
  if (shape->kind == NN_SEQUENCE_GRU) s.cell = nn_gru_declare(layout, part, shape->units, shape->units);
  if (shape->kind == NN_SEQUENCE_LSTM) s.cell = nn_lstm_declare(layout, part, shape->units, shape->units);
  if (shape->kind != NN_SEQUENCE_TRANSFORMER) return s;
  for (uint32_t i = 0; i < shape->layers; i++) declare_layer(layout, name, i, shape, &s.layer[i]);
  snprintf(part, sizeof part, "%s.norm", name);
  s.norm = nn_layer_norm_declare(layout, part, shape->units);
  return s;
}

/* A transformer's branches begin small, as GPT-2's: each adds 1 / sqrt(2 layers) of what it could. */
void nn_sequence_init(const nn_sequence *s, nn_real *theta, uint64_t *random) {
  nn_linear_orthogonal(&s->embed, theta, s->shape.kind == NN_SEQUENCE_TRANSFORMER ? 1.0 : sqrt(2.0), random);
  if (s->shape.kind == NN_SEQUENCE_GRU) nn_gru_init(&s->cell, theta, random);
  if (s->shape.kind == NN_SEQUENCE_LSTM) nn_lstm_init(&s->cell, theta, random);
  if (s->shape.kind != NN_SEQUENCE_TRANSFORMER) return;
  double gain = 1.0 / sqrt(2.0 * s->shape.layers);
  for (uint32_t i = 0; i < s->shape.layers; i++) {
    const nn_sequence_layer *layer = &s->layer[i];
    nn_layer_norm_init(&layer->norm_attention, theta);
    nn_layer_norm_init(&layer->norm_mlp, theta);
    nn_attention_init(&layer->attention, theta, gain, random);
    nn_linear_orthogonal(&layer->up, theta, sqrt(2.0), random);
    nn_linear_orthogonal(&layer->down, theta, gain, random);
  }
  nn_layer_norm_init(&s->norm, theta);
}

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

static uint64_t states_of(const nn_sequence *s, uint32_t i) {
  if (s->shape.kind == NN_SEQUENCE_TRANSFORMER) return i < s->shape.layers ? nn_attention_tokens(&s->layer[i].attention) : 0;
  return i == 0 ? (uint64_t)s->shape.units * (s->shape.kind == NN_SEQUENCE_LSTM ? 2 : 1) : 0;
}

static uint64_t lengths_of(const nn_sequence *s, uint32_t i) { return s->shape.kind == NN_SEQUENCE_TRANSFORMER && i < s->shape.layers; }

void nn_sequence_list(const nn_sequence *s, uint32_t role, const char *const name[NN_SEQUENCE_BLOCKS], baud_block *blocks) {
  for (uint32_t i = 0; i < NN_SEQUENCE_LAYERS; i++) {
    blocks[i] = (baud_block){BAUD_SIZE(baud_block), BAUD_F32, role, BAUD_PER_LANE, states_of(s, i), name[i]};
    blocks[NN_SEQUENCE_LAYERS + i] =
        (baud_block){BAUD_SIZE(baud_block), BAUD_I32, role, BAUD_PER_LANE, lengths_of(s, i), name[NN_SEQUENCE_LAYERS + i]};
  }
}

nn_sequence_memory nn_sequence_memory_at(void *const *blocks) {
  nn_sequence_memory m;
  for (uint32_t i = 0; i < NN_SEQUENCE_LAYERS; i++) {
    m.state[i] = blocks[i];
    m.length[i] = blocks[NN_SEQUENCE_LAYERS + i];
  }
  return m;
}

void nn_sequence_copy(const nn_sequence *s, uint32_t lanes, void *const *to, void *const *from) {
  for (uint32_t i = 0; i < NN_SEQUENCE_LAYERS; i++) {
    memcpy(to[i], from[i], states_of(s, i) * lanes * sizeof(nn_real));
    memcpy(to[NN_SEQUENCE_LAYERS + i], from[NN_SEQUENCE_LAYERS + i], lengths_of(s, i) * lanes * sizeof(int32_t));
  }
}

/* ---- Passes ------------------------------------------------------------------------------------------------------ */

static nn_value transform(nn_tape *t, const nn_sequence *s, nn_value x, uint32_t lanes, const nn_sequence_memory *before,
                          const uint8_t *starts, const nn_sequence_memory *after) {
  for (uint32_t i = 0; i < s->shape.layers; i++) {
    const nn_sequence_layer *layer = &s->layer[i];
    nn_attention_memory from = {before->state[i], before->length[i]}, to = {NULL, NULL};
    if (after) to = (nn_attention_memory){after->state[i], after->length[i]};
    nn_value seen = nn_layer_norm(t, &layer->norm_attention, x);
    x = nn_add(t, x, nn_attention(t, &layer->attention, seen, lanes, &from, starts, after ? &to : NULL));
    seen = nn_linear(t, &layer->up, nn_layer_norm(t, &layer->norm_mlp, x), NN_GELU);
    x = nn_add(t, x, nn_linear(t, &layer->down, seen, NN_IDENTITY));
  }
  return nn_layer_norm(t, &s->norm, x);
}

nn_value nn_sequence_forward(nn_tape *t, const nn_sequence *s, nn_value x, uint32_t lanes, const nn_sequence_memory *before,
                             const uint8_t *starts, const nn_sequence_memory *after) {
  if (s->shape.kind == NN_SEQUENCE_TRANSFORMER) return transform(t, s, nn_linear(t, &s->embed, x, NN_IDENTITY), lanes, before, starts, after);
  nn_value in = nn_linear(t, &s->embed, x, NN_TANH), state = nn_constant(t, before->state[0], lanes, (uint32_t)states_of(s, 0));
  nn_real *last = after ? after->state[0] : NULL;
  return s->shape.kind == NN_SEQUENCE_GRU ? nn_gru(t, &s->cell, in, state, starts, last) : nn_lstm(t, &s->cell, in, state, starts, last);
}
