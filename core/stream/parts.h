/* parts.h - what comes through a channel at a step, taken apart into elements that are coded one by one: each is one of
 * finitely many symbols, a category or the bin that a continuous number falls into.
 *
 * A part is one field of the observation, or the reward: what one of the host's questions is about. The stream of a
 * channel is the parts that the learner answers; of the others it says nothing, so that for them every code is the
 * uniform one.
 */
#ifndef BAUD_CORE_PARTS_H
#define BAUD_CORE_PARTS_H

#include "ledger/answers.h"
#include "stream/grid.h"

enum { STREAM_OBSERVATION, STREAM_REWARD, STREAMS };

typedef struct stream_part {
  uint32_t question; /* number among the answers */
  uint32_t field;    /* of the observation; the reward is field 0 of its own */
  uint32_t elements;
  uint32_t symbols; /* of an element */
  int is_continuous;
  grid grid; /* of continuous ones: symbols are its bins */
} stream_part;

typedef struct stream_parts { /* of one stream */
  uint32_t stream, n;
  stream_part *part;      /* [n]: those that the learner answers */
  const baud_field *obs;  /* the environment's */
  const answers *answers; /* what a reward's categories stand for */
  double uniform;         /* bits of a step by the uniform code, the others included */
  double declined;        /* of these */
  double width;           /* of the bins of continuous elements, geometric mean; NAN without any */
} stream_parts;

/* `width` of bins, 0: chosen here (grid.h). After the learner has agreed. */
int parts_open(stream_parts *p, uint32_t stream, const baud_env_spec *env, const answers *agreed, double width,
               baud_error *error);
void parts_close(stream_parts *p);

/* The symbol of lane `lane`'s element, or `symbols` where what came is none of them; `value`: the number itself where
 * it is continuous. `obs` [field][lane][count], `rewards` [lane]. */
uint32_t parts_symbol(const stream_parts *p, const stream_part *which, const void *const *obs, const float *rewards,
                      uint32_t lane, uint32_t element, double *value);

/* Bits that the answers sealed in `a` give to what came to a lane, all parts: those declined by the uniform code.
 * SIGNAL.md's floor is on each element. Fails where the environment sent what is no symbol. */
int parts_score(const stream_parts *p, const answers *a, const void *const *obs, const float *rewards, uint32_t lane,
                double *bits, baud_error *error);

#endif
