/* stage.c - see stage.h. Creation in the order in which one part needs the next: environment, world, reward
 * scheme, buffers, learner, ledger, quiz. Whatever fails is named with the plugin and the call.
 */
#include "loop/stage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compose/compose.h"
#include "ledger/view.h"
#include "trial.h"

enum { MAX_FIELDS = 64, MAX_REWARD_VALUES = 64 };

/* ---- Naming who is at fault --------------------------------------------------------------------------- */

static _Atomic uint32_t own_site;
static _Atomic uint32_t *marked_site = &own_site; /* of stages opened from here on */
static const stage *latest;                       /* the one that is open */

const stage *stage_blamed(void) { return latest; }

const stage *stage_now(const stage *another) {
  const stage *before = latest;
  latest = another;
  return before;
}

void trial_mark_site(_Atomic uint32_t *site) { marked_site = site ? site : &own_site; }

const char *trial_now_in(void) {
  uint32_t site = latest ? site_get(latest->site) : SITES;
  return site < SITES ? latest->place[site] : "baud";
}

static void name_places(stage *s) {
  const char *ids[SITE_ROLES] = {[BAUD_ENV] = s->config.env.plugin->unit->id,
                                 [BAUD_REWARD] = s->config.reward.plugin->unit->id,
                                 [BAUD_LEARNER] = s->config.learner.plugin->unit->id};
  for (uint32_t site = 0; site < SITES; site++) site_describe(site, ids, s->place[site], sizeof s->place[0]);
  latest = s;
}

static service *service_at(stage *s, enum site site) {
  uint32_t role = site_role(site);
  return role == BAUD_REWARD ? &s->reward_host : role == BAUD_LEARNER ? &s->learner_host : &s->env_host;
}

int stage_blame(const stage *s, enum site site, int32_t code, baud_error *error) {
  const service *who = service_at((stage *)(uintptr_t)s, site);
  if (who->sentence[0]) return error_set(error, BAUD_EPLUGIN, "%s: %s", s->place[site], who->sentence);
  return error_set(error, BAUD_EPLUGIN, "%s: failed with code %d and gave no reason", s->place[site], code);
}

int stage_blame_too(const stage *s, enum site site, baud_error *error) {
  const service *who = service_at((stage *)(uintptr_t)s, site);
  if (!error || !who->sentence[0]) return error_at(error, "%s", s->place[site]);
  baud_error host = *error;
  return error_set(error, host.code, "%s: %s: %s", s->place[site], host.text, who->sentence);
}

/* ---- The host's face to plugins ----------------------------------------------------------------------- */

static void host_log(const baud_host *host, uint32_t level, const char *text) {
  (void)host;
  if (level >= 2 && text) fprintf(stderr, "plugin: %.500s\n", text);
}

static int32_t host_fail(const baud_host *host, int32_t code, const char *why) {
  service *me = host->ctx;
  snprintf(me->sentence, sizeof me->sentence, "%s", why ? why : "");
  return code;
}

static const void *host_extension(const baud_host *host, const char *id) {
  service *me = host->ctx;
  if (strcmp(id, "baud.compose/1") == 0) return &me->stage->compose;
  if (me == &me->stage->learner_host && strcmp(id, "baud.ideal/1") == 0 && me->stage->ideal.service.observer) return &me->stage->ideal.service;
  return NULL;
}

static void open_service(stage *s, service *to) {
  *to = (service){
      .host =
          {.size = BAUD_SIZE(baud_host), .minor = BAUD_MINOR, .ctx = to, .log = host_log, .fail = host_fail, .extension = host_extension},
      .stage = s};
}

/* ---- Memory ------------------------------------------------------------------------------------------- */

static void *slab(stage *s, size_t bytes) {
  void *p = s->n_slabs < 4u * MAX_FIELDS + 64 ? aligned_alloc(64, (bytes + 127u) & ~(size_t)63u) : NULL;
  if (!p) return NULL;
  memset(p, 0, (bytes + 127u) & ~(size_t)63u);
  return s->slab[s->n_slabs++] = p;
}

size_t stage_field_bytes(const baud_field *f) { return (f->dtype == BAUD_U8 ? 1u : 4u) * (size_t)f->count; }

