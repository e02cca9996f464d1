/* check.h - `baud check`: a table of questions put to a plugin, each answered in a child process of its own.
 *
 * A check is seeded and replayable: number, seed and unit fix everything that it does. A crash, a hang or an exit
 * inside a check is that check's failure, with the signal's name and the call that was running. Statistical checks
 * state their false-alarm probability where they are written; none is above 2^-20.
 */
#ifndef BAUD_CORE_CHECK_H
#define BAUD_CORE_CHECK_H

#include "registry.h"

enum check_severity { CHECK_ERROR, CHECK_WARNING };
enum check_verdict { CHECK_OK, CHECK_FAILED, CHECK_SKIPPED };
enum check_isolation { CHECK_IN_CHILD, CHECK_IN_PROCESS };

struct check_run; /* what a check is handed: run.h */

/* A row of the table. Numbers are permanent; those that are missing were never given out or are retired. */
typedef struct check {
  uint32_t number;
  const char *name; /* a sentence that is true when the check passes */
  uint32_t roles;   /* CHECK_OF(role) ored; 0: asked of the library once, not of each unit */
  enum check_severity severity;
  int (*run)(struct check_run *run); /* returns an enum check_verdict */
} check;

#define CHECK_OF(role) (1u << (role))
extern const check check_table[]; /* ends with number 0 */

typedef struct check_result {
  const check *check;
  const char *unit; /* id, or null for the library */
  enum check_verdict verdict;
  const char *text; /* why it failed or was skipped; may add a figure where it passed */
  double seconds;
} check_result;

enum { CHECK_WITH_MOST = 16 };

typedef struct check_options {
  uint32_t only; /* a check's number; 0: all */
  uint32_t limit; /* seconds that a check may take before it counts as a hang, 0: 30 */
  uint64_t seed;
  enum check_isolation isolation;
  const char *unit; /* id; null: all units of the library */
  const char *with[CHECK_WITH_MOST]; /* environments (names or libraries) that learners and schemes must suit, and are
                                      * tried with first */
  uint32_t n_with;
} check_options;

typedef void (*check_report)(void *ctx, const check_result *result);

/* Asks everything of the library at `path` and reports each answer. The number of errors found, or a negative code
 * when the battery itself could not run. */
int check_plugin(const char *path, const check_options *options, check_report report, void *ctx, baud_error *error);

/* Whether this means a library's file and not the name of a unit: it has a slash or ends in .so. */
int check_is_path(const char *what);

/* File and id of the unit called `name` (role 0: any), looked up in a child so that this process stays free of plugins. */
int check_find(uint32_t role, const char *name, char *path, size_t path_size, char *id, size_t id_size, baud_error *error);

#endif
