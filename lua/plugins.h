/* plugins.h - plugins written in Lua: *.lua files in the plugin folders hold units as shared objects do.
 * docs/plugins.md is the guide; the contract is that of baud/plugin.h, and the host owns state and seeds all the same.
 */
#ifndef BAUD_LUA_PLUGINS_H
#define BAUD_LUA_PLUGINS_H

/* For every registry that this process opens from now on. */
void plugins_in_lua(void);

#endif
