/* companions.h - the environments that a learner or a reward scheme is tried with before the small worlds that come
 * with baud: those that were named beside it, then those of its own library, which are likely to have what it needs.
 */
#ifndef BAUD_CORE_CHECK_COMPANIONS_H
#define BAUD_CORE_CHECK_COMPANIONS_H

#include "check/run.h"

/* The index-th: 1, or 0 after the last. */
int companion_at(const check_run *run, uint32_t index, const plugin **env);

/* Finds the environments of `options->with` among `plugins`: a name, or a library's path, which stands for all of its
 * environments. The array is the caller's to free. */
int companions_find(const registry *plugins, const check_options *options, const plugin ***found, uint32_t *n,
                    baud_error *error);

#endif
