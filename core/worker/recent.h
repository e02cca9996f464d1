/* recent.h - what the board shows of a running trial: means over its last BOARD_RECENT episodes.
 *
 * A figure that is a change since the quiz before (absorbed, useful) is spread over the episodes between quizzes, so
 * that it stays bits per episode when quizzes are rare. The others are means over the episodes that were scored; when
 * none of the recent ones was, the latest that was stands.
 */
#ifndef BAUD_CORE_RECENT_H
#define BAUD_CORE_RECENT_H

#include "board.h"
#include "trial.h"

enum { RECENT_FIGURES = BOARD_FIGURES + 3 * BAUD_CHANNELS };

typedef struct recent {
  uint64_t episodes;                          /* seen so far */
  float value[RECENT_FIGURES][BOARD_RECENT];  /* a ring: episode e at e % BOARD_RECENT; NAN: not scored */
  float last[RECENT_FIGURES];                 /* the latest that was scored, a change already per episode; NAN */
  uint64_t scored_at[RECENT_FIGURES];         /* episodes seen when that was */
} recent;

void recent_reset(recent *r);
void recent_add(recent *r, const trial_columns *columns);
void recent_publish(const recent *r, board_trial *entry);

#endif
