/* maker.c - see maker.h.
 */
#include "check/maker.h"

#include <string.h>
#include <xxhash.h>

#include "check/companions.h"
#include "check/variants.h"
#include "params.h"

int maker_partner(const check_run *run, uint32_t index, const plugin **env, baud_value *values) {
  static const struct {
    const char *id, *params;
  } table[] = {{"baud.lockbox", "{\"codes\":8,\"feedback\":\"distance\"}"},
               {"baud.lock", "{\"digits\":3,\"symbols\":2}"},
               {"baud.lockbox", "{\"codes\":4,\"thinking\":3}"},
               {"baud.maze", "{\"width\":4,\"height\":4,\"max_steps\":40}"},
               {"baud.random_mdp", "{\"states\":4,\"actions\":2}"},
               {"baud.bandit", "{\"arms\":3}"}};
  baud_error error;
  for (uint32_t i = 0; companion_at(run, i, env); i++) {
    if ((*env)->unit->n_params > PARAMS_MOST || index-- > 0) continue;
    return params_read((*env)->unit, NULL, values, &error) == 0;
  }
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (registry_find(run->plugins, BAUD_ENV, table[i].id, env, &error) != 0 || (*env)->unit->n_params > PARAMS_MOST)
      continue;
    if (index-- > 0) continue;
    cJSON *params = cJSON_Parse(table[i].params);
    if (params_read((*env)->unit, params, values, &error) != 0) params_read((*env)->unit, NULL, values, &error);
    cJSON_Delete(params); /* values without text: nothing points into it */
    return 1;
  }
  return 0;
}

/* ---- The learner's host ------------------------------------------------------------------------------- */

static const baud_ideal *offered; /* by the stage that is open; one at a time */
static const void *offer(const baud_host *host, const char *id) {
  (void)host;
  return offered && strcmp(id, "baud.ideal/1") == 0 ? offered : NULL;
}

static int open_stage(maker *m) {
  static casting cast;
  char json[CONFIG_TEXT + 200];
  baud_error error = {0};
  if (!casting_find(m->run, 0, &cast)) return CHECK_SKIPPED;
  casting_config(&cast, 2, REHEARSAL_TRAINS, "\"stop\":{\"episodes\":1}", json, sizeof json);
  return stage_open(&m->stage, m->run->plugins, json, m->run->seed, &error) == 0 ? CHECK_OK
                                                                                 : run_skip(m->run, "%s", error.text);
}

/* The first environment that the scheme accepts, or that is at hand at all: then its refusals are looked at. */
static int open_env(maker *m) {
  static baud_value values[PARAMS_MOST];
  static variant v;
  const plugin *env;
  variant_at(&v, m->run->unit->unit, 0, m->run->seed);
  for (uint32_t p = 0; maker_partner(m->run, p, &env, values); p++) {
    void *model;
    if (m->env.model) rig_close(&m->env);
    int code = rig_open(&m->env, m->run, env, values, 2, RIG_ONE_WORLD, m->run->seed);
    if (code == BAUD_EARG) continue;
    if (code != CHECK_OK) return run_skip(m->run, "%s, which it is tried with, cannot be made", env->unit->id);
    if (maker_make(m, v.values, &model, NULL) != BAUD_OK) continue;
    maker_unmake(m, model);
    return CHECK_OK;
  }
  return m->env.model ? CHECK_OK : run_skip(m->run, "no environment at hand to try it with");
}

int maker_open(maker *m, check_run *run) {
  memset(m, 0, sizeof *m);
  m->run = run;
  m->offers = 1;
  rig_host_open(&m->host);
  if (run->unit->unit->n_params > PARAMS_MOST) return run_skip(run, "it has more than %d parameters", PARAMS_MOST);
  if (run->unit->unit->role == BAUD_ENV) return CHECK_OK;
  return run->unit->unit->role == BAUD_LEARNER ? open_stage(m) : open_env(m);
}

void maker_close(maker *m) {
  if (m->run->unit->unit->role == BAUD_LEARNER) stage_close(&m->stage);
  if (m->env.model) rig_close(&m->env);
}

/* ---- Making ------------------------------------------------------------------------------------------- */

static uint64_t add(uint64_t digest, const void *data, size_t bytes) {
  return XXH3_64bits_withSeed(data, bytes, digest);
}
static uint64_t add_text(uint64_t digest, const char *text) {
  return text ? add(digest, text, strlen(text)) : digest + 1;
}

