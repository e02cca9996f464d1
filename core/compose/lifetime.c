/* lifetime.c - an environment whose episode is a whole inner trial: a world drawn afresh, a learner that knows nothing of
 * it, and a ledger of their own.
 *
 * The outer learner's action decides something of the inner learner (decision.h), once a lifetime or every few of its
 * episodes or steps; its reward is what came of that: return, successes, or bits by the inner ledger. Without an inner
 * learner the actions are the inner environment's own, and a lifetime is some episodes in one world: what an outer
 * learner with a memory may learn to learn in. A population is a batch of lanes.
 *
 * One inner trial is open; a lane holds, as flat bytes (loop/life.h), all that moves in it. A lane is taken up when it
 * steps and put away again. What was put away last is still there: a lane knows by its token, a digest of its seed and
 * of all that was decided since, whether that is itself.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "baud/random.h"
#include "compose/compose.h"
#include "compose/decision.h"
#include "compose/units.h"
#include "loop/body.h"
#include "loop/life.h"

/* ---- Parameters --------------------------------------------------------------------------------------- */

enum {
  LIFETIME_P_ENV, LIFETIME_P_REWARD, LIFETIME_P_LEARNER, LIFETIME_P_EPISODES, LIFETIME_P_LIMIT, LIFETIME_P_LANES,
  LIFETIME_P_DECIDES, LIFETIME_P_TURN, LIFETIME_P_EVERY, LIFETIME_P_PAYS, LIFETIME_P_SEES, LIFETIME_P_QUIZ, LIFETIME_PARAMS
};
enum turn_kind { TURN_LIFETIME, TURN_EPISODE, TURN_STEP, TURNS };
enum pay_kind { PAYS_RETURN, PAYS_FINAL, PAYS_SUCCESS, PAYS_RECEIVED, PAYS_ABSORBED, PAYS_PROFIT, PAYS_SURPRISE, PAYS };
enum sight_kind { SEES_PROGRESS, SEES_OBSERVATION, SEES };
static const char *const turns[TURNS] = {"lifetime", "episode", "step"};
static const char *const pays[PAYS] = {"return", "final", "success", "received", "absorbed", "profit", "surprise"};
static const char *const sights[SEES] = {"progress", "observation"};

static const baud_param lifetime_params[LIFETIME_PARAMS] = {
    BAUD_PARAM_UNIT("env", "", BAUD_ENV, "the inner environment: a world of it is drawn for each lifetime"),
    BAUD_PARAM_UNIT("reward", "{\"id\":\"baud.dense\"}", BAUD_REWARD, "the inner reward scheme"),
    BAUD_PARAM_UNIT("learner", "", BAUD_LEARNER, "the inner learner; without one the outer actions are the inner ones"),
    BAUD_PARAM_INT("episodes", 10, 1, 1000000000, "episodes", "length of a lifetime, over all inner lanes"),
    BAUD_PARAM_INT("limit", 0, 0, 4000000000, "steps", "of an inner episode; 0: as the environment says"),
    BAUD_PARAM_INT("lanes", 1, 1, 65536, "", "inner lanes"),
    BAUD_PARAM_TEXT("decides", "", "what the action says: action, first, tool, call, learning, weights, lr=1e-4..1 log, or lr=0.01|0.1|1"),
    BAUD_PARAM_CHOICE("turn", TURN_LIFETIME, turns, TURNS, "how long a decision stands: lifetime, or a number of inner episodes or steps"),
    BAUD_PARAM_INT("every", 1, 1, 1000000000, "", "how many inner episodes or steps a turn has"),
    BAUD_PARAM_CHOICE("pays", PAYS_RETURN, pays, PAYS,
                      "a turn's reward: the inner returns; the last episode's, at the end; successes; bits received; absorbed; profit, these "
                      "and the returns; surprise, bits that the ideal observer of all did not foresee"),
    BAUD_PARAM_CHOICE("sees", SEES_PROGRESS, sights, SEES, "what is observed: how far the life is and the last turn's mean return; or what "
                                                           "the inner learner sees"),
    BAUD_PARAM_INT("quiz", -1, -1, 1000000000000, "episodes", "how often the inner learner is asked; 0 never, -1 the usual"),
};

/* ---- Model and lane ----------------------------------------------------------------------------------- */

