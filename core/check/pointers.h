/* pointers.h - looks for addresses in memory that must hold none.
 */
#ifndef BAUD_CORE_CHECK_POINTERS_H
#define BAUD_CORE_CHECK_POINTERS_H

#include <stddef.h>

/* 1 when an aligned word of data[0..bytes) is an address that this process has mapped. A random 64-bit word is one
 * with probability below 2^-30; packed small numbers lie below every mapping. */
int pointers_in(const void *data, size_t bytes);

#endif
