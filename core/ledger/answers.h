/* answers.h - the questions that the host puts to a learner, its sealed answers, and their scores in bits.
 *
 * A trial has one question of each kind that its environment allows, and one for each further field of the observation.
 * The learner says at creation which it answers; what it wrote is taken from it before the outcome exists and scored
 * against it: commit, then reveal.
 */
#ifndef BAUD_CORE_ANSWERS_H
#define BAUD_CORE_ANSWERS_H

#include "error.h"

/* The kinds. A question has the number of its kind, but for the fields after the first: from ANSWERS on. */
enum { ANSWER_ACTION, ANSWER_OBSERVATION, ANSWER_REWARD, ANSWER_TERMINATED, ANSWERS, QUESTIONS_MOST = 64 };

typedef struct answers {
  uint32_t lanes, n;                      /* n: questions */
  baud_question question[QUESTIONS_MOST]; /* size 0 width: not asked */
  float *written[QUESTIONS_MOST];         /* [lane][width]: where the learner writes */
  float *sealed[QUESTIONS_MOST];          /* what it wrote last, out of its hands: this is scored */
  double *sum[QUESTIONS_MOST];            /* [lane][element]: of each sealed distribution that is long; else null */
  double *reward_values;                  /* what the categories of ANSWER_REWARD stand for */
  size_t floats[QUESTIONS_MOST];          /* of all lanes */
  uint64_t mask;                          /* bit k: question k is answered */
  uint32_t categories[QUESTIONS_MOST];    /* of one element's answer, where it is categorical */
  double uniform[QUESTIONS_MOST];         /* bits of an element's answer that knows nothing: log2 of its categories */
  double least[QUESTIONS_MOST];           /* the floor's share of each category */
} answers;

/* The kind of a question, and the question on an observation's field, or QUESTIONS_MOST where it has none. */
static inline uint32_t answers_kind(uint32_t which) { return which < ANSWERS ? which : ANSWER_OBSERVATION; }
static inline uint32_t answers_on_field(uint32_t field) {
  uint32_t which = field == 0 ? ANSWER_OBSERVATION : ANSWERS + field - 1;
  return which < QUESTIONS_MOST ? which : QUESTIONS_MOST;
}

/* Questions that fit these fields; `reward_values` [n] are the rewards that can be delivered (n 0: continuous). */
int answers_open(answers *a, const baud_field *obs, uint32_t n_obs, const baud_field *action, const double *reward_values,
                 uint32_t n_values, uint32_t lanes, baud_error *error);
/* Buffers for what the learner agreed to answer; refuses a form that was not offered. */
int answers_agree(answers *a, baud_error *error);
/* The same questions, agreed upon, with buffers of their own. */
int answers_clone(answers *a, const answers *like, baud_error *error);
void answers_close(answers *a);

/* Floats a lane of an answered question, 0 when it is declined. */
uint32_t answers_width(const answers *a, uint32_t which);
/* Mask for baud_tick.ask of everything that the learner answers. */
uint64_t answers_mask(const answers *a);
/* Takes the answers in `asked`, which are answered, out of the learner's hands: it is given other room to write in. */
void answers_seal(answers *a, uint64_t asked);
/* Checks what was sealed: distributions as answers_check does; means are finite, deviations finite and above 0. Best once
 * the step has been taken: numbers that have only just been written one by one cannot be read four by four without
 * waiting for them. */
int answers_verify(answers *a, uint64_t asked, baud_error *error);

/* SIGNAL.md's floor: (1 - 2^-16) q + 2^-16 / n. */
double answers_floor(double q, uint32_t n);
/* Checks a categorical answer [n]: finite, none negative, summing to 1 within 1e-3. */
int answers_check(const float *q, uint32_t n, const char *what, baud_error *error);
/* -log2 of the floored probability that a sealed and verified answer, taken by its sum, gives category `index`; `row`
 * counts lanes and, within a lane, elements. */
double answers_bits(const answers *a, uint32_t which, uint32_t row, uint32_t index);
/* Index of a delivered reward among the values, or n when it is none of them. */
uint32_t answers_reward_index(const answers *a, float delivered);

#endif
