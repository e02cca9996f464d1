/* play.h - a trial shown step by step: a line of JSON for each, with the picture, what was done, what came back, and
 * the bits of this step. For looking only: nothing of it is recorded.
 *
 * Lane 0 is followed. Each line:
 *   { "episode": 71300, "step": 17,                 counted in this lane; step 0: before the first action, what the first observation tells
 *     "picture": ["#####", "#A.G#"],                baud.draw/1, or absent
 *     "action": [2], "actions": 4, "p": 0.71,       what was done, of how many, how likely that was; absent at step 0
 *     "shown": [1],                                 what the expert showed
 *     "obs": [[4], [0.1, -0.2]],                    the observation that it was done on; fields, at most 64 elements each
 *     "reward": -1, "return": -17, "end": "terminated" | "truncated",
 *     "facts": { "success": 0 },
 *     "bits": { "offered": [o, r, d], "received": [o, r, d], "absorbed": x, "useful": y,      of this step; null: unmeasured
 *               "known": k, "known_wiped": w },       after it, in all; wiped: with memory as it was at first
 *     "inner": { "episode": 3, "episodes": 10, "return": 12, "success": 0.5, "offered": [o, r, d], "received": [o, r, d] } }
 *                                                   of a lifetime: its own ledger so far; the bits above are of that, too
 */
#ifndef BAUD_CORE_PLAY_H
#define BAUD_CORE_PLAY_H

#include <stdio.h>

#include "trial.h"

/* Advances to the first beginning of an episode of lane 0 at or after episode `episode` of the trial; 0, 1 when the trial
 * ends before, or negative. Calls `tell` every now and then with the episodes done. */
int play_forward(trial *t, uint64_t episode, void (*tell)(void *ctx, uint64_t episodes), void *ctx, baud_error *error);

/* Plays from where the trial stands until lane 0 has ended `episodes` of them, or the trial ends, or nobody reads any
 * more (`to` has an error). */
int play_episodes(trial *t, uint32_t episodes, FILE *to, baud_error *error);

#endif