static int allocate(stage *s, baud_error *error) {
  size_t n = s->lanes;
  s->env_stride = (s->spec.lane_bytes + 7u) & ~(uint64_t)7u;
  s->reward_stride = (s->reward_setup.lane_bytes + 7u) & ~(uint64_t)7u;
  s->action_bytes = stage_field_bytes(s->spec.action);
  s->env_lanes = slab(s, n * s->env_stride);
  s->reward_lanes = slab(s, n * s->reward_stride);
  s->action = slab(s, n * s->action_bytes);
  s->sealed_action = slab(s, n * s->action_bytes);
  s->shown_action = slab(s, n * s->action_bytes);
  s->obs = slab(s, (s->spec.n_obs + 1u) * sizeof(void *));
  s->next_obs = slab(s, (s->spec.n_obs + 1u) * sizeof(void *));
  s->facts = slab(s, (s->spec.n_facts + 1u) * sizeof(float *));
  s->rewards = slab(s, n * sizeof(float));
  s->flags = slab(s, n);
  s->starts = slab(s, n);
  s->shown = slab(s, n);
  s->optimal = slab(s, n * (s->spec.action->categories + 1u));
  s->pick = slab(s, n * sizeof *s->pick);
  s->pick_seed = slab(s, n * sizeof *s->pick_seed);
  s->expert_random = slab(s, n * sizeof *s->expert_random);
  int missing = !s->env_lanes || !s->reward_lanes || !s->action || !s->sealed_action || !s->shown_action || !s->obs || !s->next_obs ||
                !s->facts || !s->rewards || !s->flags || !s->starts || !s->shown || !s->optimal || !s->pick || !s->pick_seed || !s->expert_random;
  for (uint32_t f = 0; f < s->spec.n_obs && !missing; f++) {
    s->obs[f] = slab(s, n * stage_field_bytes(&s->spec.obs[f]));
    s->next_obs[f] = slab(s, n * stage_field_bytes(&s->spec.obs[f]));
    missing = !s->obs[f] || !s->next_obs[f];
  }
  for (uint32_t f = 0; f < s->spec.n_facts && !missing; f++) missing = !(s->facts[f] = slab(s, n * sizeof(float)));
  return missing ? error_set(error, BAUD_ENOMEM, "out of memory for %u lanes", s->lanes) : 0;
}

/* ---- Seeds and batches -------------------------------------------------------------------------------- */

uint64_t stage_seed(const stage *s, enum purpose purpose, uint32_t lane, uint64_t episode) {
  return baud_split(baud_split(baud_split(s->seed, (uint64_t)purpose), lane), episode);
}

baud_batch stage_batch(stage *s) {
  return (baud_batch){.size = BAUD_SIZE(baud_batch), .lanes = s->lanes, .pick = s->pick, .seed = s->pick_seed, .lane = s->env_lanes,
                      .lane_stride = s->env_stride, .world = s->world, .world_stride = 0, .action = s->sealed_action,
                      .obs_before = (const void *const *)s->obs, .obs = s->next_obs, .facts = s->facts, .reward = s->rewards, .flags = s->flags};
}

/* ---- Creation ----------------------------------------------------------------------------------------- */

static const void *env_extension(const stage *s, const char *id) { return compose_extension(s->config.env.plugin->unit, s->env_model, id); }
static const void *learner_extension(const stage *s, const char *id) {
  return compose_extension(s->config.learner.plugin->unit, s->learner_model, id);
}

static int check_fields(const baud_field *field, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    int is_known = field[i].dtype == BAUD_U8 || field[i].dtype == BAUD_I32 || field[i].dtype == BAUD_F32;
    if (!is_known || field[i].count == 0 || !field[i].name || (field[i].dtype == BAUD_F32 && field[i].categories)) return -1;
  }
  return 0;
}

/* The world comes zeroed. */
static int draw_world(stage *s, baud_error *error) {
  stage_enter(s, SITE_ENV_DRAW);
  int32_t code = s->env->draw(s->env_model, stage_seed(s, PURPOSE_WORLD, 0, s->config.world), s->world);
  return code == BAUD_OK ? 0 : stage_blame(s, SITE_ENV_DRAW, code, error);
}

