/* form.h - what a create in Lua returns, read into the structs of plugin.h.
 *
 * Each reader names what it read in its error, with the file and the line (sandbox.h): a form that is read is right, or
 * there is no instance. Texts and arrays are kept (keep.h).
 */
#ifndef BAUD_LUA_PLUGIN_FORM_H
#define BAUD_LUA_PLUGIN_FORM_H

#include <lauxlib.h>
#include <lua.h>
#include <math.h>

#include "baud/plugin.h"

/* Raises an error unless there is a table at `index` whose keys are among `keys`, which a null ends. */
void form_open(lua_State *lua, int index, const char *what, const char *const *keys);

int form_has(lua_State *lua, int index, const char *key);
/* What the table at `index` has under `key`, or `missing` where it has nothing; FORM_NEEDED: it must have something. */
#define FORM_NEEDED NAN
double form_number(lua_State *lua, int index, const char *what, const char *key, double low, double high,
                   double missing);
double form_whole(lua_State *lua, int index, const char *what, const char *key, double low, double high,
                  double missing);
/* `missing` null: it must be there. */
const char *form_text(lua_State *lua, int index, const char *what, const char *key, const char *missing);
/* Index of the name among names[0..n); -1 where nothing is there. */
int form_choice(lua_State *lua, int index, const char *what, const char *key, const char *const *names, int n);
/* One name or a list of them, as bits 1 << index; 0 where nothing is there. */
uint32_t form_choices(lua_State *lua, int index, const char *what, const char *key, const char *const *names, int n);

/* Pushes the list under `key`, a table, and gives its length; an empty one where nothing is there. */
uint32_t form_list(lua_State *lua, int index, const char *what, const char *key, uint32_t most);

/* { name =, categories = | low =, high =, count = | shape =, type =, doc =, unit = } */
baud_field form_field(lua_State *lua, int index, const char *what);
/* { name =, roles =, doc =, unit =, values = }; `values` is looked at by no one here. */
baud_fact form_fact(lua_State *lua, int index, const char *what);

/* The names of a fact's roles, bit by bit from BAUD_FACT_REWARD, and of the channels. */
enum { FORM_ROLES = 5 };
extern const char *const form_roles[FORM_ROLES];
extern const char *const form_channels[BAUD_CHANNELS];

/* Pushes tables that describe what a form describes: { name =, categories = .. }, { name =, roles = { outcome = true }
 * }, and lists of them. */
void form_push_field(lua_State *lua, const baud_field *field);
void form_push_fields(lua_State *lua, const baud_field *fields, uint32_t n);
void form_push_facts(lua_State *lua, const baud_fact *facts, uint32_t n);

#endif