enum { FACT_PAY, FACT_RETURN, FACT_RECEIVED, FACT_ABSORBED, LIFETIME_FACTS, MOST_FIELDS = 63 };
static const baud_fact lifetime_facts[LIFETIME_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "pay", "", "the turn's reward, by the parameter \"pays\""},
    {BAUD_SIZE(baud_fact), BAUD_FACT_HIDDEN, "return", "", "sum of the inner environment's own reward in the turn"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_HIDDEN, "received", "bits", "received by the inner learner in the turn"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_HIDDEN, "absorbed", "bits", "absorbed by it since the quiz before"},
};

/* What is told of a turn: all of it or nothing; its first step; a step before it. */
enum opening { OPENS_NOTHING, OPENS_TURN, OPENS_BEFORE };

typedef struct lifetime {
  trial *inner;
  part learner;             /* of.plugin null: there is none */
  decision decision;
  const baud_host *host;
  enum turn_kind turn;
  enum pay_kind pays;
  uint64_t every, episodes, weights;
  int sees_inner;
  int acts;                 /* the outer actions are the inner ones */
  enum opening opens;       /* of the turn that is lived */
  uint64_t resident;        /* token of what the inner trial holds; 0: nobody's */
  baud_field action, obs[MOST_FIELDS + 1];
  size_t bytes;             /* of an inner trial that is put away */
  char event[300], said[300];
} lifetime;

/* What lies before the inner trial in a lane. */
typedef struct life {
  uint64_t token;
  uint64_t seed;
  uint32_t is_born, is_over; /* is_born: the inner trial behind it is this life's; is_over: it was, and is not kept */
  uint64_t episodes;        /* that have ended */
  double last;              /* the last turn's mean return an episode */
  double figure[FIGURES];   /* of the life so far */
} life;

static size_t weigh(lifetime *m) {
  parcel p = {.way = PARCEL_WEIGH};
  life_pass(m->inner, &p);
  return p.bytes;
}

static int32_t blame(const lifetime *m, const baud_error *error) { return m->host->fail(m->host, BAUD_EBUG, error->text); }

/* ---- Creation ----------------------------------------------------------------------------------------- */

static cJSON *unit_of(const char *text, const char *otherwise) { return cJSON_Parse(text[0] ? text : otherwise); }

/* The inner trial's configuration (plan.h); malloc'd. */
static char *write_config(const baud_value *v) {
  cJSON *json = cJSON_CreateObject(), *score, *stop;
  cJSON_AddItemToObject(json, "env", unit_of(v[LIFETIME_P_ENV].s, "null"));
  cJSON_AddItemToObject(json, "reward", unit_of(v[LIFETIME_P_REWARD].s, "null"));
  cJSON_AddItemToObject(json, "learner", unit_of(v[LIFETIME_P_LEARNER].s, "{\"id\":\"baud.told\"}"));
  cJSON_AddNumberToObject(json, "lanes", (double)v[LIFETIME_P_LANES].i);
  cJSON_AddNumberToObject(json, "limit", (double)v[LIFETIME_P_LIMIT].i);
  score = cJSON_AddObjectToObject(json, "score");
  cJSON_AddNumberToObject(score, "answers", 0);
  cJSON_AddNumberToObject(score, "quiz", (double)v[LIFETIME_P_QUIZ].i);
  stop = cJSON_AddObjectToObject(json, "stop");
  cJSON_AddNumberToObject(stop, "episodes", (double)v[LIFETIME_P_EPISODES].i);
  char *text = cJSON_PrintUnformatted(json);
  cJSON_Delete(json);
  return text;
}

static int32_t open_inner(lifetime *m, const baud_value *v) {
  baud_error error = {0};
  const registry *plugins = part_plugins(m->host);
  if (!plugins) return m->host->fail(m->host, BAUD_EUNSUP, "it is made of other units, and here there are none to be had");
  if (!v[LIFETIME_P_ENV].s[0]) return m->host->fail(m->host, BAUD_EARG, "it has no \"env\": say in which environment a life is lived");
  char *text = write_config(v);
  const stage *outer = stage_blamed();
  int code = text ? trial_open(&m->inner, plugins, text, 0, &error) : error_set(&error, BAUD_ENOMEM, "out of memory");
  stage_now(outer);
  free(text);
  return code ? m->host->fail(m->host, BAUD_EARG, error.text) : BAUD_OK;
}

