/* The exact Bayesian: it knows the prior, the rules and the noise, and draws from what crosses to it all that there is
 * to be drawn. It is the ideal observer itself (host service baud.ideal/1), kept in a block of the learner's own, so
 * what it absorbs is what it receives: the line that every other learner is measured against.
 * It acts by the posterior of the optimal action, drawn from it (sample) or the likeliest (greedy), and answers for
 * successor, reward and end where the environment's observer does.
 * One who watches an expert learns from what it does. A model of all that happened, which cannot tell whose an action was,
 * learns from its own actions in the same way, and they tell it nothing (Ortega et al., Shaking the foundations: delusions in
 * sequence models for interaction and control, arXiv 2110.10819). With `own` above 0 this learner has that delusion: each
 * action of its own is shown to the observer as an expert's, right with that probability, before it answers for what comes
 * of it. At 0 its own actions are masked, as they should be.
 * The one thing to know: the observer's state is what it remembers of this world, hence a MEMORY block. So it may be
 * told in predict that an episode starts, and where it was wiped it begins again at the prior.
 */
#include <stdlib.h>
#include <string.h>

#include "baud/tabular.h"

enum { POSTERIOR_PARAM_ACT, POSTERIOR_PARAM_OWN, POSTERIOR_PARAMS };
enum { POSTERIOR_SAMPLE, POSTERIOR_GREEDY };
static const char *const posterior_acts[] = { "sample", "greedy" };
static const baud_param posterior_params[POSTERIOR_PARAMS] = {
  BAUD_PARAM_CHOICE("act", POSTERIOR_SAMPLE, posterior_acts, 2,
                    "draw the action from the posterior of the optimal one, or take the likeliest"),
  BAUD_PARAM_FLOAT("own", 0, 0, 0.999, "",
                   "take own actions for those of an expert who is right with this probability; 0: for no evidence")
};

enum {
  POSTERIOR_OBSERVER, /* the ideal observer's state */
  POSTERIOR_OPENED,   /* [1] whether it stands at the prior or beyond, and what the last tick was */
  POSTERIOR_RANDOM,   /* [lane] */
  POSTERIOR_CONTEXT,  /* [n_obs] pointers to one lane's elements */
  POSTERIOR_NOTHING,  /* zeros for fields that do not cross */
  POSTERIOR_BELIEF,   /* [widest answer] */
  POSTERIOR_POLICY,   /* [actions] */
  POSTERIOR_BLOCKS
};

enum { POSTERIOR_UNOPENED, POSTERIOR_PLAYING, POSTERIOR_TOLD }; /* unopened: at first and after a wipe; told: of a prefix */
enum { POSTERIOR_QUESTIONS = 64 };

typedef struct posterior_model {
  const baud_ideal *ideal;
  uint32_t lanes, n_obs, n_questions, sees_obs;
  int64_t act;
  double own;
  baud_field action;
  int knows_action;    /* the observer answers for the optimal action */
  uint64_t asks_action;
  baud_query query[POSTERIOR_QUESTIONS]; /* what each question puts to the observer; n_answers 0: declined */
  baud_block blocks[POSTERIOR_BLOCKS];
  baud_field obs[]; /* [n_obs] */
} posterior_model;

static uint64_t posterior_element(const baud_field *field) {
  return field->dtype == BAUD_U8 ? 1 : 4;
}

/* ---- Which questions the observer answers: found by asking it, at the prior ------------------------------- */

/* Whether what may be delivered is the fact as it is: the observer answers for facts, and knows no scheme. */
static int posterior_same_values(const baud_ideal *ideal, const baud_question *question) {
  double values[256];
  if (question->values == NULL || question->width_categorical > 256) return 0;
  int32_t n = ideal->observer->alphabet(ideal->model, 0, values, 256);
  if (n < 0 || (uint32_t)n != question->width_categorical) return 0;
  return memcmp(values, question->values, (size_t)n * sizeof *values) == 0;
}

static int posterior_answers(const baud_ideal *ideal, const void *state, const baud_query *query, double *belief) {
  return ideal->observer->answer != NULL && ideal->observer->answer(ideal->model, state, query, belief) == BAUD_OK;
}

