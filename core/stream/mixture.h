/* mixture.h - the Bayes mixture of a few codes: as good as the best of them, but for the price of not knowing which.
 *
 * With n codes, each as likely as any other beforehand, a stream costs
 *   -log2 (1/n sum over i of 2^-L_i)  <=  min over i of L_i + log2 n
 * bits. It is followed symbol by symbol: P(x) = sum of w_i P_i(x), w_i <- w_i P_i(x) / P(x), in logarithms, so that a
 * code which has fallen behind by any number of bits can still catch up.
 */
#ifndef BAUD_CORE_MIXTURE_H
#define BAUD_CORE_MIXTURE_H

#include <stdint.h>

enum { MIXTURE_MOST = 4 };

typedef struct mixture {
  uint32_t n;
  double behind[MIXTURE_MOST]; /* bits that a code has cost more than the best one so far */
} mixture;

void mixture_open(mixture *m, uint32_t n);

/* Takes what the next part of the stream costs by each code, bits[n]; gives what it costs by the mixture. */
double mixture_add(mixture *m, const double *bits);

/* The weight that a code has now. */
double mixture_weight(const mixture *m, uint32_t i);

#endif