static int pays_absorbed(const lifetime *m) { return m->pays == PAYS_ABSORBED || m->pays == PAYS_PROFIT; }

static int32_t check_pay(const lifetime *m) {
  char marks[FIGURES];
  trial_marks(m->inner, marks);
  if (m->pays == PAYS_SURPRISE && marks[FIGURE_RECEIVED_ALL] == '-')
    return m->host->fail(m->host, BAUD_EARG, "pays: the inner environment has no observer, so that nobody is there to be surprised");
  if (m->pays == PAYS_RECEIVED && marks[FIGURE_RECEIVED_ALL] == '-')
    return m->host->fail(m->host, BAUD_EARG, "pays: the inner environment has no observer, so that received bits are not known");
  if (pays_absorbed(m) && marks[FIGURE_ABSORBED_ALL] == '-')
    return m->host->fail(m->host, BAUD_EARG, "pays: the inner learner answers no quiz of its environment's, so that absorbed bits are not known");
  if (m->pays == PAYS_SUCCESS && marks[FIGURE_SUCCESS] == '-')
    return m->host->fail(m->host, BAUD_EARG, "pays: the inner environment knows no success");
  return BAUD_OK;
}

static baud_field discrete(const char *name, uint32_t categories, const char *doc) {
  return (baud_field)BAUD_DISCRETE_FIELD(name, categories, doc);
}

static int32_t declare_action(lifetime *m) {
  const stage *inner = trial_stage(m->inner);
  const decision *d = &m->decision;
  double bound = d->kind == DECIDES_WEIGHTS ? INFINITY : 1.0;
  m->weights = d->kind == DECIDES_WEIGHTS ? life_weights(m->inner) : 0;
  if (d->kind == DECIDES_WEIGHTS && (m->weights == 0 || m->weights > UINT32_MAX))
    return m->host->fail(m->host, BAUD_EARG, "decides: the inner learner has not one block of weights that are floats, but none or several");
  m->action = d->kind == DECIDES_ACTION || d->kind == DECIDES_FIRST ? *inner->spec.action
              : d->kind == DECIDES_NOTHING ? discrete("nothing", 1, "there is nothing to decide")
              : d->kind == DECIDES_TOOL    ? discrete("call", 2, "1: the tool is called; 0: the inner learner acts")
              : d->kind == DECIDES_CALL    ? discrete("call", 2, "1: the tool is called before the inner learner acts")
              : d->kind == DECIDES_LEARNING ? discrete("learning", 2, "1: the inner learner learns in this turn")
              : d->kind == DECIDES_CHOICES ? discrete("parameters", decision_alternatives(d), "values of the inner learner's parameters")
                                           : (baud_field){.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .low = -bound, .high = bound,
                                                          .count = d->kind == DECIDES_RANGES ? d->n : (uint32_t)m->weights,
                                                          .rank = 1, .name = "parameters", .unit = "",
                                                          .doc = "the inner learner's parameters, or its weights at birth"};
  if (m->action.dtype == BAUD_F32 && m->action.rank == 1) m->action.shape[0] = m->action.count;
  m->acts = d->kind == DECIDES_ACTION;
  int has_tool = d->kind == DECIDES_TOOL || d->kind == DECIDES_CALL;
  if ((m->acts || has_tool || d->kind == DECIDES_FIRST) && inner->lanes != 1)
    return m->host->fail(m->host, BAUD_EARG, "decides: one action goes to one inner lane: leave \"lanes\" at 1");
  if (has_tool && !compose_extension(inner->config.env.plugin->unit, inner->env_model, "baud.tools/1"))
    return m->host->fail(m->host, BAUD_EARG, "decides: the inner environment has no tool: put a toolbox around it");
  return BAUD_OK;
}