static void posterior_accept(posterior_model *m, baud_learner_setup *setup, const void *state, const void *const *obs,
                             const void *action, double *belief) {
  baud_query policy = { BAUD_SIZE(baud_query), BAUD_ASK_ACTION, 0, m->action.categories, obs, action };
  m->knows_action = posterior_answers(m->ideal, state, &policy, belief);
  for (uint32_t i = 0; i < setup->n_questions; i++) setup->questions[i].form = 0;
  m->asks_action = baud_accept(setup, BAUD_ASK_ACTION, 0, m->action.categories);
  for (uint32_t i = 0; i < setup->n_questions && i < POSTERIOR_QUESTIONS; i++) {
    baud_question *question = &setup->questions[i];
    if (question->target == BAUD_ASK_ACTION || question->horizon > 1 || question->width_categorical == 0) continue;
    if (!(question->forms & 1u << BAUD_FORM_CATEGORICAL)) continue;
    if (question->target == BAUD_ASK_REWARD && !posterior_same_values(m->ideal, question)) continue;
    baud_query query = { BAUD_SIZE(baud_query), question->target, question->field, question->width_categorical, obs,
                         action };
    if (!posterior_answers(m->ideal, state, &query, belief)) continue;
    question->form = BAUD_FORM_CATEGORICAL;
    query.obs = NULL;
    query.action = NULL;
    m->query[i] = query;
  }
}

/* Asks all questions of an observer at the prior, in memory of its own that is gone afterwards. */
static int32_t posterior_probe(posterior_model *m, const baud_host *host, baud_learner_setup *setup, uint64_t widest,
                               uint64_t zeros) {
  void *state = calloc(1, m->ideal->state_bytes + 1);
  double *belief = calloc(widest, sizeof *belief);
  const void **obs = calloc(setup->n_obs + 1, sizeof *obs);
  void *nothing = calloc(1, zeros);
  int32_t code = BAUD_OK;
  if (state == NULL || belief == NULL || obs == NULL || nothing == NULL) {
    code = host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  } else {
    for (uint32_t i = 0; i < setup->n_obs; i++) obs[i] = nothing;
    code = m->ideal->observer->open(m->ideal->model, state, m->lanes);
    if (code == BAUD_OK) posterior_accept(m, setup, state, obs, nothing, belief);
  }
  free(nothing);
  free(obs);
  free(belief);
  free(state);
  return code;
}

/* ---- The learner --------------------------------------------------------------------------------------- */

static int32_t posterior_find(posterior_model *m, const baud_host *host, baud_learner_setup *setup) {
  if (setup->action->categories == 0 || setup->action->count != 1)
    return host->fail(host, BAUD_EARG, "needs one discrete action, but the environment's is continuous or has several "
                                       "parts: choose a learner for such actions");
  setup->subscribed = setup->channels; /* before the service is asked for: it is the observer of what is subscribed */
  m->ideal = host->extension(host, "baud.ideal/1");
  if (m->ideal == NULL && setup->n_obs > 0 && !(setup->channels & BAUD_MASK(BAUD_CH_OBSERVATION)))
    return host->fail(host, BAUD_EUNSUP, "needs the observation channel, to know where it stands: let the experiment's "
                                         "channels include it");
  if (m->ideal == NULL)
    return host->fail(host, BAUD_EUNSUP, "needs the environment's ideal observer, which it lacks or which does not "
                                         "support the channels and the reward scheme here: change one of them");
  m->lanes = setup->lanes;
  m->n_obs = setup->n_obs;
  m->n_questions = setup->n_questions;
  if (setup->n_obs > 0) memcpy(m->obs, setup->obs, setup->n_obs * sizeof *m->obs);
  m->action = *setup->action;
  m->sees_obs = (setup->channels & BAUD_MASK(BAUD_CH_OBSERVATION)) != 0;
  return BAUD_OK;
}

static void posterior_declare(posterior_model *m, uint64_t widest, uint64_t zeros) {
  baud_block *b = m->blocks;
  b[POSTERIOR_OBSERVER] = baud_block_of(BAUD_U64, BAUD_MEMORY, 0, m->ideal->state_bytes / 8 + 1, "observer");
  b[POSTERIOR_OPENED] = baud_block_of(BAUD_U64, BAUD_MEMORY, 0, 1, "opened");
  b[POSTERIOR_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  b[POSTERIOR_CONTEXT] = baud_block_of(BAUD_U64, BAUD_SCRATCH, 0, (uint64_t)m->n_obs + 1, "context");
  b[POSTERIOR_NOTHING] = baud_block_of(BAUD_U8, BAUD_SCRATCH, 0, zeros, "nothing");
  b[POSTERIOR_BELIEF] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, widest, "belief");
  b[POSTERIOR_POLICY] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, m->action.categories, "policy");
}

