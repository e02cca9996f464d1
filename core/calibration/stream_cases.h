/* stream_cases.h - the cases of bits on the stream, for the table in cases.c: what a counter, a tree of contexts and a
 * frozen copy of either must cost on streams whose law is known, and the estimators that stand by themselves.
 */
#ifndef BAUD_CORE_STREAM_CASES_H
#define BAUD_CORE_STREAM_CASES_H

#include "calibration/calibration.h"

typedef int stream_case(const registry *plugins, const calibration_case *which, calibration_row *row, baud_error *error);

/* a symbols, the second with probability b. */
stream_case stream_code_length, stream_redundancy, stream_saved, stream_forgone, stream_progress;
/* 2a symbols after a. */
stream_case stream_progress_between;
/* a symbols of a chain that flips with b: the largest of many trials, the mean. */
stream_case stream_regret, stream_mean_regret;
/* a symbols of b kinds, all alike. */
stream_case stream_noise;
/* a fair bits; b bits saved. */
stream_case stream_certificate;
/* a numbers. */
stream_case stream_student;
/* a actions, an expert who is trusted with b. */
stream_case stream_policy;
/* a outcomes of a coin b; a even kinds, b outcomes; a pairs of which one is flipped with b. */
stream_case stream_entropy_of_coin, stream_entropy_of_kinds, stream_shared;

#endif
