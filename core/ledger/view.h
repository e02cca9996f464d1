/* view.h - what crosses: a reward scheme's declared view (baud_view) as a channel from fact to delivered reward.
 *
 * For a memoryless view and a fact with an alphabet this is a matrix P(delivered | fact): view_weights gives one
 * column of it, which an ideal observer takes as evidence. Everything exact about "received" rests on this file.
 */
#ifndef BAUD_CORE_VIEW_H
#define BAUD_CORE_VIEW_H

#include "error.h"

enum { VIEW_VALUES = 65536 }; /* largest alphabet that is handled exactly */

/* Probability that `delivered` reaches the learner when the fact is `value` (or, for BAUD_VIEW_SUM, their sum).
 * Rewards are float32, so equality is that of floats. */
double view_probability(const baud_view *view, double value, float delivered);

/* weight[i] = view_probability(values[i], delivered) for all i; returns their sum. */
double view_weights(const baud_view *view, const double *values, uint32_t n, float delivered, double *weight);

/* The distinct rewards that can be delivered, ascending, 0 among them where a step may bring none. Writes at most
 * `max` to out; returns their number, or 0 when there are more. */
uint32_t view_deliverable(const baud_view *view, const double *values, uint32_t n, double *out, uint32_t max);

/* What an observer must be able to do for this view: mask of BAUD_SEES_*. */
uint32_t view_needs(const baud_view *view);

/* Refuses a view that makes no sense for this environment: unknown fact, hidden fact, probabilities out of range. */
int view_check(const baud_view *view, const baud_env_spec *env, baud_error *error);

#endif
