/* baud/sequence.h - one network for what is remembered, whatever it is made of: a linear layer in, then a GRU, an LSTM or a
 * small transformer with a window of tokens. Learners that act or predict from memory choose among them by a parameter.
 *
 * Memory lies in MEMORY blocks of the learner's, NN_SEQUENCE_BLOCKS of them, all 0 at the beginning. One step goes on from it
 * in place; learning through time starts from a copy.
 */
#ifndef BAUD_SEQUENCE_H
#define BAUD_SEQUENCE_H

#include "baud/nn.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NN_SEQUENCE_GRU, NN_SEQUENCE_LSTM, NN_SEQUENCE_TRANSFORMER, NN_SEQUENCE_KINDS };
enum { NN_SEQUENCE_LAYERS = 2, NN_SEQUENCE_BLOCKS = 2 * NN_SEQUENCE_LAYERS };

typedef struct nn_sequence_shape {
  int kind;
  uint32_t in, units;             /* features a step; width of what comes out */
  uint32_t layers, heads, window; /* TRANSFORMER only: at most NN_SEQUENCE_LAYERS; heads divide units */
} nn_sequence_shape;

/* Pre-norm (Xiong et al. 2020): x + attention(norm x), then x + mlp(norm x), the mlp four times as wide, with GELU. */
typedef struct nn_sequence_layer {
  nn_layer_norm_layer norm_attention, norm_mlp;
  nn_attention_layer attention;
  nn_linear_layer up, down;
} nn_sequence_layer;

typedef struct nn_sequence {
  nn_sequence_shape shape;
  nn_linear_layer embed;
  nn_recurrent_layer cell;
  nn_sequence_layer layer[NN_SEQUENCE_LAYERS];
  nn_layer_norm_layer norm; /* after the last layer */
} nn_sequence;

/* A lane's memory, in this order of blocks: the states or the tokens of each layer (float), their lengths (int32). */
typedef struct nn_sequence_memory {
  nn_real *state[NN_SEQUENCE_LAYERS];
  int32_t *length[NN_SEQUENCE_LAYERS];
} nn_sequence_memory;

nn_sequence nn_sequence_declare(nn_layout *layout, const char *name, const nn_sequence_shape *shape);
void nn_sequence_init(const nn_sequence *s, nn_real *theta, uint64_t *random);

/* Lists the blocks of a memory: of role MEMORY, or TRACE for a copy; name: the states of each layer, then their lengths. */
void nn_sequence_list(const nn_sequence *s, uint32_t role, const char *const name[NN_SEQUENCE_BLOCKS], baud_block *blocks);
/* The memory that lies in blocks[0 .. NN_SEQUENCE_BLOCKS). */
nn_sequence_memory nn_sequence_memory_at(void *const *blocks);
void nn_sequence_copy(const nn_sequence *s, uint32_t lanes, void *const *to, void *const *from);

/* x [steps * lanes][in], time-major -> [steps * lanes][units]; before: what was remembered at the first step; starts
 * [steps * lanes]: 1 where the lane begins from nothing, or null; after: gets what is remembered then, may be `before`
 * itself, or null. */
nn_value nn_sequence_forward(nn_tape *t, const nn_sequence *s, nn_value x, uint32_t lanes, const nn_sequence_memory *before,
                             const uint8_t *starts, const nn_sequence_memory *after);

#ifdef __cplusplus
}
#endif
#endif
