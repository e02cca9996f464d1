/* stream_kernels.h - the passes of a streaming network behind a table, as kernels.h has it: compiled once for any machine,
 * once for 32-byte vectors with fused multiply-add.
 */
#ifndef BAUD_NN_STREAM_KERNELS_H
#define BAUD_NN_STREAM_KERNELS_H

#include "baud/nn_stream.h"

typedef struct nn_stream_kernels { /* as nn_stream.h says of the functions of these names */
  void (*forward)(const nn_stream *net, const nn_real *theta, nn_real *work);
  void (*forward_two)(const nn_stream *net, const nn_real *theta, nn_real *work, nn_real *other);
  double (*trace)(const nn_stream *net, const nn_real *theta, nn_real *work, const nn_real *d_out, nn_real decay, nn_real *trace);
  void (*learn)(nn_real *theta, const nn_real *trace, size_t n, nn_real step); /* n a multiple of NN_ALIGN */
} nn_stream_kernels;

extern const nn_stream_kernels nn_stream_kernels_any, nn_stream_kernels_wide;

#endif
