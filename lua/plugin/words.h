/* words.h - the vocabulary of plugin.lua put into a sandbox, and a plugin's file run with it.
 */
#ifndef BAUD_LUA_PLUGIN_WORDS_H
#define BAUD_LUA_PLUGIN_WORDS_H

#include <lua.h>
#include <stddef.h>

/* Opens a sandbox's state for a plugin: require "baud.plugin" works, loans can be made. May raise errors, as all here.
 */
void words_install(lua_State *lua);

/* Runs the file's text and pushes the list of units that it declares, checked: { { role =, id =, given = .. }, .. }. */
void words_run(lua_State *lua, const char *path, const char *text, size_t size);

/* Replaces the value on top of the stack by what plugin.lua's core function of this name makes of it. */
void words_apply(lua_State *lua, const char *name);

#endif
