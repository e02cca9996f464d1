/* checkpoint.h - a learner's blocks in a file: who wrote it (unit, behaviour, state version, parameters, layout),
 * then the blocks, zstd-compressed with a checksum. Written beside its place, synced, renamed: never half.
 */
#ifndef BAUD_CORE_CHECKPOINT_H
#define BAUD_CORE_CHECKPOINT_H

#include "loop/blocks.h"

int checkpoint_save(const blocks *b, const baud_unit *unit, const baud_value *values, const char *path, baud_error *error);
/* Refuses, changing nothing, a file of another learner, behaviour, layout or other parameters, or a damaged one. */
int checkpoint_load(blocks *b, const baud_unit *unit, const baud_value *values, const char *path, baud_error *error);

#endif