static int open_env(stage *s, baud_error *error) {
  s->env = s->config.env.plugin->unit->ops;
  s->spec = (baud_env_spec){.size = BAUD_SIZE(baud_env_spec)};
  s->reward_fact = s->outcome_fact = UINT32_MAX;
  stage_enter(s, SITE_ENV);
  int32_t code = s->env->create(&s->env_host.host, s->config.env.values, &s->spec, &s->env_model);
  if (code != BAUD_OK) return stage_blame(s, SITE_ENV, code, error);
  if (!s->spec.action || check_fields(s->spec.action, 1) != 0 || check_fields(s->spec.obs, s->spec.n_obs) != 0 ||
      s->spec.n_obs > MAX_FIELDS || s->spec.n_facts > MAX_FIELDS || s->spec.n_facts == 0)
    return error_set(error, BAUD_EPLUGIN, "%s: its spec has no action, no facts or a malformed field", s->place[SITE_ENV]);
  for (uint32_t f = s->spec.n_facts; f-- > 0;) {
    if (s->spec.facts[f].roles & BAUD_FACT_REWARD) s->reward_fact = f;
    if (s->spec.facts[f].roles & BAUD_FACT_OUTCOME) s->outcome_fact = f;
  }
  s->limit = s->config.limit ? s->config.limit : s->spec.limit ? s->spec.limit : s->spec.max_steps;
  if (s->spec.world_bytes == 0) return 0;
  if (!s->env->draw) return error_set(error, BAUD_EPLUGIN, "%s: it has a world and cannot draw one", s->place[SITE_ENV]);
  s->world = slab(s, s->spec.world_bytes);
  return s->world ? draw_world(s, error) : error_set(error, BAUD_ENOMEM, "out of memory for the world");
}

/* Demonstrations are the experiment's setting, or a composition's around the environment. */
static int open_expert(stage *s, baud_error *error) {
  const compose_demonstrator *around = env_extension(s, "baud.demonstrator/1");
  if (around && s->config.has_demonstrator)
    return error_set(error, BAUD_EARG, "environment %s brings its demonstrator: leave the setting \"demonstrator\" out",
                     s->config.env.plugin->unit->id);
  if (around) {
    s->config.has_demonstrator = 1;
    s->config.competence = around->competence;
  }
  if (!s->config.has_demonstrator) return 0;
  s->expert = env_extension(s, "baud.demonstrate/1");
  if (!s->expert || s->spec.action->categories == 0 || s->spec.action->count != 1)
    return error_set(error, BAUD_EUNSUP, "environment %s has no expert to demonstrate: leave the demonstrator out", s->config.env.plugin->unit->id);
  return 0;
}

static int open_reward(stage *s, baud_error *error) {
  s->reward = s->config.reward.plugin->unit->ops;
  s->reward_setup = (baud_reward_setup){.size = BAUD_SIZE(baud_reward_setup), .lanes = s->lanes, .limit = s->limit, .env = &s->spec,
                                        .view = {.size = BAUD_SIZE(baud_view), .scale = 1.0}};
  stage_enter(s, SITE_REWARD);
  int32_t code = s->reward->create(&s->reward_host.host, s->config.reward.values, &s->reward_setup, &s->reward_model);
  if (code != BAUD_OK) return stage_blame(s, SITE_REWARD, code, error);
  if (view_check(&s->reward_setup.view, &s->spec, error) != 0) return error_at(error, "%s", s->place[SITE_REWARD]);
  return 0;
}

static uint32_t emitted_channels(const stage *s) {
  return (s->spec.n_obs ? BAUD_MASK(BAUD_CH_OBSERVATION) : 0) | BAUD_MASK(BAUD_CH_REWARD) | (s->expert ? BAUD_MASK(BAUD_CH_DEMONSTRATION) : 0);
}

