/* wrap.h - an environment around another one that leaves most of it as it is: what is not said otherwise goes to the
 * inner environment, extensions too. The wrap is the first member of the outer model, and a lane begins with the inner
 * environment's lane, so that batches are handed on as they come.
 */
#ifndef BAUD_CORE_COMPOSE_WRAP_H
#define BAUD_CORE_COMPOSE_WRAP_H

#include "compose/compose.h"
#include "compose/part.h"

typedef struct wrap {
  part env;
  const baud_host *host;
  const baud_env_ops *ops;
  void *model;
  baud_env_spec spec;     /* the inner environment's */
  /* its extensions, null where it has none; and the same with this model in place of its own */
  const baud_observer *observer;
  const baud_quiz *quiz;
  const baud_demonstrate *demonstrate;
  const baud_draw *draw;
  const compose_tools *tools;
  const compose_books *books;
  baud_observer own_observer;
  baud_quiz own_quiz;
  compose_tools own_tools;
} wrap;

/* Creates what `text` names; `spec` becomes the inner one's. BAUD_OK, or a code after host->fail. */
int32_t wrap_open(wrap *w, const baud_host *host, const char *text, baud_env_spec *spec);
void wrap_close(wrap *w);

/* Operations and extensions of an outer model that changes nothing. */
int32_t wrap_draw(const void *model, uint64_t seed, void *world);
int32_t wrap_reset(const void *model, const baud_batch *batch);
int32_t wrap_step(const void *model, const baud_batch *batch);
const void *wrap_extension(const void *model, const char *id);

#endif
