/* stream_wide.c - stream_kernels.c for processors with 32-byte vectors and fused multiply-add; its flags are the build's.
 * Empty where the build has no such flags.
 */
#ifdef NN_WIDE
#define NN_VECTOR_BYTES 32
#define NN_STREAM_KERNELS nn_stream_kernels_wide
#include "stream_kernels.c"
#else
typedef int nn_stream_wide_is_empty;
#endif
