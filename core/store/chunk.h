/* chunk.h - how up to 1,024 values of one figure lie in a blob, and how step counts do.
 *
 * Values are float32, NAN where an episode was not scored. A blob has one of four forms, told apart by its size:
 *   none               all values are the same number (summary.low), or none is scored (summary.count 0)
 *   4 n bytes          the values, little-endian
 *   b + 4 count bytes  b = ceil(n / 8) bytes of flags, lowest bit first, 1: scored; then the scored values
 *   b bytes            the flags alone: all scored values are the same number
 * The shortest form that fits is taken; what is read back is bit-equal to what was stored, except that every NAN is
 * the same NAN and -0 is 0.
 */
#ifndef BAUD_STORE_CHUNK_H
#define BAUD_STORE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

enum { CHUNK = 1024, CHUNK_BYTES = 4 * CHUNK, STEPS_BYTES = 10 * CHUNK };

/* What is known of a stretch of one figure; low and high are NAN where count is 0. */
typedef struct summary {
  uint64_t count; /* of scored values */
  double sum;
  float low, high;
} summary;

summary summary_none(void);
summary summary_of(const float *values, uint32_t n);
summary summary_join(summary a, summary b);

/* Returns the blob's size, 0 for none. blob has CHUNK_BYTES; values are as tidied by chunk_tidy. */
size_t chunk_encode(const float *values, uint32_t n, const summary *s, unsigned char *blob);
/* Fills values[n]; BAUD_ESTATE when the blob has no form that fits. */
int chunk_decode(const void *blob, size_t size, uint32_t n, uint64_t count, double low, float *values);
/* Copies values as they will be stored: one NAN, one zero. */
void chunk_tidy(float *to, const float *from, uint32_t n);

/* Step counts as differences, the first to `before`, each as LEB128 (7 bits a byte, lowest first); size 0 when all
 * differences are equal. steps must not fall. */
size_t steps_encode(uint64_t before, const uint64_t *steps, uint32_t n, unsigned char *blob);
int steps_decode(const void *blob, size_t size, uint32_t n, uint64_t before, uint64_t last, uint64_t *steps);

#endif
