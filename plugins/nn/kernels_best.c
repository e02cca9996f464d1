/* kernels_best.c - which kernels this processor gets: the same for the whole life of a process.
 */
#include "kernels.h"

const nn_kernels *nn_kernels_best(void) {
#ifdef NN_WIDE
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &nn_kernels_wide;
#endif
  return &nn_kernels_any;
}
