/* rehearse.h - opens one trial of each configuration before anything is started, so that what a plugin refuses (a
 * learner without the channel it needs, a demonstrator without an expert) is one sentence and not a run of failures.
 */
#ifndef BAUD_CLI_REHEARSE_H
#define BAUD_CLI_REHEARSE_H

#include "plan.h"
#include "registry.h"

/* 0, or BAUD_EARG with the configuration and the reason. Done in a child: a plugin that crashes or hangs there is
 * left to the run, which records it. */
int rehearse_plan(const plan *p, const registry *plugins, baud_error *error);

#endif