static int32_t declare(lifetime *m, baud_env_spec *spec) {
  const stage *inner = trial_stage(m->inner);
  uint32_t n = 0;
  if (inner->spec.n_obs > MOST_FIELDS) return m->host->fail(m->host, BAUD_EARG, "the inner environment has too many fields");
  for (; m->sees_inner && n < inner->spec.n_obs; n++) m->obs[n] = inner->spec.obs[n];
  if (m->sees_inner) m->obs[n++] = discrete("began", 2, "1 where an inner episode begins");
  else
    m->obs[n++] = (baud_field){.size = BAUD_SIZE(baud_field), .dtype = BAUD_F32, .count = 2, .rank = 1, .shape = {2, 0, 0}, .low = -INFINITY,
                               .high = INFINITY, .name = "progress", .unit = "", .doc = "share of the life that is over; last turn's mean return"};
  double longest = m->turn == TURN_LIFETIME ? 1.0
                   : m->turn == TURN_EPISODE ? ceil((double)m->episodes / (double)m->every)
                                             : ceil((double)m->episodes * inner->limit / (double)m->every);
  spec->n_obs = n;
  spec->obs = m->obs;
  spec->action = &m->action;
  spec->facts = lifetime_facts;
  spec->n_facts = LIFETIME_FACTS;
  spec->max_steps = longest < 4e9 ? (uint32_t)longest : 0;
  m->bytes = weigh(m);
  spec->lane_bytes = sizeof(life) + m->bytes;
  return BAUD_OK;
}

static void lifetime_destroy(void *model) {
  lifetime *m = model;
  const stage *outer = stage_blamed();
  if (m->inner) trial_close(m->inner);
  stage_now(outer);
  decision_close(&m->decision);
  part_close(&m->learner);
  free(m);
}

static int32_t build(lifetime *m, const baud_value *v, baud_env_spec *spec) {
  int has_learner = v[LIFETIME_P_LEARNER].s[0] != 0;
  int32_t code = open_inner(m, v);
  if (code == BAUD_OK && has_learner) code = part_open(&m->learner, m->host, v[LIFETIME_P_LEARNER].s, BAUD_LEARNER, "learner");
  if (code == BAUD_OK) code = decision_open(&m->decision, v[LIFETIME_P_DECIDES].s, has_learner ? &m->learner : NULL, m->host);
  m->turn = decision_is_of_steps(&m->decision) && v[LIFETIME_P_TURN].i == TURN_LIFETIME ? TURN_STEP : (enum turn_kind)v[LIFETIME_P_TURN].i;
  m->every = (uint64_t)v[LIFETIME_P_EVERY].i;
  m->episodes = (uint64_t)v[LIFETIME_P_EPISODES].i;
  m->pays = (enum pay_kind)v[LIFETIME_P_PAYS].i;
  m->sees_inner = v[LIFETIME_P_SEES].i == SEES_OBSERVATION || !has_learner;
  if (code == BAUD_OK) code = check_pay(m);
  if (code == BAUD_OK) code = declare_action(m);
  return code == BAUD_OK ? declare(m, spec) : code;
}

static int32_t lifetime_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  lifetime *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "out of memory");
  m->host = host;
  int32_t code = build(m, values, spec);
  if (code == BAUD_OK) *model = m;
  else lifetime_destroy(m);
  return code;
}

/* ---- Taking a life up and putting it away ------------------------------------------------------------- */

static life *life_of(const baud_batch *b, uint32_t lane) { return (life *)(void *)(b->lane + lane * b->lane_stride); }

static int take_up(lifetime *m, life *l, baud_error *error) {
  int code = 0;
  if (l->is_born && l->token == m->resident) return 0;
  m->resident = 0;
  if (l->is_born) life_pass(m->inner, &(parcel){.way = PARCEL_UNPACK, .at = (char *)(l + 1)});
  else code = life_begin(m->inner, l->seed, error);
  if (!code) m->resident = l->token;
  return code;
}

static void put_away(lifetime *m, life *l) {
  life_pass(m->inner, &(parcel){.way = PARCEL_PACK, .at = (char *)(l + 1)});
  l->is_born = 1;
  m->resident = l->token;
}

static void look(const lifetime *m, const life *l, const baud_batch *b, uint32_t lane) {
  const stage *inner = trial_stage(m->inner);
  uint32_t n = inner->spec.n_obs;
  if (!m->sees_inner) {
    float *to = (float *)b->obs[0] + 2 * (size_t)lane;
    to[0] = (float)((double)l->episodes / (double)m->episodes);
    to[1] = (float)l->last;
    return;
  }
  for (uint32_t f = 0; f < n; f++) {
    size_t bytes = stage_field_bytes(&inner->spec.obs[f]);
    memcpy((char *)b->obs[f] + lane * bytes, (l->is_over ? inner->next_obs : inner->obs)[f], bytes);
  }
  ((int32_t *)b->obs[n])[lane] = !l->is_over && inner->starts[0];
}

