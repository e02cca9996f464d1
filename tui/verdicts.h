/* verdicts.h - what the claims come to with the results so far, while the run goes on.
 *
 * The store holds verdicts once the run is over. Before, a helper (baud judge) works them out in the background: while
 * somebody looks at them, when there is something new, and never for more than a twentieth of the time.
 */
#ifndef BAUD_TUI_VERDICTS_H
#define BAUD_TUI_VERDICTS_H

#include "helper.h"
#include "model.h"

typedef struct verdicts {
  helper helper;
  uint64_t of_version; /* of the store, when it was asked last */
  double asked_at, rests_until;
  int n;
  store_claim *claim; /* [n] text is not filled in; null: none yet */
} verdicts;

struct dashboard;

/* Starts the helper when it is time; takes its answers. 1 when there are new ones. */
int verdicts_poll(struct dashboard *d);
/* The index-th claim as it is to be shown: the store's, or with what it comes to so far. 1: so far. */
int verdicts_of(const struct dashboard *d, int index, store_claim *out);
void verdicts_close(verdicts *v);

#endif
