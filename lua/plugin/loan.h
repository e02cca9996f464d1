/* loan.h - memory of the host's, lent to a function in Lua for the time of one call.
 *
 * Lanes, worlds, beliefs and blocks are flat bytes that the host saves, clones and compares. Lua sees them through
 * records: userdata that read and write named fields of declared types, check every index and every value, and hold
 * nothing themselves. They are made once, with the instance. Before each call a window says where the memory lies;
 * after it the window is shut, so that a record kept in some variable reads nothing that is not its own.
 *
 * All full userdata in a plugin's state are loans: a script has no others that it could hand to a function here.
 */
#ifndef BAUD_LUA_PLUGIN_LOAN_H
#define BAUD_LUA_PLUGIN_LOAN_H

#include <lauxlib.h>
#include <lua.h>

#include "baud/plugin.h"

/* Where a call's memory begins: null between calls, and where there is none. */
typedef struct loan_window {
  char *at;
  int is_writable;
} loan_window;

enum loan_kind { LOAN_KIND_RECORD = 0x10a0, LOAN_KIND_ARRAY, LOAN_KIND_CHANCE }; /* how each userdata begins */
enum loan_type { LOAN_FLAG, LOAN_U8, LOAN_I32, LOAN_U64, LOAN_F32, LOAN_F64, LOAN_CHANCE, LOAN_RECORD };
enum loan_shape { LOAN_SCALAR, LOAN_ARRAY };
enum loan_range {
  LOAN_ANY,
  LOAN_CATEGORIES,
  LOAN_BOUNDS
}; /* what may be written: any value; 0 .. most; a number in least .. most */

typedef struct loan_array loan_array;

typedef struct loan_field {
  const char *name; /* in a record: a copy of the state's own */
  const loan_window *window;
  uint64_t offset; /* from where the window begins */
  enum loan_type type;
  enum loan_shape shape;
  enum loan_range range;
  uint32_t count; /* elements of an array */
  double least, most;
} loan_field;

/* Makes the metatables; once in a state, before anything else here. All that follows may raise errors. */
void loan_install(lua_State *lua);

/* Pushes a record with room for n fields. `what` names it in errors: "lane". */
void loan_push_record(lua_State *lua, const char *what, uint32_t n);
/* Adds a field to the record at `index`. LOAN_RECORD: its record lies on top of the stack and is popped. While a window
 * is shut, what lies behind it reads as nil. */
loan_array *loan_add(lua_State *lua, int index, const loan_field *field); /* the array, where it is one */

/* Pushes a record of the fields that the table at `index` declares, { step = "i32", seen = { "flag", 8 } }, in the
 * order of their names, each aligned to its size. `*bytes` in: what lies before them; out: with them, a multiple of 8.
 */
enum loan_chance { LOAN_WITHOUT_CHANCE, LOAN_WITH_CHANCE }; /* with: a generator `random`, whose state lies at 0 */
void loan_push_layout(lua_State *lua, int index, const char *what, const loan_window *window, enum loan_chance chance,
                      uint64_t *bytes);

/* An observation field or an action, as the host describes it, and a record of several; the bytes that one lane's
 * takes. */
loan_field loan_of_host(const baud_field *field, const char *name, const loan_window *window);
void loan_push_fields(lua_State *lua, const char *what, const baud_field *fields, uint32_t n,
                      const loan_window *windows);
size_t loan_host_bytes(const baud_field *field);
/* A record of facts, each behind a window of its own. */
void loan_push_facts(lua_State *lua, const baud_fact *facts, uint32_t n, const loan_window *windows);
/* A field of type "f64" .. by its name; raises an error that begins with `what` where there is none such. */
enum loan_type loan_type_named(lua_State *lua, const char *name, const char *what);
size_t loan_size(enum loan_type type);

/* Pushes an array that is part of no record, its name the caller's for good. */
loan_array *loan_push_array(lua_State *lua, const loan_field *field);
/* How many elements there are from now on. */
void loan_set_count(loan_array *array, uint32_t count);
/* Pushes what a scalar field holds now. */
void loan_push_value(lua_State *lua, const loan_field *field);
/* Writes the value at `index` to a scalar field, or its elements to an array's; raises what is wrong with it. */
void loan_write(lua_State *lua, const loan_field *field, const char *what, int index);

#endif
