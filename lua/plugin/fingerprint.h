/* fingerprint.h - whether an instance keeps something that is not the host's: see fingerprint.c.
 */
#ifndef BAUD_LUA_PLUGIN_FINGERPRINT_H
#define BAUD_LUA_PLUGIN_FINGERPRINT_H

#include "lua/plugin/script.h"

/* registry_loader's fingerprint: of an instance, made by a create in Lua. 0, or a negative code. */
int fingerprint_of(const void *model, uint64_t *out);

#endif
