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
/* Krichevsky and Trofimov's estimator over m symbols: bits of a sequence in which the symbols come n[0..m) times. */
double form_kt(const uint32_t *n, uint32_t m);
/* Two symbols, the second with probability p each time, n of them: the mean code length by that estimator; the mean loss, a
 * symbol, of the estimate frozen after them. */
double form_kt_code(uint32_t n, double p);
double form_kt_loss(uint32_t n, double p);
/* n symbols, all m of them equally likely each time: the mean code length. */
double form_kt_noise(uint32_t n, uint32_t m);
/* Willems et al. 1995, theorem 2: the most that context tree weighting costs over a source of `leaves`, n symbols. */
double form_ctw_bound(uint32_t leaves, double n);
/* What it costs on average over such a source, but for what other trees take off: 2 leaves - 1 bits for the tree, and for
 * each leaf, of n / leaves symbols, 1/2 log2 (n / leaves) + 1/2 log2 (pi / 2e) (Clarke and Barron 1994). */
double form_ctw_mean(uint32_t leaves, double n);
/* -log2 of the density that a normal-inverse-gamma(m, k, a, b) prior gives to x[0..n) (Murphy 2007, equation 95). */
double form_normal_gamma(const double *x, uint32_t n, double m, double k, double a, double b);
/* Bits of chance in a string of the embedded Reber grammar: its outer choice, and inside it the choices to come from place 1. */
double form_reber(void);
/* KL of two distributions, bits, that give one outcome p and q and share the rest alike. */
double form_divergence(double p, double q);
/* psi(x), x > 0. */
double form_digamma(double x);

#endif
