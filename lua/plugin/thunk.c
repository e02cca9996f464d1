/* thunk.c - see thunk.h. THUNK(n) defines the functions that know slot n, for each octal number below 0400.
 */
#include "lua/plugin/thunk.h"

#include <string.h>

#include "lua/plugin/roles.h"

static const lua_unit *slots[THUNKS];

static const void *extension_of(const lua_unit *unit, const char *id) {
  static const struct {
    uint32_t which;
    const char *id;
    const void *table;
  } extensions[] = {{UNIT_DEMONSTRATE, "baud.demonstrate/1", &env_script_demonstrate},
                    {UNIT_PICTURE, "baud.draw/1", &env_script_draw},
                    {UNIT_REMEMBER, "baud.remember/1", &learner_script_remember}};
  if ((unit->extensions & UNIT_QUIZ) && strcmp(id, "baud.quiz/1") == 0) return &unit->quiz;
  if ((unit->extensions & UNIT_OBSERVER) && strcmp(id, "baud.observer/1") == 0) return &unit->observer;
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
    if ((unit->extensions & extensions[i].which) && strcmp(extensions[i].id, id) == 0) return extensions[i].table;
  return NULL;
}

#define THUNK(n)                                                                                                       \
  static int32_t env_##n(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {         \
    return env_script_create(slots[0##n], host, values, spec, model);                                                  \
  }                                                                                                                    \
  static int32_t learner_##n(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **m) {   \
    return learner_script_create(slots[0##n], host, values, setup, m);                                                 \
  }                                                                                                                    \
  static int32_t reward_##n(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **m) {     \
    return reward_script_create(slots[0##n], host, values, setup, m);                                                  \
  }                                                                                                                    \
  static const void *extension_##n(const char *id) { return extension_of(slots[0##n], id); }
#define EIGHT(n) THUNK(n##0) THUNK(n##1) THUNK(n##2) THUNK(n##3) THUNK(n##4) THUNK(n##5) THUNK(n##6) THUNK(n##7)
#define SIXTY_FOUR(n) EIGHT(n##0) EIGHT(n##1) EIGHT(n##2) EIGHT(n##3) EIGHT(n##4) EIGHT(n##5) EIGHT(n##6) EIGHT(n##7)
#define ALL SIXTY_FOUR(0) SIXTY_FOUR(1) SIXTY_FOUR(2) SIXTY_FOUR(3)
ALL

    typedef struct thunk {
  int32_t (*env)(const baud_host *, const baud_value *, baud_env_spec *, void **);
  int32_t (*learner)(const baud_host *, const baud_value *, baud_learner_setup *, void **);
  int32_t (*reward)(const baud_host *, const baud_value *, baud_reward_setup *, void **);
  const void *(*extension)(const char *id);
} thunk;
#undef THUNK
#define THUNK(n) {env_##n, learner_##n, reward_##n, extension_##n},
static const thunk thunks[THUNKS] = {ALL};

static union {
  baud_env_ops env;
  baud_learner_ops learner;
  baud_reward_ops reward;
} ops[THUNKS];

int thunk_take(const lua_unit *unit, baud_unit *to, baud_error *error) {
  uint32_t i = 0;
  while (i < THUNKS && slots[i]) i++;
  if (i == THUNKS)
    return error_set(error, BAUD_EBUSY,
                     "more than %d units in Lua are in use at once: move files out of the plugin folders", THUNKS);
  slots[i] = unit;
  if (to->role == BAUD_ENV) {
    ops[i].env = env_script_ops;
    ops[i].env.create = thunks[i].env;
  } else if (to->role == BAUD_LEARNER) {
    ops[i].learner = learner_script_ops;
    ops[i].learner.create = thunks[i].learner;
  } else {
    ops[i].reward = reward_script_ops;
    ops[i].reward.create = thunks[i].reward;
  }
  to->ops = &ops[i];
  to->extension = thunks[i].extension;
  return 0;
}

void thunk_give_back(const lua_unit *unit) {
  for (uint32_t i = 0; i < THUNKS; i++)
    if (slots[i] == unit) slots[i] = NULL;
}
