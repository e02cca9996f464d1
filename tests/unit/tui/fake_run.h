/* fake_run.h - a run made up in memory, behind the same functions as the real board, store and control socket.
 *
 * Deterministic: everything follows from the episodes that its trials are at. For tests of whole frames without a
 * file, a process or a clock.
 */
#ifndef BAUD_TEST_FAKE_RUN_H
#define BAUD_TEST_FAKE_RUN_H

#include "store.h"

enum { FAKE_CONFIGS = 6, FAKE_SEEDS = 8 };

/* How far the run is, 0 to 1; statuses follow. Takes effect at the next model_refresh. */
void fake_run_set_progress(double progress);
/* Steps of an episode go up and down by so many, once in FAKE_WAVE episodes, which is less than a bin of the whole run. */
enum { FAKE_WAVE = 64 };
void fake_run_set_wave(double steps);
/* How far it goes on at each look at the board; how long the supervisor has been silent. */
void fake_run_set_step(double step);
void fake_run_set_silence(double seconds);
/* Puts `value` in place of every figure of every trial (NAN, INFINITY, a constant); fake_run_restore undoes it. */
void fake_run_force(float value);
/* The supervisor refuses whatever is asked of this trial; this trial was changed while it ran. */
void fake_run_refuse(int64_t trial);
void fake_run_change(uint32_t trial);
void fake_run_set_label(const char *label); /* of configuration 0 */
void fake_run_set_event(const char *text);  /* the newest */
void fake_run_set_figures(const char *text); /* of claim 0, which holds then */
void fake_run_restore(void);

/* Commands that came in: "pause 3;stop -1;change 0 learner.lr 0.3;", emptied by reading. */
const char *fake_run_commands(void);
/* Calls of store_read_curve so far. */
unsigned fake_run_curve_reads(void);

#endif