/* ---- One turn ----------------------------------------------------------------------------------------- */

/* The call is the last of the actions. */
static void call_tool(lifetime *m, int is_called) {
  const baud_field *field = trial_stage(m->inner)->spec.action;
  int32_t number = (int32_t)field->categories - 1;
  uint8_t byte = (uint8_t)number;
  life_tell(m->inner, !is_called ? NULL : field->dtype == BAUD_U8 ? (const void *)&byte : &number);
}

static int decide(lifetime *m, const life *l, const void *action, baud_error *error) {
  const decision *d = &m->decision;
  int has_choice = d->kind == DECIDES_TOOL || d->kind == DECIDES_CALL || d->kind == DECIDES_LEARNING || d->kind == DECIDES_CHOICES;
  int32_t choice = has_choice ? *(const int32_t *)action : 0;
  m->opens = d->kind == DECIDES_FIRST ? OPENS_TURN : d->kind == DECIDES_CALL && choice == 1 ? OPENS_BEFORE : OPENS_NOTHING;
  if (m->acts || d->kind == DECIDES_FIRST) life_tell(m->inner, action);
  if (d->kind == DECIDES_CALL) call_tool(m, choice == 1);
  if (d->kind == DECIDES_TOOL) call_tool(m, choice == 1);
  if (d->kind == DECIDES_LEARNING) life_train(m->inner, choice == 1);
  if (d->kind == DECIDES_WEIGHTS && !l->is_born) life_set_weights(m->inner, action);
  if (d->kind < DECIDES_RANGES) return 0;
  int changed = decision_take(&m->decision, (uint32_t)choice, action, error);
  return changed > 0 ? life_change(m->inner, m->learner.of.values, error) : changed;
}

/* What the inner lanes were paid in the tick just taken: where the outer learner acts itself, what is delivered. */
static double paid(const lifetime *m) {
  const stage *inner = trial_stage(m->inner);
  double sum = 0.0;
  for (uint32_t k = 0; k < inner->lanes; k++)
    sum += m->acts ? (double)inner->rewards[k] : inner->reward_fact != UINT32_MAX ? (double)inner->facts[inner->reward_fact][k] : 0.0;
  return sum;
}

/* The step that was decided, where it is one out of more; what follows is the inner learner's own. */
static int open_turn(lifetime *m, double *earned, baud_error *error) {
  if (m->opens == OPENS_NOTHING) return TRIAL_RUNNING;
  int code = life_advance(m->inner, m->episodes, 1, error);
  *earned += paid(m);
  life_tell(m->inner, NULL);
  return code;
}

/* Lives one turn; the sum of returns in it. */
static int live(lifetime *m, double *earned, baud_error *error) {
  double before = trial_totals(m->inner)[FIGURE_RETURN];
  uint64_t episodes = trial_episodes(m->inner);
  *earned = 0.0;
  int code = open_turn(m, earned, error);
  if (m->turn != TURN_STEP) {
    uint64_t until = m->turn == TURN_EPISODE ? m->every : m->episodes, over = trial_episodes(m->inner) - episodes;
    if (code == TRIAL_RUNNING && over < until) code = life_advance(m->inner, until - over, UINT64_MAX, error);
    *earned = trial_totals(m->inner)[FIGURE_RETURN] - before;
    return code;
  }
  for (uint64_t i = m->opens == OPENS_TURN; i < m->every && code == TRIAL_RUNNING; i++) {
    code = life_advance(m->inner, m->episodes, 1, error);
    *earned += paid(m);
  }
  return code;
}

/* Sums of the episodes that have ended, and where a figure is no sum the last of it. */
static void note_figures(const lifetime *m, life *l) {
  const double *total = trial_totals(m->inner), *last = trial_last(m->inner);
  for (uint32_t f = 0; f < FIGURES; f++) {
    int is_level = f == FIGURE_KNOWN || f == FIGURE_KNOWN_WIPED;
    if (!is_level) l->figure[f] = total[f];
    else if (!isnan(last[f])) l->figure[f] = last[f];
  }
  l->episodes = trial_episodes(m->inner);
  l->figure[FIGURE_SUCCESS] = l->episodes ? total[FIGURE_SUCCESS] / (double)l->episodes : 0.0;
}

