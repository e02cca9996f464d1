/* forms.h - the closed forms of SIGNAL.md's calibration table, each written out by itself, in terms of nothing but
 * logarithms and special functions. They share no code with the ledger that they judge.
 */
#ifndef BAUD_CORE_FORMS_H
#define BAUD_CORE_FORMS_H

#include <stdint.h>

/* Binary entropy, bits; 0 at p = 0 and 1. */
double form_entropy(double p);
/* A lockbox of n codes, outcome only: bits of the next outcome with k codes ruled out. */
double form_outcome(uint32_t n, uint32_t k);
/* Expected bits of the first m distinct guesses together. */
double form_outcomes(uint32_t n, uint32_t m);
/* A demonstration by an expert right with q, else uniform among the n - 1 others. */
double form_noisy_expert(uint32_t n, double q);
/* |guess - code|, both uniform on n: entropy of the distance given the guess. */
double form_distance(uint32_t n);
/* A fair guess right with p, told through a channel that flips with e. */
double form_flipped(double p, double e);
/* n Bernoulli outcomes of one arm with a uniform prior: I(theta; r1..rn). */
double form_bernoulli(uint32_t n);
/* First transition of a row with prior Dirichlet(1, .., 1) over s states. */
double form_dirichlet(uint32_t s);
/* Given `ones` ones among n outcomes of an arm with a uniform prior: code length of that very sequence. */
double form_sequence(uint32_t n, uint32_t ones);
/* psi(x), x > 0. */
double form_digamma(double x);

#endif