static int32_t posterior_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                                void **model) {
  posterior_model *m = calloc(1, sizeof *m + setup->n_obs * sizeof *m->obs);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "there is no memory for the learner");
  m->act = values[POSTERIOR_PARAM_ACT].i;
  m->own = values[POSTERIOR_PARAM_OWN].f;
  int32_t code = posterior_find(m, host, setup);
  if (code == BAUD_OK) {
    uint64_t widest = m->action.categories, zeros = 8;
    for (uint32_t i = 0; i < setup->n_questions; i++)
      if (setup->questions[i].width_categorical > widest) widest = setup->questions[i].width_categorical;
    for (uint32_t i = 0; i < setup->n_obs; i++)
      if (4 * (uint64_t)setup->obs[i].count > zeros) zeros = 4 * (uint64_t)setup->obs[i].count;
    code = posterior_probe(m, host, setup, widest, zeros);
    posterior_declare(m, widest, zeros);
  }
  if (code != BAUD_OK) {
    free(m);
    return code;
  }
  setup->blocks = m->blocks;
  setup->n_blocks = POSTERIOR_BLOCKS;
  *model = m;
  return BAUD_OK;
}

static void posterior_destroy(void *model) { free(model); }

/* Puts the observer at the prior, unless it is there or beyond. */
static int32_t posterior_open(const posterior_model *m, void *const *blocks) {
  uint64_t *opened = blocks[POSTERIOR_OPENED];
  if (*opened != POSTERIOR_UNOPENED) return BAUD_OK;
  memset(blocks[POSTERIOR_OBSERVER], 0, m->ideal->state_bytes);
  *opened = POSTERIOR_PLAYING;
  return m->ideal->observer->open(m->ideal->model, blocks[POSTERIOR_OBSERVER], m->lanes);
}

static int32_t posterior_init(const void *model, void *const *blocks, uint64_t seed) {
  const posterior_model *m = model;
  baud_seed_lanes(blocks[POSTERIOR_RANDOM], m->lanes, seed);
  return posterior_open(m, blocks);
}

/* policy[0..actions) from what the observer believes of the optimal action; uniform where it cannot say. */
static void posterior_policy(const posterior_model *m, void *const *blocks, const void *const *obs, double *policy) {
  uint32_t n = m->action.categories;
  double *belief = blocks[POSTERIOR_BELIEF];
  baud_query query = { BAUD_SIZE(baud_query), BAUD_ASK_ACTION, 0, n, obs, NULL };
  int knows = m->knows_action && posterior_answers(m->ideal, blocks[POSTERIOR_OBSERVER], &query, belief);
  for (uint32_t i = 0; i < n; i++) policy[i] = knows ? belief[i] : 1.0 / n;
  if (knows && m->act == POSTERIOR_GREEDY) baud_greedy_policy(belief, n, 0.0, policy);
}

/* The delusion: what it has just decided to do, told to the observer as a demonstration. */
static int32_t posterior_take_for_an_expert_s(const posterior_model *m, void *const *blocks, uint32_t lane, const void *const *obs,
                                              const void *action) {
  double unused[BAUD_CHANNELS];
  baud_evidence e = { .size = BAUD_SIZE(baud_evidence), .kind = BAUD_EV_DEMONSTRATION, .lane = lane, .obs_before = obs, .obs = obs,
                      .action = action, .sees_observation = m->sees_obs, .value = NAN, .competence = m->own };
  return m->ideal->observer->surprise(m->ideal->model, blocks[POSTERIOR_OBSERVER], &e, unused);
}

