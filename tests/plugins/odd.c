/* odd.c - a reward scheme that does nothing and that macros bend out of shape, each one member or one habit, for
 * tests/unit/test_registry.c to build and to see how the registry takes it. Without any it is a sound library.
 *
 * OLDER ends the unit before `extension` and leaves something else in its place; NEWER appends members to every struct.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baud/plugin.h"

#ifndef ID
#define ID "test.registry.good"
#endif
#ifndef ROLE
#define ROLE BAUD_REWARD
#endif
#ifndef BEHAVIOUR
#define BEHAVIOUR 3
#endif
#ifndef DOC
#define DOC "A paragraph."
#endif
#ifndef SCORE
#define SCORE score
#endif
#ifndef OPS
#define OPS &ops
#endif
#ifndef DEFAULT
#define DEFAULT 5
#endif
#ifndef CHOICE
#define CHOICE "b"
#endif
#ifndef PARAMS
#define PARAMS (const baud_param *)params
#endif
#ifndef N_PARAMS
#define N_PARAMS 3
#endif
#ifndef N_UNITS
#define N_UNITS 1
#endif
#ifndef LAYOUT
#define LAYOUT BAUD_LAYOUT
#endif
#ifndef NEEDS
#define NEEDS 0
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(baud_library)
#endif

/* What must never be taken for a member that is known. */
#define POISON 0x5a5a5a5a5a5a5a5au
#ifdef NEWER
#define APPENDED uint64_t appended[2];
#define REST , {POISON, POISON}
#else
#define APPENDED
#define REST
#endif
typedef struct { baud_reward_ops base; APPENDED } ops_type;
typedef struct { baud_param base; APPENDED } param_type;
typedef struct { baud_unit base; APPENDED } unit_type;

static int32_t create(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model) {
  (void)host, (void)values, (void)setup, (void)model;
  return BAUD_OK;
}
static void destroy(void *model) { (void)model; }
static int32_t score(const void *model, const baud_batch *batch) { return (void)model, (void)batch, BAUD_OK; }
static const ops_type ops = {{sizeof(ops_type), 0, create, destroy, NULL, SCORE} REST};

static const char *const choices[] = {"a", CHOICE};
static const param_type params[] = {
    {{sizeof(param_type), BAUD_INT, 0, 0, "size", "", "help", NULL, {DEFAULT}, {0}, {10}} REST},
    {{sizeof(param_type), BAUD_CHOICE, 0, 2, "way", "", "help", choices, {1}} REST},
    {{sizeof(param_type), BAUD_TEXT, 0, 0, "text", "", "help", NULL, {0, 0, "deep"}} REST},
};

#ifdef OLDER
#define UNIT_SIZE offsetof(baud_unit, extension)
#define EXTENSION (const void *(*)(const char *))POISON
#else
#define UNIT_SIZE sizeof(unit_type)
#define EXTENSION NULL
#endif
static const unit_type unit = {
    {UNIT_SIZE, ROLE, BEHAVIOUR, 1, ID, "odd", DOC, PARAMS, N_PARAMS, 0, OPS, EXTENSION} REST};

#ifdef CONSTRUCTOR
__attribute__((constructor)) static void begin(void) { CONSTRUCTOR; }
#endif

#ifndef NO_TABLE
const baud_library baud_plugin_1 = {TABLE_SIZE, BAUD_MINOR, NEEDS, LAYOUT, "test", "1", "MIT", &unit.base, N_UNITS, 0};
#endif
