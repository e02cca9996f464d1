/* compose.h - compositions: units made of units, which the host itself supplies and plans name like any other.
 *
 * They are built on the same tables as plugins are and get what they are made of as parameters of type BAUD_UNIT. What
 * a plugin cannot ask for and the trial loop does for them alone is here: a service to them, and three extensions of
 * theirs, all between parts of the host.
 */
#ifndef BAUD_CORE_COMPOSE_H
#define BAUD_CORE_COMPOSE_H

#include "figures.h"
#include "loop/sight.h"
#include "registry.h"

/* In every registry, each by itself; the library that they are said to be of has no table. */
enum { COMPOSE_UNITS = 5 };
extern const baud_unit *const compose_units[COMPOSE_UNITS];
extern const baud_library compose_library;

/* A host's service to compositions: "baud.compose/1". */
typedef struct compose_host {
  uint32_t size, pad;
  const registry *plugins; /* outlives the model */
} compose_host;

/* "baud.books/1", of an environment that keeps a ledger of its own: its funnel is the trial's. */
typedef struct compose_books {
  uint32_t size, pad;
  /* Marks of the figures that `episode` writes; others are left alone. */
  void (*marks)(const void *model, char marks[FIGURES]);
  /* Figures of the lane's episode, read behind the step that ended it. */
  void (*episode)(const void *model, const void *lane, double figure[FIGURES]);
  /* The next sentence for the event log, or null. */
  const char *(*event)(const void *model);
  /* What they say of a lane at this moment (loop/sight.h): 0 or negative. */
  int (*so_far)(const void *model, const void *lane, trial_sight *out, baud_error *error);
} compose_books;

/* "baud.tools/1", of an environment that offers tools: what a tool step asks the host to do. */
typedef struct compose_tools {
  uint32_t size;
  uint32_t span;        /* steps that are handed over at most, the present observation's among them */
  double rate;          /* as baud_teach.teach takes it */
  /* called [lane]: 1 where the step just taken was a call of teach, 2 where it was a call for nothing, else 0. */
  int32_t (*calls)(const void *model, const baud_batch *batch, uint8_t *called);
} compose_tools;

/* "baud.demonstrator/1", of an environment whose expert is to be shown. */
typedef struct compose_demonstrator {
  uint32_t size, pad;
  double competence; /* as the setting of that name */
} compose_demonstrator;

/* An extension of an instance: by "baud.instance/1" where the unit has it, else the unit's own. */
const void *compose_extension(const baud_unit *unit, const void *model, const char *id);

#endif
