/* keep.h - texts and bytes that live exactly as long as a Lua state, whatever its script does: what the host is shown
 * of an instance (names, fields, blocks) lies here.
 */
#ifndef BAUD_LUA_PLUGIN_KEEP_H
#define BAUD_LUA_PLUGIN_KEEP_H

#include <lua.h>
#include <stddef.h>

void keep_install(lua_State *lua); /* once in a state, before the others; all may raise errors for want of memory */
const char *keep_text(lua_State *lua, const char *text); /* short ones: the one copy that Lua has of it */
void *keep_bytes(lua_State *lua, size_t size);           /* zeroed, aligned for numbers and pointers */

#endif
