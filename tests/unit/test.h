/* test.h - what the C tests share: cmocka with its headers in order, and exact comparison helpers.
 */
#ifndef BAUD_TEST_H
#define BAUD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* |got - wanted| <= tolerance, with both figures in the message. */
static inline void assert_close(double got, double wanted, double tolerance) {
  if (fabs(got - wanted) <= tolerance) return;
  fail_msg("got %.12g, wanted %.12g within %g", got, wanted, tolerance);
}

#endif