/* Answers the questions other than those for the policy. */
static int32_t posterior_reply(const posterior_model *m, void *const *blocks, const baud_tick *tick, uint32_t lane,
                               const void *const *obs, const void *action) {
  for (uint32_t i = 0; i < m->n_questions && i < POSTERIOR_QUESTIONS; i++) {
    if (m->query[i].n_answers == 0 || !(tick->ask >> i & 1)) continue;
    baud_query query = m->query[i];
    query.obs = obs;
    query.action = action;
    double *belief = blocks[POSTERIOR_BELIEF];
    int32_t code = m->ideal->observer->answer(m->ideal->model, blocks[POSTERIOR_OBSERVER], &query, belief);
    if (code != BAUD_OK) return code;
    baud_answer(tick, (uint64_t)1 << i, lane, belief, query.n_answers);
  }
  return BAUD_OK;
}

static int32_t posterior_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const posterior_model *m = model;
  const void **obs = blocks[POSTERIOR_CONTEXT];
  uint64_t *random = blocks[POSTERIOR_RANDOM];
  double *policy = blocks[POSTERIOR_POLICY];
  memset(blocks[POSTERIOR_NOTHING], 0, m->blocks[POSTERIOR_NOTHING].count);
  int32_t code = posterior_open(m, blocks);
  if (tick->mode != BAUD_EVAL) *(uint64_t *)blocks[POSTERIOR_OPENED] = POSTERIOR_PLAYING;
  else if (tick->ask == 0) *(uint64_t *)blocks[POSTERIOR_OPENED] = POSTERIOR_TOLD; /* a step of a prefix */
  int begins = 0;
  for (uint32_t lane = 0; lane < m->lanes && tick->mode != BAUD_EVAL; lane++)
    begins |= tick->starts[lane] || (tick->demonstration && tick->shown[lane]);
  if (code == BAUD_OK && begins) code = m->ideal->before(m->ideal, blocks[POSTERIOR_OBSERVER], tick);
  const baud_table table = { .lanes = m->lanes, .states = 1, .actions = m->action.categories, .action = m->action,
                             .asks_action = m->asks_action };
  for (uint32_t lane = 0; lane < m->lanes && code == BAUD_OK; lane++) {
    for (uint32_t i = 0; i < m->n_obs; i++) {
      uint64_t at = (uint64_t)lane * m->obs[i].count * posterior_element(&m->obs[i]);
      obs[i] = m->sees_obs && tick->obs != NULL ? (const char *)tick->obs[i] + at : blocks[POSTERIOR_NOTHING];
    }
    posterior_policy(m, blocks, obs, policy);
    (void)baud_table_act(&table, tick, lane, policy, &random[lane]);
    const char *action = (const char *)tick->action + lane * posterior_element(&m->action);
    if (m->own > 0.0 && tick->mode != BAUD_EVAL && !tick->action_given)
      code = posterior_take_for_an_expert_s(m, blocks, lane, obs, action);
    if (code == BAUD_OK) code = posterior_reply(m, blocks, tick, lane, obs, action);
  }
  return code;
}

static int32_t posterior_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const posterior_model *m = model;
  int32_t code = posterior_open(m, blocks);
  return code == BAUD_OK ? m->ideal->after(m->ideal, blocks[POSTERIOR_OBSERVER], outcome) : code;
}

static const baud_learner_ops posterior_ops = {
  BAUD_SIZE(baud_learner_ops), 0, posterior_create, posterior_destroy,
  posterior_init, posterior_predict, posterior_learn
};

/* All it learns it remembers: the same in play. The steps of a question's prefix are no evidence, and where it stands the
 * observation tells. */
static int32_t posterior_remember_step(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return *(const uint64_t *)blocks[POSTERIOR_OPENED] == POSTERIOR_TOLD ? BAUD_OK : posterior_learn(model, blocks, outcome);
}
static const baud_remember posterior_remember = { BAUD_SIZE(baud_remember), 0, posterior_remember_step };

static const void *posterior_extension(const char *id) {
  return strcmp(id, "baud.remember/1") == 0 ? &posterior_remember : NULL;
}

static const baud_unit posterior_unit = {
  BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.posterior", "The exact Bayesian",
  "Knows the environment's prior and noise and conditions on all that crosses, by the ideal observer itself: the best "
  "that can be known from what is received. Takes every channel that the experiment lets through. Can be made to take its own "
  "actions for evidence (Ortega et al. 2021).",
  posterior_params, POSTERIOR_PARAMS, 0, &posterior_ops, posterior_extension
};

BAUD_EXPORT const baud_library baud_plugin_1 = {
  BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT, "baud", "1.0", "MIT", &posterior_unit, 1, 0
};
