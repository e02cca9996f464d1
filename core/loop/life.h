/* life.h - a trial as something that is lived more than once: begun anew with another seed, put away as flat bytes and
 * taken up again, all without allocating. Lifetimes (compose/lifetime.c) are made of it.
 *
 * For trials that score no answers and have no probes, which is what inner ones are; between two ticks.
 */
#ifndef BAUD_CORE_LIFE_H
#define BAUD_CORE_LIFE_H

#include "parcel.h"
#include "trial.h"

/* As trial_open leaves it, with another seed. */
int life_begin(trial *t, uint64_t seed, baud_error *error);
/* Everything that moves in a trial, between two ticks. */
void life_pass(trial *t, parcel *p);
/* Runs until `episodes` more have ended and are drained, or `ticks` have passed, or it is done. As trial_advance. */
int life_advance(trial *t, uint64_t episodes, uint64_t ticks, baud_error *error);
/* Puts the quiz to the learner now and counts what it has absorbed since the last; nothing where there is none. */
int life_ask(trial *t, baud_error *error);
/* What all its lanes do from now on, one after the other as the action field has it; null: what the learner chooses. */
void life_tell(trial *t, const void *actions);
/* Whether its learner learns from now on, or plays with the weights that it has. */
void life_train(trial *t, int learns);
/* Its learner's weights as one row of floats: how many there are, 0 where they lie in more than one WEIGHT block, since
 * one may then be worked out from another; and what they are from birth on. */
uint64_t life_weights(const trial *t);
void life_set_weights(trial *t, const float *weights);
/* What its learner's live parameters say from now on. */
int life_change(trial *t, const baud_value *values, baud_error *error);
/* Bits so far: what the learner can say of its world, and what it received. */
double life_known(const trial *t);
double life_received(const trial *t);

#endif