/* Bits of all channels, in the episodes that have ended. */
static double surprise_so_far(const lifetime *m) {
  const double *total = trial_totals(m->inner);
  double sum = 0.0;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) sum += total[figure_of_channel(FIGURE_SURPRISE, k)];
  return sum;
}

static int turn_lane(lifetime *m, life *l, const baud_batch *b, uint32_t lane, baud_error *error) {
  const size_t bytes = stage_field_bytes(&m->action);
  const char *action = (const char *)b->action + lane * bytes;
  double earned;
  int code = take_up(m, l, error);
  if (!code) code = decide(m, l, action, error);
  if (code) return code;
  double received = life_received(m->inner), known = life_known(m->inner), successes = trial_totals(m->inner)[FIGURE_SUCCESS];
  double surprise = surprise_so_far(m);
  uint64_t episodes = trial_episodes(m->inner);
  m->resident = 0;
  int state = live(m, &earned, error);
  if (state < 0) return state;
  if (pays_absorbed(m) && state != TRIAL_DONE && (code = life_ask(m->inner, error)) != 0) return code;
  successes = trial_totals(m->inner)[FIGURE_SUCCESS] - successes;
  episodes = trial_episodes(m->inner) - episodes;
  received = life_received(m->inner) - received;
  known = life_known(m->inner) - known;
  surprise = surprise_so_far(m) - surprise;
  double final = state == TRIAL_DONE ? trial_last(m->inner)[FIGURE_RETURN] : 0.0;
  const double pay[PAYS] = {earned, final, successes, received, known, known + earned, surprise};
  b->facts[FACT_PAY][lane] = (float)pay[m->pays];
  b->facts[FACT_RETURN][lane] = (float)earned;
  b->facts[FACT_RECEIVED][lane] = (float)received;
  b->facts[FACT_ABSORBED][lane] = (float)known;
  b->flags[lane] = state == TRIAL_DONE ? BAUD_TERMINATED : 0;
  if (episodes > 0) l->last = earned / (double)episodes;
  l->token = XXH3_64bits_withSeed(action, bytes, l->token) | 1u;
  note_figures(m, l);
  const char *event = trial_next_event(m->inner);
  if (event) snprintf(m->event, sizeof m->event, "in a lifetime: %.280s", event);
  l->is_over = state == TRIAL_DONE; /* what is over is not put away: its lane begins another */
  l->is_born = 0;
  if (!l->is_over) put_away(m, l);
  look(m, l, b, lane);
  return 0;
}

static int32_t lifetime_step(const void *model, const baud_batch *b) {
  lifetime *m = (lifetime *)(uintptr_t)model;
  baud_error error = {0};
  int code = 0;
  const int32_t *choice = b->action;
  for (uint32_t lane = 0; m->action.categories && m->action.dtype == BAUD_I32 && m->action.count == 1 && lane < b->lanes; lane++)
    if (choice[lane] < 0 || (uint32_t)choice[lane] >= m->action.categories) return m->host->fail(m->host, BAUD_EARG, "no such alternative");
  const stage *outer = stage_now(trial_stage(m->inner));
  for (uint32_t lane = 0; lane < b->lanes && code == 0; lane++) code = turn_lane(m, life_of(b, lane), b, lane, &error);
  stage_now(outer);
  return code ? blame(m, &error) : BAUD_OK;
}

/* A life begins when it is first looked at: where nobody sees the inner observation, that is with its first turn. */
static int32_t lifetime_reset(const void *model, const baud_batch *b) {
  lifetime *m = (lifetime *)(uintptr_t)model;
  baud_error error = {0};
  int code = 0;
  const stage *outer = stage_now(trial_stage(m->inner));
  for (uint32_t i = 0; i < b->n_pick && code == 0; i++) {
    life *l = life_of(b, b->pick[i]);
    memset(l, 0, sizeof *l + m->bytes);
    l->seed = b->seed[i];
    l->token = baud_split(l->seed, LIFETIME_PARAMS) | 1u;
    if (m->sees_inner && (code = take_up(m, l, &error)) == 0) put_away(m, l);
    if (code == 0) look(m, l, b, b->pick[i]);
  }
  stage_now(outer);
  return code ? blame(m, &error) : BAUD_OK;
}

