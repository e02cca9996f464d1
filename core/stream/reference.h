/* reference.h - the host's own code for a stream, to which a learner's is compared: the Bayes mixture of what needs no
 * learner. It is fixed beforehand and knows nothing but the stream's past.
 *
 *   symbols       uniform; Krichevsky and Trofimov's estimator; context tree weighting of depth 8
 *   bins          uniform; Student's t, predicting from all numbers before
 *
 * Over a stream's elements the bits of each kind of code add up, a mixed stream's t with both of the codes for symbols;
 * then the kinds are mixed: at most log2 3 bits over the best of them (log2 2 where there are only bins). Each element
 * has a coder of its own, which the lanes share; the context is the last symbols of the element in the lane: for
 * observations those that were acted upon, for rewards those that were delivered.
 */
#ifndef BAUD_CORE_REFERENCE_H
#define BAUD_CORE_REFERENCE_H

#include "stream/mixture.h"
#include "stream/parts.h"

enum { REFERENCE_UNIFORM, REFERENCE_COUNTS, REFERENCE_CONTEXTS, REFERENCE_CODES };
enum { REFERENCE_DEPTH = 8, REFERENCE_NODES = 1 << 20 }; /* nodes: of all elements of a stream together */

typedef struct reference reference;

int reference_open(reference **out, const stream_parts *p, uint32_t lanes, baud_error *error);
void reference_close(reference *r);

/* What a step brought to a lane: its code length by the mixture, which learns it. `before`: the observations acted
 * upon. */
double reference_step(reference *r, const void *const *before, const void *const *obs, const float *rewards,
                      uint32_t lane);

/* Bits so far by each code of the mixture. */
const double *reference_totals(const reference *r); /* [REFERENCE_CODES] */

#endif
