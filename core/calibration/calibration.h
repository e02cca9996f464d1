/* calibration.h - the calibration table: for each case the closed form, what the ledger says of real trials run
 * through the shipped plugins, and whether the two agree.
 *
 * Expectations are not sampled where they need not be: the ledger's bits of each possible outcome are taken from
 * trials in which it occurred and weighted with its probability, so agreement is to rounding. Where the world is
 * continuous, or outcomes are too many, the mean over worlds is taken, with an interval of six standard errors (false
 * alarm below 2e-9 each).
 */
#ifndef BAUD_CORE_CALIBRATION_H
#define BAUD_CORE_CALIBRATION_H

#include "error.h"
#include "registry.h"

enum calibration_relation { CALIBRATION_EQUAL, CALIBRATION_AT_MOST }; /* what the ledger's figure is to be */

typedef struct calibration_row {
  double closed_form, ledger;
  double tolerance; /* absolute */
  enum calibration_relation relation;
} calibration_row;

typedef struct calibration_case {
  const char *name;  /* "lockbox, N=100, first outcome" */
  int (*measure)(const registry *plugins, const struct calibration_case *which, calibration_row *row, baud_error *error);
  double a, b;       /* the case's own numbers */
} calibration_case;

extern const calibration_case calibration_cases[]; /* ends with a null name */

/* |ledger - closed_form| <= tolerance; for a bound, ledger - closed_form <= tolerance. */
int calibration_holds(const calibration_row *row);

#endif
