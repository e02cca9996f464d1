/* normals.c - standard normal numbers by Box and Muller's pairs, many at a time: the generator's numbers are drawn one after
 * the other, the logarithms, roots and circular functions are taken of vectors.
 */
#include "parts.h"

#include "baud/random.h"

enum { BATCH = 128 };

/* Uniform on (0, 1] by 32 bits, so that the tails reach as far as floats near 0 do; and on [0, 1) by as many as fit. */
static nn_real positive(uint64_t *random) { return (nn_real)(((double)(baud_random(random) >> 32) + 1.0) * 0x1p-32); }
static nn_real turn(uint64_t *random) { return (nn_real)((double)(baud_random(random) >> 40) * 0x1p-24); }

void nn_normals(uint64_t *random, uint32_t streams, nn_real *out, uint32_t n) {
  const nn_kernels *kernels = nn_kernels_best();
  nn_real u[BATCH], turns[BATCH], first[BATCH], second[BATCH];
  size_t pairs = ((size_t)n + 1) / 2, all = pairs * streams, stream = 0, pair = 0, to = 0, at = 0;
  for (size_t done = 0; done < all;) {
    size_t batch = all - done < BATCH ? all - done : BATCH;
    for (size_t i = 0; i < batch; i++) {
      u[i] = positive(&random[stream]);
      turns[i] = turn(&random[stream]);
      if (++pair == pairs) pair = 0, stream++;
    }
    kernels->of_elements->normals(u, turns, first, second, batch);
    for (size_t i = 0; i < batch; i++) {
      out[to++] = first[i];
      if (++at < n) out[to++] = second[i], at++;
      if (at == n) at = 0;
    }
    done += batch;
  }
}
