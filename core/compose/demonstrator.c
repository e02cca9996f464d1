/* demonstrator.c - an environment with somebody who shows what to do: before each action what an expert who knows the
 * world would do here, right with a reliability, else one of the other actions. It is the demonstration channel; being
 * part of the environment, it may lie at any depth, where the setting of the same name is of a trial alone. The expert
 * is the environment's ("baud.demonstrate/1") and is run by the host, which draws what is wrong, so that its bits are
 * exact wherever the environment's observer can weigh a demonstration.
 */
#include <stdlib.h>
#include <string.h>

#include "compose/units.h"
#include "compose/wrap.h"

enum { DEMONSTRATOR_P_ENV, DEMONSTRATOR_P_RELIABILITY, DEMONSTRATOR_PARAMS };
static const baud_param demonstrator_params[DEMONSTRATOR_PARAMS] = {
    BAUD_PARAM_UNIT("env", "", BAUD_ENV, "the environment that is shown how to live in"),
    BAUD_PARAM_FLOAT("reliability", 1, 0, 1, "", "probability that what is shown is an optimal action"),
};

typedef struct demonstrator {
  wrap wrap;
  compose_demonstrator shows;
} demonstrator;

static void demonstrator_destroy(void *model) {
  demonstrator *m = model;
  wrap_close(&m->wrap);
  free(m);
}

static int32_t demonstrator_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  demonstrator *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "out of memory");
  m->shows = (compose_demonstrator){.size = BAUD_SIZE(compose_demonstrator), .competence = values[DEMONSTRATOR_P_RELIABILITY].f};
  int32_t code = wrap_open(&m->wrap, host, values[DEMONSTRATOR_P_ENV].s, spec);
  if (code == BAUD_OK && !m->wrap.demonstrate) code = host->fail(host, BAUD_EARG, "the environment has no expert who could show anything");
  if (code == BAUD_OK && wrap_extension(m, "baud.demonstrator/1")) code = host->fail(host, BAUD_EARG, "the environment has a demonstrator already");
  if (code == BAUD_OK) *model = m;
  else demonstrator_destroy(m);
  return code;
}

static const void *demonstrator_ability(const void *model, const char *id) {
  const demonstrator *m = model;
  return strcmp(id, "baud.demonstrator/1") == 0 ? &m->shows : wrap_extension(model, id);
}

static const void *demonstrator_extension(const char *id) {
  static const baud_instance instance = {BAUD_SIZE(baud_instance), 0, demonstrator_ability};
  return strcmp(id, "baud.instance/1") == 0 ? &instance : NULL;
}

static const baud_env_ops demonstrator_ops = {BAUD_SIZE(baud_env_ops), 0, demonstrator_create, demonstrator_destroy,
                                              wrap_draw, wrap_reset, wrap_step};

const baud_unit demonstrator_unit = {
    BAUD_SIZE(baud_unit), BAUD_ENV, 1, 1, "baud.demonstrator", "An environment with somebody who shows what to do",
    "Before each action the environment's own expert shows one: an optimal one with the given reliability, else any other. What is "
    "shown is the demonstration channel, and its bits are exact where the environment's observer can weigh them.",
    demonstrator_params, DEMONSTRATOR_PARAMS, 0, &demonstrator_ops, demonstrator_extension};
