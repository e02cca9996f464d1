/* unit.h - a file in Lua becomes a library: its units declared, with what stands in the place of their functions.
 *
 * The file is run once to be declared, and once more for each instance, in a state of its own (script.h), from the text
 * that was read then: a file that changes on the disk changes nothing that runs.
 */
#ifndef BAUD_LUA_PLUGIN_UNIT_H
#define BAUD_LUA_PLUGIN_UNIT_H

#include "lua/sandbox.h"

typedef struct unit_file {
  baud_library library; /* first: the host's handle */
  char *path, *text;
  size_t text_size;
  struct lua_unit *units; /* [library.n_units] */
  sandbox box;            /* in which it was declared: holds all texts, runs nothing any more */
} unit_file;

/* Extensions that a unit has, by what it declares. */
enum { UNIT_QUIZ = 1, UNIT_REMEMBER = 2, UNIT_DEMONSTRATE = 4, UNIT_PICTURE = 8, UNIT_OBSERVER = 16 };

typedef struct lua_unit {
  const unit_file *file;
  uint32_t index;      /* in its file, from 0 */
  uint32_t extensions; /* UNIT_* ored */
  baud_unit *declared;
  baud_observer observer; /* UNIT_OBSERVER: its flags and optional functions are the unit's own */
  baud_quiz quiz;         /* UNIT_QUIZ: so is the length of its prefixes */
} lua_unit;

/* registry_loader's load and unload. */
int unit_file_load(const char *path, const baud_library **out, baud_error *error);
void unit_file_unload(const baud_library *library);

#endif
