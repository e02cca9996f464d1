/* ghost.c - see ghost.h.
 */
#include "stream/ghost.h"

int ghost_open(ghost *g, const stage *s, baud_error *error) {
  int code = blocks_clone(&g->blocks, &s->live, error);
  return code ? code : answers_clone(&g->answers, &s->answers, error);
}

void ghost_close(ghost *g) {
  blocks_close(&g->blocks);
  answers_close(&g->answers);
}

static int takes(const stage *s, uint32_t channel) { return (int)(s->learner_setup.subscribed >> channel & 1u); }

int ghost_predict(ghost *g, const scene *c, uint64_t asked, enum ghost_action action, baud_error *error) {
  const stage *s = c->stage;
  int is_shown = takes(s, BAUD_CH_DEMONSTRATION);
  baud_tick tick = {.size = BAUD_SIZE(baud_tick), .lanes = s->lanes, .mode = BAUD_PLAY, .action_given = action == GHOST_IS_GIVEN, .ask = asked,
                    .obs = takes(s, BAUD_CH_OBSERVATION) ? (const void *const *)c->obs : NULL, .starts = c->starts,
                    .demonstration = is_shown ? c->shown_action : NULL, .shown = is_shown ? c->shown : NULL, .action = c->action,
                    .answer = g->answers.written};
  stage_enter(s, SITE_PREDICT);
  int32_t code = s->learner->predict(s->learner_model, g->blocks.at, &tick);
  if (code != BAUD_OK) return stage_blame(s, SITE_PREDICT, code, error);
  answers_seal(&g->answers, asked);
  return answers_verify(&g->answers, asked, error) == 0 ? 0 : error_at(error, "%s", s->place[SITE_PREDICT]);
}

int ghost_remember(ghost *g, const scene *c, baud_error *error) {
  const stage *s = c->stage;
  int sees = takes(s, BAUD_CH_OBSERVATION), is_shown = takes(s, BAUD_CH_DEMONSTRATION);
  baud_outcome outcome = {.size = BAUD_SIZE(baud_outcome), .lanes = s->lanes, .obs = sees ? (const void *const *)c->obs : NULL,
                          .action = c->sealed_action, .reward = takes(s, BAUD_CH_REWARD) ? c->rewards : NULL, .flags = c->flags,
                          .next_obs = sees ? (const void *const *)c->next_obs : NULL, .demonstration = is_shown ? c->shown_action : NULL,
                          .shown = is_shown ? c->shown : NULL};
  if (!s->remember) return 0;
  stage_enter(s, SITE_LEARN);
  int32_t code = s->remember->remember(s->learner_model, g->blocks.at, &outcome);
  return code == BAUD_OK ? 0 : stage_blame(s, SITE_LEARN, code, error);
}
