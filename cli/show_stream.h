/* show_stream.h - the table of bits on the stream that baud show prints under a configuration's funnel.
 */
#ifndef BAUD_CLI_SHOW_STREAM_H
#define BAUD_CLI_SHOW_STREAM_H

#include "store.h"

/* Levels whose value at the end is shown, in this order. */
enum {
  STREAM_LOSS,
  STREAM_PROGRESS = STREAM_LOSS + 2,
  STREAM_FORGONE = STREAM_PROGRESS + 2,
  STREAM_BIN = STREAM_FORGONE + 2,
  STREAM_RETURN = STREAM_BIN + 2,
  STREAM_LEVELS
};
extern const unsigned show_stream_levels[STREAM_LEVELS]; /* figures: the observation's and the reward's of each */

/* `ends` [STREAM_LEVELS]: means over trials of the last values, NAN where there are none. Prints nothing where no code
 * lengths were measured. */
void show_stream(const store_mean means[FIGURES], const double *ends);

/* How many bits an episode's return holds, from the last episodes of a configuration's trials (core/stream/entropy.h); prints
 * nothing where there are none. */
int show_outcomes(store *results, const store_trial *trials, uint32_t n_trials, uint32_t config, baud_error *error);

#endif
