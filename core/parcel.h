/* parcel.h - state on its way into flat memory and out of it again.
 *
 * Whoever has state lists it once, in one order, with parcel_pass; weighing, packing and unpacking are then the same
 * walk, so that they cannot disagree. What is passed holds no pointers and no padding: equal states make equal bytes.
 */
#ifndef BAUD_CORE_PARCEL_H
#define BAUD_CORE_PARCEL_H

#include <stddef.h>
#include <string.h>

enum parcel_way { PARCEL_WEIGH, PARCEL_PACK, PARCEL_UNPACK };

typedef struct parcel {
  enum parcel_way way;
  char *at;     /* where the next piece lies; null while weighing */
  size_t bytes; /* passed so far */
} parcel;

static inline void parcel_pass(parcel *p, void *piece, size_t bytes) {
  if (bytes && p->way == PARCEL_PACK) memcpy(p->at + p->bytes, piece, bytes);
  if (bytes && p->way == PARCEL_UNPACK) memcpy(piece, p->at + p->bytes, bytes);
  p->bytes += bytes;
}

#endif
