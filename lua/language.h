/* language.h - experiments in Lua: a script becomes a plan, and its claims are judged when the run has ended.
 *
 * Scripts run in a sandbox (sandbox.h): the same script, options and plugins give the same plan, always. What a
 * script says wrong comes back as one sentence that begins with file:line of the offending call; what the options
 * say wrong begins with --set. docs/language.md is the manual.
 */
#ifndef BAUD_LUA_LANGUAGE_H
#define BAUD_LUA_LANGUAGE_H

#include <stdbool.h>

#include "registry.h"
#include "store.h"

/* What the command line adds to a script. All zero: the script as it stands. */
typedef struct language_options {
  const char *const *settings; /* [n_settings] "learner.lr=0.3", "env.codes=64", "lanes=4", "stop.episodes=100" */
  size_t n_settings;
  uint64_t seeds;    /* so many seeds for every part, from 0; 0: as the script says */
  uint64_t episodes; /* stop.episodes of every part; 0: as the script says */
  bool full;         /* the script sees baud.full */
} language_options;

/* Runs the script at `path` and gives its plan as JSON (plan.h), malloc'd. Starts nothing. */
int language_load(const char *path, const registry *plugins, const language_options *options, char **plan_json,
                  baud_error *error);

/* Writes into `folder` what language_claims needs later: experiment.lua, the modules that it required, and
 * options.json. The script is run once more to learn what it requires. */
int language_archive(const char *path, const registry *plugins, const language_options *options, const char *folder,
                     baud_error *error);

/* One claim's verdict: "holds", "fails" or "undecided", and the figures that it rests on. */
typedef struct language_verdict {
  uint32_t claim;
  const char *text, *verdict, *figures;
} language_verdict;
typedef int (*language_sink)(void *ctx, const language_verdict *verdict, baud_error *error);

/* Judges the claims of the script archived in `folder` by what is in `results`; calls `sink` for each, in the order
 * of the plan. A claim whose data are missing or whose function fails is undecided, with the reason as figures. */
int language_claims(const char *folder, store *results, const registry *plugins, language_sink sink, void *ctx,
                    baud_error *error);
/* The same while the run goes on, with what can be said so far: the trials that are done, as far as those of the same seed in
 * the other configurations of their node are done too, so that what is compared stays of the same worlds. */
int language_claims_so_far(const char *folder, store *results, const registry *plugins, language_sink sink, void *ctx,
                           baud_error *error);

/* ---- Where experiments lie -------------------------------------------------------------------------------- */

/* The script that `name` means: a path that ends in .lua, or the name of a shipped experiment, looked for in
 * $BAUD_EXPERIMENTS (colon-separated), lua/experiments of the source tree that this program was built from, and the
 * installed folder. BAUD_ENOTFOUND with "did you mean". */
int language_find(const char *name, char *path, size_t size, baud_error *error);

typedef struct language_shipped {
  char name[64], doc[200]; /* doc: the first line of its head comment */
  char path[600];
} language_shipped;
/* The experiments that can be run by name, sorted; rows[*n] in: room, out: found. */
int language_list(language_shipped *rows, size_t *n, baud_error *error);

#endif
