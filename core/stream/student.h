/* student.h - Student's t as the prediction of a normal stream of unknown mean and variance, and its distribution
 * function.
 *
 * With the conjugate prior, normal-inverse-gamma(m, k, a, b), the next number after n of them, with mean x and sum of
 * squared deviations s, is distributed as t with 2a' degrees of freedom, location m' and scale sqrt(b'(k'+1) / (a'k')):
 *   k' = k + n,  m' = (k m + n x) / k',  a' = a + n/2,  b' = b + s/2 + k n (x - m)^2 / (2k')
 * (Bernardo and Smith, Bayesian Theory, 1994, appendix A.2; Murphy, Conjugate Bayesian analysis of the Gaussian
 * distribution, 2007, equations 86 to 110). The prior here is weak: a = 1/2, which begins with a Cauchy distribution,
 * and k = 1/100.
 */
#ifndef BAUD_CORE_STUDENT_H
#define BAUD_CORE_STUDENT_H

#include <stdint.h>

typedef struct student {
  double middle, scale;    /* of the first prediction */
  double n, mean, squares; /* numbers seen, their mean, the sum of their squared deviations from it */
} student;

void student_open(student *s, double middle, double scale);
void student_add(student *s, double x);

typedef struct student_prediction {
  double freedom, location, scale;
} student_prediction;

student_prediction student_predict(const student *s);

/* P(low <= x < high), low < high, either of them infinite. To about 1e-12 relative of what the distribution holds on
 * the side of it that is nearer to a tail. */
double student_between(const student_prediction *p, double low, double high);

/* P(T > t) for t >= 0 and any freedom > 0. */
double student_tail(double t, double freedom);

#endif
