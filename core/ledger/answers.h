/* answers.h - the questions that the host puts to a learner, its sealed answers, and their scores in bits.
 *
 * A trial has one question of each kind that its environment allows. The learner says at creation which it answers;
 * what it wrote is taken from it before the outcome exists and scored against it: commit, then reveal.
 */
#ifndef BAUD_CORE_ANSWERS_H
#define BAUD_CORE_ANSWERS_H

#include "error.h"

enum { ANSWER_ACTION, ANSWER_OBSERVATION, ANSWER_REWARD, ANSWER_TERMINATED, ANSWERS };

typedef struct answers {
  uint32_t lanes;
  baud_question question[ANSWERS]; /* size 0 width: not asked */
  float *written[ANSWERS];  /* [lane][width]: where the learner writes */
  float *sealed[ANSWERS];   /* what it wrote last, out of its hands: this is scored */
  double *reward_values;    /* what the categories of ANSWER_REWARD stand for */
  size_t floats[ANSWERS];   /* of all lanes */
  uint64_t mask;            /* bit k: question k is answered */
  double uniform[ANSWERS];  /* bits of a categorical answer that knows nothing: log2 of its width */
  double least[ANSWERS];    /* the floor's share of each category */
} answers;

/* Questions that fit these fields; `reward_values` [n] are the rewards that can be delivered (n 0: continuous). */
int answers_open(answers *a, const baud_field *obs, uint32_t n_obs, const baud_field *action, const double *reward_values,
                 uint32_t n_values, uint32_t lanes, baud_error *error);
/* Buffers for what the learner agreed to answer; refuses a form that was not offered. */
int answers_agree(answers *a, baud_error *error);
void answers_close(answers *a);

/* Floats a lane of an answered question, 0 when it is declined. */
uint32_t answers_width(const answers *a, uint32_t which);
/* Mask for baud_tick.ask of everything that the learner answers. */
uint64_t answers_mask(const answers *a);
/* Takes the answers in `asked`, which are answered, out of the learner's hands: it is given other room to write in. */
void answers_seal(answers *a, uint64_t asked);
/* Checks what was sealed as answers_check does. Best once the step has been taken: numbers that have only just been
 * written one by one cannot be read four by four without waiting for them. */
int answers_verify(const answers *a, uint64_t asked, baud_error *error);

/* SIGNAL.md's floor: (1 - 2^-16) q + 2^-16 / n. */
double answers_floor(double q, uint32_t n);
/* Checks a categorical answer [n]: finite, none negative, summing to 1 within 1e-3. */
int answers_check(const float *q, uint32_t n, const char *what, baud_error *error);
/* -log2 of the floored probability that a sealed answer, taken by its sum, gives category `index`. */
double answers_bits(const answers *a, uint32_t which, uint32_t lane, uint32_t index);
/* Index of a delivered reward among the values, or n when it is none of them. */
uint32_t answers_reward_index(const answers *a, float delivered);

#endif
