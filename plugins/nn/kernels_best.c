/* kernels_best.c - which kernels this processor gets: the same for the whole life of a process.
 */
#include "kernels.h"

const nn_kernels nn_kernels_any = { &nn_product_any, &nn_elementwise_any, &nn_step_any };
#ifdef NN_WIDE
const nn_kernels nn_kernels_wide = { &nn_product_wide, &nn_elementwise_wide, &nn_step_wide };
#endif

const nn_kernels *nn_kernels_best(void) {
#ifdef NN_WIDE
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &nn_kernels_wide;
#endif
  return &nn_kernels_any;
}