/* ---- Its ledger --------------------------------------------------------------------------------------- */

/* Where turns come within a life, what the outer learner is told of the world comes back to the inner one with its
 * decisions, so that nothing bounds what is absorbed; where it acts itself, it may take less than it is sent. */
static void lifetime_marks(const void *model, char marks[FIGURES]) {
  const lifetime *m = model;
  char inner[FIGURES];
  trial_marks(m->inner, inner);
  for (uint32_t f = FIGURE_SUCCESS; f < FIGURES; f++)
    if (f != FIGURE_STEPS && (f <= FIGURE_KNOWN_WIPED || f == FIGURE_COMPUTE || f == FIGURE_FORMAT)) marks[f] = inner[f];
  if (m->turn == TURN_LIFETIME || m->acts) return;
  static const uint32_t loose[] = {FIGURE_ABSORBED_ALL, FIGURE_USEFUL, FIGURE_KNOWN, FIGURE_KNOWN_WIPED, FIGURE_ABSORBED,
                                   FIGURE_ABSORBED + 6, FIGURE_ABSORBED + 12};
  for (uint32_t i = 0; i < sizeof loose / sizeof *loose; i++)
    if (marks[loose[i]] == '>') marks[loose[i]] = '~';
}

static void lifetime_episode(const void *model, const void *lane, double figure[FIGURES]) {
  const life *l = lane;
  (void)model;
  for (uint32_t f = FIGURE_SUCCESS; f <= FIGURE_KNOWN_WIPED; f++)
    if (f != FIGURE_STEPS) figure[f] = l->figure[f];
  figure[FIGURE_COMPUTE] = l->figure[FIGURE_COMPUTE];
  figure[FIGURE_FORMAT] = l->figure[FIGURE_FORMAT];
}

static const char *lifetime_event(const void *model) {
  lifetime *m = (lifetime *)(uintptr_t)model;
  if (!m->event[0]) return NULL;
  memcpy(m->said, m->event, sizeof m->said);
  m->event[0] = 0;
  return m->said;
}

/* What is put away is taken up; the outer stage is the caller's affair. */
static void take_back(lifetime *m, const life *l) {
  if (l->token == m->resident) return;
  life_pass(m->inner, &(parcel){.way = PARCEL_UNPACK, .at = (char *)(uintptr_t)(l + 1)});
  m->resident = l->token;
}

/* What is over is not kept: its figures are. */
static void sight_of_figures(const life *l, char mark_of_known, trial_sight *out) {
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) {
    out->offered[k] = l->figure[figure_of_channel(FIGURE_OFFERED, k)];
    out->received[k] = l->figure[figure_of_channel(FIGURE_RECEIVED, k)];
  }
  out->has_known = mark_of_known != '-';
  out->known = l->figure[FIGURE_KNOWN];
  out->known_wiped = l->figure[FIGURE_KNOWN_WIPED];
  out->useful = l->figure[FIGURE_USEFUL];
}

static int lifetime_so_far(const void *model, const void *lane, trial_sight *out, baud_error *error) {
  lifetime *m = (lifetime *)(uintptr_t)model;
  const life *l = lane;
  char marks[FIGURES];
  int code = 0;
  *out = (trial_sight){0};
  trial_marks(m->inner, marks);
  if (l->is_born) {
    const stage *outer = stage_now(trial_stage(m->inner));
    take_back(m, l);
    code = sight_of_life(m->inner, out, error);
    stage_now(outer);
  } else {
    sight_of_figures(l, marks[FIGURE_KNOWN], out);
  }
  out->is_inner = 1;
  out->episode = l->episodes;
  out->episodes = m->episodes;
  out->inner_return = l->figure[FIGURE_RETURN];
  out->success = l->figure[FIGURE_SUCCESS];
  return code;
}

/* ---- A picture ---------------------------------------------------------------------------------------- */

enum { HEAD_WIDTH = 60, HEAD_HEIGHT = 5 };

