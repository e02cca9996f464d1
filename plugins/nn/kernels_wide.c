/* kernels_wide.c - kernels.c for processors with 32-byte vectors and fused multiply-add; its flags are the build's. Empty
 * where the build has no such flags.
 */
#ifdef NN_WIDE
#define NN_VECTOR_BYTES 32
#define NN_KERNELS nn_kernels_wide
#include "kernels.c"
#else
typedef int nn_kernels_wide_is_empty;
#endif