static uint64_t add_field(uint64_t digest, const baud_field *f) {
  digest = add(add_text(digest, f->name), &f->dtype, offsetof(baud_field, low) - offsetof(baud_field, dtype));
  return add(digest, &f->low, 2 * sizeof f->low);
}

static int32_t make_env(maker *m, const baud_value *values, void **model, uint64_t *digest) {
  const baud_env_ops *ops = m->run->unit->unit->ops;
  baud_env_spec spec = {.size = BAUD_SIZE(baud_env_spec)};
  int32_t code = ops->create(&m->host.host, values, &spec, model);
  if (code != BAUD_OK || !digest) return code;
  uint64_t d = add(0, &spec.n_obs, 3 * sizeof spec.n_obs);
  d = add(d, &spec.lane_bytes, 2 * sizeof spec.lane_bytes + sizeof spec.entropy_bits + sizeof spec.limit);
  for (uint32_t f = 0; f < spec.n_obs && spec.obs; f++) d = add_field(d, &spec.obs[f]);
  for (uint32_t f = 0; f < spec.n_facts && spec.facts; f++)
    d = add(add_text(d, spec.facts[f].name), &spec.facts[f].roles, sizeof spec.facts[f].roles);
  *digest = spec.action ? add_field(d, spec.action) : d;
  return code;
}

static int32_t make_learner(maker *m, const baud_value *values, void **model, uint64_t *digest) {
  const baud_learner_ops *ops = m->run->unit->unit->ops;
  baud_learner_setup setup = m->stage.learner_setup;
  baud_question questions[QUESTIONS_MOST];
  memcpy(questions, m->stage.answers.question, sizeof questions);
  for (uint32_t q = 0; q < m->stage.answers.n; q++) questions[q].form = 0;
  setup.questions = questions;
  setup.subscribed = setup.n_blocks = 0;
  setup.blocks = NULL;
  offered = m->offers && m->stage.ideal.service.observer ? &m->stage.ideal.service : NULL;
  m->host.host.extension = offer;
  int32_t code = ops->create(&m->host.host, values, &setup, model);
  if (code != BAUD_OK || !digest) return code;
  uint64_t d = add(0, &setup.subscribed, sizeof setup.subscribed);
  for (uint32_t q = 0; q < m->stage.answers.n; q++) d = add(d, &questions[q].form, sizeof questions[q].form);
  for (uint32_t i = 0; i < setup.n_blocks && setup.blocks; i++) {
    const baud_block *b =
        (const baud_block *)(const void *)((const char *)setup.blocks + (size_t)setup.blocks->size * i);
    d = add(add_text(d, b->name), &b->dtype, offsetof(baud_block, name) - offsetof(baud_block, dtype));
  }
  *digest = d;
  return code;
}

static int32_t make_reward(maker *m, const baud_value *values, void **model, uint64_t *digest) {
  const baud_reward_ops *ops = m->run->unit->unit->ops;
  baud_reward_setup setup = {.size = BAUD_SIZE(baud_reward_setup),
                             .lanes = 2,
                             .limit = RIG_LIMIT,
                             .env = &m->env.spec,
                             .view = {.size = BAUD_SIZE(baud_view), .scale = 1.0}};
  int32_t code = ops->create(&m->host.host, values, &setup, model);
  if (code == BAUD_OK && digest)
    *digest = add(add(0, &setup.lane_bytes, sizeof setup.lane_bytes), &setup.view, sizeof setup.view);
  return code;
}

int32_t maker_make(maker *m, const baud_value *values, void **model, uint64_t *digest) {
  static int32_t (*const make[])(maker *, const baud_value *, void **, uint64_t *) = {NULL, make_env, make_learner,
                                                                                      make_reward};
  *model = NULL;
  m->host.sentence[0] = 0;
  run_enter(m->run, "create");
  return make[m->run->unit->unit->role](m, values, model, digest);
}

void maker_unmake(maker *m, void *model) {
  const baud_unit *u = m->run->unit->unit;
  void (*const destroy[])(void *) = {NULL, u->role == BAUD_ENV ? ((const baud_env_ops *)u->ops)->destroy : NULL,
                                     u->role == BAUD_LEARNER ? ((const baud_learner_ops *)u->ops)->destroy : NULL,
                                     u->role == BAUD_REWARD ? ((const baud_reward_ops *)u->ops)->destroy : NULL};
  run_enter(m->run, "destroy");
  if (destroy[u->role]) destroy[u->role](model);
}