static const baud_draw *inner_draw(const lifetime *m, uint32_t *width, uint32_t *height) {
  const stage *inner = trial_stage(m->inner);
  const baud_draw *draw = compose_extension(inner->config.env.plugin->unit, inner->env_model, "baud.draw/1");
  *width = *height = 0;
  return draw && draw->extent(inner->env_model, width, height) == BAUD_OK ? draw : NULL;
}

static int32_t lifetime_extent(const void *model, uint32_t *width, uint32_t *height) {
  uint32_t w, h;
  (void)inner_draw(model, &w, &h);
  *width = w > HEAD_WIDTH ? w : HEAD_WIDTH;
  *height = HEAD_HEIGHT + h;
  return BAUD_OK;
}

static void write_head(lifetime *m, const life *l, char head[HEAD_HEIGHT][HEAD_WIDTH + 1]) {
  trial_sight s;
  baud_error ignored = {0};
  double offered = 0.0, received = 0.0;
  if (lifetime_so_far(m, l, &s, &ignored) != 0) return;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) offered += s.offered[k], received += s.received[k];
  snprintf(head[0], HEAD_WIDTH + 1, "inner episode %llu of %llu", (unsigned long long)s.episode, (unsigned long long)s.episodes);
  snprintf(head[1], HEAD_WIDTH + 1, "return %.3g, success %.3g", s.inner_return, s.success);
  snprintf(head[2], HEAD_WIDTH + 1, "bits: offered %.3f, received %.3f", offered, received);
  if (s.has_known) snprintf(head[3], HEAD_WIDTH + 1, "bits: known %.3f, memory wiped %.3f", s.known, s.known_wiped);
}

/* The inner ledger, and below it what the inner environment draws. */
static int32_t lifetime_draw(const void *model, const void *world, const void *lane, char *cells) {
  lifetime *m = (lifetime *)(uintptr_t)model;
  const life *l = lane;
  uint32_t width, height, w, h;
  char head[HEAD_HEIGHT][HEAD_WIDTH + 1] = {{0}}, inner[1 << 16];
  (void)world;
  lifetime_extent(m, &width, &height);
  memset(cells, ' ', (size_t)width * height);
  const baud_draw *draw = inner_draw(m, &w, &h);
  write_head(m, l, head);
  for (uint32_t y = 0; y < HEAD_HEIGHT; y++) memcpy(cells + (size_t)y * width, head[y], strlen(head[y]));
  if (!draw || (uint64_t)w * h > sizeof inner || !l->is_born) return BAUD_OK;
  const stage *outer = stage_now(trial_stage(m->inner));
  take_back(m, l);
  const stage *at = trial_stage(m->inner);
  int32_t code = draw->draw(at->env_model, at->world, at->env_lanes, inner);
  stage_now(outer);
  for (uint32_t y = 0; code == BAUD_OK && y < h; y++) memcpy(cells + (size_t)(HEAD_HEIGHT + y) * width, inner + (size_t)y * w, w);
  return code;
}

/* ---- The unit ----------------------------------------------------------------------------------------- */

static const void *lifetime_extension(const char *id) {
  static const compose_books books = {BAUD_SIZE(compose_books), 0, lifetime_marks, lifetime_episode, lifetime_event, lifetime_so_far};
  static const baud_draw draw = {BAUD_SIZE(baud_draw), 0, lifetime_extent, lifetime_draw};
  if (strcmp(id, "baud.books/1") == 0) return &books;
  return strcmp(id, "baud.draw/1") == 0 ? &draw : NULL;
}

static const baud_env_ops lifetime_ops = {BAUD_SIZE(baud_env_ops), 0, lifetime_create, lifetime_destroy, NULL, lifetime_reset, lifetime_step};

const baud_unit lifetime_unit = {
    BAUD_SIZE(baud_unit), BAUD_ENV, 1, 1, "baud.lifetime", "Whole lifetimes of inner trials",
    "An episode is a whole trial of an inner learner in an inner environment, with a world drawn for it and a ledger of its own. "
    "The action decides something of the inner learner; the reward is what it achieved: return, successes, or bits received or "
    "absorbed. Without an inner learner the actions are the inner ones, and a lifetime is some episodes in one world "
    "(meta-reinforcement learning: Duan et al. 2016, Wang et al. 2016).",
    lifetime_params, LIFETIME_PARAMS, 0, &lifetime_ops, lifetime_extension};
