/* site.c - see site.h.
 */
#include "loop/site.h"

#include <stdio.h>

#include "registry.h"

static const struct {
  uint32_t role; /* 0: the host */
  const char *call;
} sites[SITES] = {
    [SITE_HOST] = {0, ""},
    [SITE_ENV] = {BAUD_ENV, "create"},
    [SITE_ENV_DRAW] = {BAUD_ENV, "draw"},
    [SITE_ENV_RESET] = {BAUD_ENV, "reset"},
    [SITE_ENV_STEP] = {BAUD_ENV, "step"},
    [SITE_ENV_DESTROY] = {BAUD_ENV, "destroy"},
    [SITE_DEMONSTRATE] = {BAUD_ENV, "demonstrate"},
    [SITE_OBSERVER] = {BAUD_ENV, "observer"},
    [SITE_QUIZ] = {BAUD_ENV, "quiz"},
    [SITE_REWARD] = {BAUD_REWARD, "create"},
    [SITE_REWARD_RESET] = {BAUD_REWARD, "reset"},
    [SITE_REWARD_SCORE] = {BAUD_REWARD, "score"},
    [SITE_REWARD_DESTROY] = {BAUD_REWARD, "destroy"},
    [SITE_LEARNER] = {BAUD_LEARNER, "create"},
    [SITE_LEARNER_INIT] = {BAUD_LEARNER, "init"},
    [SITE_PREDICT] = {BAUD_LEARNER, "predict"},
    [SITE_LEARN] = {BAUD_LEARNER, "learn"},
    [SITE_LEARNER_DESTROY] = {BAUD_LEARNER, "destroy"},
};

uint32_t site_role(uint32_t site) { return site < SITES ? sites[site].role : 0; }

void site_describe(uint32_t site, const char *const ids[SITE_ROLES], char *text, size_t size) {
  uint32_t role = site_role(site);
  if (role) snprintf(text, size, "%s %s in %s", role_name(role), ids[role], sites[site].call);
  else snprintf(text, size, "the trial loop (environment %s, reward %s, learner %s)", ids[BAUD_ENV], ids[BAUD_REWARD], ids[BAUD_LEARNER]);
}
