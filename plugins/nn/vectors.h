/* vectors.h - the compiler's vectors, as wide as NN_VECTOR_BYTES says, for sources that are compiled once for any machine
 * and once for wide ones.
 */
#ifndef BAUD_NN_VECTORS_H
#define BAUD_NN_VECTORS_H

#include "baud/nn.h"

#ifndef NN_VECTOR_BYTES
#define NN_VECTOR_BYTES 16
#endif

/* Loops whose bounds are constants once inlined, so that arrays become registers; BY_FOUR where they may also not be. */
#ifdef __clang__
#define UNROLLED _Pragma("unroll")
#define BY_FOUR _Pragma("unroll 4")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#define BY_FOUR _Pragma("GCC unroll 4")
#endif
#define INLINED static inline __attribute__((always_inline))

enum { LANES = NN_VECTOR_BYTES / sizeof(nn_real) };
typedef nn_real vector __attribute__((vector_size(NN_VECTOR_BYTES)));
typedef nn_real loose __attribute__((vector_size(NN_VECTOR_BYTES), aligned(sizeof(nn_real)), may_alias));

INLINED vector load(const nn_real *x) { return (vector) * (const loose *)x; }
INLINED void store(nn_real *x, vector v) { *(loose *)x = (loose)v; }
INLINED vector all(nn_real x) { return x - (vector){0}; }

#endif