/* The rewards that can be delivered, where the environment's observer knows the fact's alphabet and they are few. */
static uint32_t deliverable(const stage *s, const baud_observer *observer, double out[MAX_REWARD_VALUES]) {
  if (!observer || s->reward_setup.view.kind != BAUD_VIEW_FACT) return 0;
  double *values = malloc(VIEW_VALUES * sizeof *values);
  int32_t n = values ? observer->alphabet(s->env_model, s->reward_setup.view.fact, values, VIEW_VALUES) : 0;
  uint32_t found = n > 0 ? view_deliverable(&s->reward_setup.view, values, (uint32_t)n, out, MAX_REWARD_VALUES) : 0;
  free(values);
  return found;
}

/* The blocks come zeroed. */
static int init_learner(stage *s, baud_error *error) {
  stage_enter(s, SITE_LEARNER_INIT);
  int32_t code = s->learner->init(s->learner_model, s->live.at, stage_seed(s, PURPOSE_LEARNER, 0, 0));
  if (code != BAUD_OK) return stage_blame(s, SITE_LEARNER_INIT, code, error);
  blocks_copy(&s->initial, &s->live);
  return 0;
}

static int create_learner(stage *s, baud_error *error) {
  s->learner_setup = (baud_learner_setup){.size = BAUD_SIZE(baud_learner_setup), .lanes = s->lanes, .limit = s->limit,
                                          .channels = s->config.channels & emitted_channels(s), .n_obs = s->spec.n_obs, .obs = s->spec.obs,
                                          .action = s->spec.action, .n_questions = s->answers.n, .questions = s->answers.question};
  stage_enter(s, SITE_LEARNER);
  int32_t code = s->learner->create(&s->learner_host.host, s->config.learner.values, &s->learner_setup, &s->learner_model);
  if (code != BAUD_OK) return stage_blame(s, SITE_LEARNER, code, error);
  if (s->learner_setup.subscribed & ~s->learner_setup.channels)
    return error_set(error, BAUD_EPLUGIN, "%s: it subscribes to a channel that the experiment does not let through", s->place[SITE_LEARNER]);
  if (answers_agree(&s->answers, error) != 0 || blocks_open(&s->live, s->learner_setup.blocks, s->learner_setup.n_blocks, s->lanes, error) != 0)
    return error_at(error, "%s", s->place[SITE_LEARNER]);
  if (blocks_shadow(&s->shadow, &s->live, error) != 0 || blocks_clone(&s->initial, &s->live, error) != 0) return error->code;
  return init_learner(s, error);
}

static int open_learner(stage *s, const baud_observer *observer, baud_error *error) {
  double values[MAX_REWARD_VALUES];
  s->learner = s->config.learner.plugin->unit->ops;
  crossing_border border = {.observer = observer, .model = s->env_model, .env = &s->spec, .lanes = s->lanes, .limit = s->limit,
                            .channels = s->config.channels & emitted_channels(s), .view = s->reward_setup.view};
  int code = ideal_open(&s->ideal, &border, s->config.competence, s->site, error);
  if (!code) code = answers_open(&s->answers, s->spec.obs, s->spec.n_obs, s->spec.action, values, deliverable(s, observer, values), s->lanes, error);
  if (!code) code = create_learner(s, error);
  if (!code) s->remember = learner_extension(s, "baud.remember/1");
  return code;
}

static int open_accounts(stage *s, const baud_observer *observer, baud_error *error) {
  ledger_setup setup = {.observer = s->config.has_observers ? observer : NULL, .model = s->env_model, .world = s->world, .env = &s->spec,
                        .lanes = s->lanes, .limit = s->limit, .emitted = emitted_channels(s), .subscribed = s->learner_setup.subscribed,
                        .view = s->reward_setup.view};
  stage_enter(s, SITE_OBSERVER);
  if (ledger_open(&s->ledger, &setup, error) != 0) return stage_blame_too(s, SITE_OBSERVER, error);
  if (s->config.quiz_rate == RATE_NEVER || s->spec.world_bytes == 0) return 0;
  stage_enter(s, SITE_QUIZ);
  s->questions = env_extension(s, "baud.quiz/1");
  if (quiz_open(&s->quiz, s->questions, s->env_model, s->world, &s->spec, &s->answers, error) != 0)
    return stage_blame_too(s, SITE_QUIZ, error);
  return 0;
}

