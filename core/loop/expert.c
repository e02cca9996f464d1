/* expert.c - see expert.h.
 */
#include "loop/expert.h"

static uint32_t choose(const uint8_t *optimal, uint32_t n, uint32_t right, double competence, uint64_t *random) {
  int is_right = right == n || baud_bernoulli(random, competence);
  uint32_t among = baud_below(random, is_right ? right : n - right), chosen = 0;
  while (optimal[chosen] != is_right || among-- > 0) chosen++;
  return chosen;
}

int expert_show(const stage *s, const baud_batch *batch, const expert_board *to, baud_error *error) {
  uint32_t n = s->spec.action->categories;
  stage_enter(s, SITE_DEMONSTRATE);
  int32_t code = s->expert->optimal(s->env_model, batch, to->optimal);
  if (code != BAUD_OK) return stage_blame(s, SITE_DEMONSTRATE, code, error);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    const uint8_t *optimal = to->optimal + (size_t)k * n;
    uint32_t right = 0;
    for (uint32_t a = 0; a < n; a++) right += optimal[a];
    to->shown[k] = right > 0;
    if (!to->shown[k]) continue;
    uint32_t chosen = choose(optimal, n, right, s->config.competence, &to->random[k]);
    if (s->spec.action->dtype == BAUD_U8) ((uint8_t *)to->action)[k] = (uint8_t)chosen;
    else ((int32_t *)to->action)[k] = (int32_t)chosen;
  }
  return 0;
}
