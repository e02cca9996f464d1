/* roles.h - the operations of units in Lua, by role: what thunk.c completes with a create that knows its unit.
 */
#ifndef BAUD_LUA_PLUGIN_ROLES_H
#define BAUD_LUA_PLUGIN_ROLES_H

#include "lua/plugin/unit.h"

extern const baud_env_ops env_script_ops; /* without create, as the others */
extern const baud_quiz env_script_quiz;
extern const baud_demonstrate env_script_demonstrate;
extern const baud_draw env_script_draw;
int32_t env_script_create(const lua_unit *unit, const baud_host *host, const baud_value *values, baud_env_spec *spec,
                          void **model);

extern const baud_learner_ops learner_script_ops;
extern const baud_remember learner_script_remember;
int32_t learner_script_create(const lua_unit *unit, const baud_host *host, const baud_value *values,
                              baud_learner_setup *setup, void **model);

extern const baud_reward_ops reward_script_ops;
int32_t reward_script_create(const lua_unit *unit, const baud_host *host, const baud_value *values,
                             baud_reward_setup *setup, void **model);

#endif