int stage_open(stage *s, const registry *plugins, const char *config_json, uint64_t seed, baud_error *error) {
  memset(s, 0, sizeof *s);
  s->seed = seed;
  s->site = latest ? &s->own_site : marked_site; /* of one within another nobody outside takes notice */
  s->compose = (compose_host){.size = BAUD_SIZE(compose_host), .plugins = plugins};
  stage_enter(s, SITE_HOST);
  s->slab = calloc(4u * MAX_FIELDS + 64, sizeof *s->slab);
  if (!s->slab) return error_set(error, BAUD_ENOMEM, "out of memory");
  int code = config_read(&s->config, plugins, config_json, error);
  if (code) return code;
  s->lanes = s->config.lanes;
  name_places(s);
  open_service(s, &s->env_host);
  open_service(s, &s->reward_host);
  open_service(s, &s->learner_host);
  code = open_env(s, error);
  const baud_observer *observer = code ? NULL : env_extension(s, "baud.observer/1");
  if (s->spec.world_bytes == 0) observer = NULL; /* nothing is unknown, so there are no bits to count */
  if (!code) code = open_expert(s, error);
  if (!code) code = open_reward(s, error);
  if (!code) code = allocate(s, error);
  if (!code) code = open_learner(s, observer, error);
  if (!code) code = open_accounts(s, observer, error);
  stage_enter(s, SITE_HOST);
  return code;
}

int stage_begin(stage *s, uint64_t seed, baud_error *error) {
  s->seed = seed;
  memset(s->env_lanes, 0, s->lanes * s->env_stride);
  memset(s->reward_lanes, 0, s->lanes * s->reward_stride);
  if (s->world) memset(s->world, 0, s->spec.world_bytes);
  int code = s->world ? draw_world(s, error) : 0;
  blocks_clear(&s->live);
  if (!code) code = init_learner(s, error);
  stage_enter(s, SITE_OBSERVER);
  if (!code && ledger_begin(s->ledger, error) != 0) code = stage_blame_too(s, SITE_OBSERVER, error);
  stage_enter(s, SITE_HOST);
  return code;
}

int stage_renew_quiz(stage *s, baud_error *error) {
  stage_enter(s, SITE_QUIZ);
  int code = quiz_renew(s->quiz, s->questions, s->env_model, s->world, &s->answers, error);
  return code ? stage_blame_too(s, SITE_QUIZ, error) : 0;
}

void stage_pass(stage *s, parcel *p) {
  parcel_pass(p, &s->seed, sizeof s->seed);
  parcel_pass(p, s->world, s->spec.world_bytes);
  parcel_pass(p, s->env_lanes, s->lanes * s->env_stride);
  parcel_pass(p, s->reward_lanes, s->lanes * s->reward_stride);
  for (uint32_t f = 0; f < s->spec.n_obs; f++) parcel_pass(p, s->obs[f], s->lanes * stage_field_bytes(&s->spec.obs[f]));
  parcel_pass(p, s->starts, s->lanes);
  parcel_pass(p, s->pick, s->lanes * sizeof *s->pick);
  parcel_pass(p, s->expert_random, s->lanes * sizeof *s->expert_random);
  blocks_pass(&s->live, p);
  blocks_pass(&s->initial, p);
  ledger_pass(s->ledger, p);
}

void stage_close(stage *s) {
  ledger_close(s->ledger);
  quiz_close(s->quiz);
  ideal_close(&s->ideal);
  answers_close(&s->answers);
  stage_enter(s, SITE_LEARNER_DESTROY);
  if (s->learner_model && s->learner->destroy) s->learner->destroy(s->learner_model);
  stage_enter(s, SITE_REWARD_DESTROY);
  if (s->reward_model && s->reward->destroy) s->reward->destroy(s->reward_model);
  stage_enter(s, SITE_ENV_DESTROY);
  if (s->env_model && s->env->destroy) s->env->destroy(s->env_model);
  stage_enter(s, SITE_HOST);
  if (latest == s) latest = NULL;
  blocks_close(&s->live);
  blocks_close(&s->shadow);
  blocks_close(&s->initial);
  for (uint32_t i = 0; i < s->n_slabs; i++) free(s->slab[i]);
  free(s->slab);
  config_clear(&s->config);
}
