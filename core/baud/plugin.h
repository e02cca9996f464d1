/* baud/plugin.h - the whole contract between baud and a plugin.
 *
 * A plugin is a shared object that exports one symbol, `baud_plugin_1`, a table of units: environments,
 * learners and reward schemes. It links nothing of baud's; what it needs of the host comes as `baud_host`.
 * The host owns every byte of mutable state and every random seed, so that saving, cloning, quizzing and the
 * checks for determinism need no code of the author's.
 *
 * Rules that hold everywhere
 *  - A struct opens with its own size. Minors only append; the host zero-fills what an older plugin lacks.
 *  - Functions return BAUD_OK or a negative code after `host->fail(host, code, "one sentence")`. A failure ends
 *    the trial, never the run.
 *  - An instance (a `model`) is used by one thread at a time; different instances run at once. The model is
 *    immutable after create(). A plugin has no mutable global state, prints nothing and never exits.
 *  - What a lane does depends on parameters, its seeds and its own actions: never on the number of lanes,
 *    addresses, the clock or the locale.
 *  - Arrays are owned by the host, 64-byte aligned, lane-major within a field ([lane][element]) and dead after
 *    return.
 *
 * One tick of a trial, which fixes the order of all calls:
 *   1 learner.predict   fills in actions and the answers to the host's questions
 *   2 the host takes both out of the learner's hands: sealed
 *   3 env.step          true successor, facts, TERMINATED
 *   4 reward.score      the reward that the learner is given
 *   5 the host scores the answers and advances the ideal observers
 *   6 learner.learn     the intact transition
 *   7 env.reset, reward.reset for the lanes that finished
 */
#ifndef BAUD_PLUGIN_H
#define BAUD_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BAUD_MINOR 0u
/* What a library was built for: pointer size and byte order. Goes into baud_library.layout. */
#define BAUD_LAYOUT ((uint32_t)(sizeof(void *) << 8 | (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)))
#define BAUD_SIZE(type) ((uint32_t)sizeof(type))

/* ---- Codes ------------------------------------------------------------------------------------------- */

enum { /* return codes */
  BAUD_OK = 0,
  BAUD_EARG = -1,    /* a parameter or an argument is out of its range */
  BAUD_EUNSUP = -2,  /* the plugin cannot do this; the host goes on without where it can */
  BAUD_ENOMEM = -3,
  BAUD_ESTATE = -4,  /* called out of order, or state of another version */
  BAUD_EBUG = -5     /* an invariant of the plugin's own is broken */
};
enum { BAUD_ENV = 1, BAUD_LEARNER = 2, BAUD_REWARD = 3 };                     /* roles of a unit */
enum { BAUD_U8 = 1, BAUD_I32 = 2, BAUD_U64 = 3, BAUD_F32 = 4, BAUD_F64 = 5 }; /* element types */
enum { BAUD_TERMINATED = 1, BAUD_TRUNCATED = 2 };                             /* lane flags; never merged */

/* Channels: the kinds of things that reach a learner. Index into bits[], and 1u << index in masks. */
enum { BAUD_CH_OBSERVATION = 0, BAUD_CH_REWARD = 1, BAUD_CH_DEMONSTRATION = 2, BAUD_CHANNELS = 3 };
#define BAUD_MASK(channel) (1u << (channel))

/* ---- Parameters -------------------------------------------------------------------------------------- */

/* A parameter's value; the member that the parameter's type names is valid. Strings are the host's. */
typedef struct baud_value {
  int64_t i;     /* BAUD_INT; BAUD_FLAG 0 or 1; BAUD_CHOICE the index of the choice */
  double f;      /* BAUD_FLOAT, finite */
  const char *s; /* BAUD_TEXT, BAUD_UNIT: never null */
} baud_value;

/* A parameter of type BAUD_UNIT is a unit itself, of the role low.i, as JSON: {"id": "org.example.grid", "behaviour": 1,
 * "params": {..}}. Only compositions, which are the host's own, can make something of it. Its default is such a text; ""
 * says that there need not be one. */
enum { BAUD_INT = 1, BAUD_FLOAT = 2, BAUD_FLAG = 3, BAUD_CHOICE = 4, BAUD_TEXT = 5, BAUD_UNIT = 6 };
/* baud_param.flags: may change while a trial runs. For learners; texts never. The host creates a model with the new value,
 * destroys the old one and goes on with the blocks as they are: so what a live parameter says may show in predict and
 * learn alone, never in the table of blocks, in init(), in the channels taken or in the forms of answers. */
enum { BAUD_LIVE = 1 };

/* One row of a unit's parameter table. The host parses and checks; create() receives checked values in this
 * order, defaults filled in. Use the macros below: they are positional, hence valid C11 and C++17. */
typedef struct baud_param {
  uint32_t size, type, flags, n_choices;
  const char *key, *unit, *doc; /* key: [a-z_]+; unit: "" where there is none; doc: one line */
  const char *const *choices;   /* BAUD_CHOICE only */
  baud_value def, low, high;    /* low and high inclusive; ignored for flag, choice, text */
} baud_param;

#define BAUD_PARAM_INT(key, def, low, high, unit, doc) \
  { BAUD_SIZE(baud_param), BAUD_INT, 0, 0, key, unit, doc, NULL, {def, 0, NULL}, {low, 0, NULL}, {high, 0, NULL} }
#define BAUD_PARAM_FLOAT(key, def, low, high, unit, doc) \
  { BAUD_SIZE(baud_param), BAUD_FLOAT, 0, 0, key, unit, doc, NULL, {0, def, NULL}, {0, low, NULL}, {0, high, NULL} }
#define BAUD_PARAM_LIVE_INT(key, def, low, high, unit, doc) \
  { BAUD_SIZE(baud_param), BAUD_INT, BAUD_LIVE, 0, key, unit, doc, NULL, {def, 0, NULL}, {low, 0, NULL}, {high, 0, NULL} }
#define BAUD_PARAM_LIVE_FLOAT(key, def, low, high, unit, doc) \
  { BAUD_SIZE(baud_param), BAUD_FLOAT, BAUD_LIVE, 0, key, unit, doc, NULL, {0, def, NULL}, {0, low, NULL}, {0, high, NULL} }
#define BAUD_PARAM_FLAG(key, def, doc) \
  { BAUD_SIZE(baud_param), BAUD_FLAG, 0, 0, key, "", doc, NULL, {def, 0, NULL}, {0, 0, NULL}, {1, 0, NULL} }
#define BAUD_PARAM_CHOICE(key, def, choices, n_choices, doc) \
  { BAUD_SIZE(baud_param), BAUD_CHOICE, 0, n_choices, key, "", doc, choices, {def, 0, NULL}, {0, 0, NULL}, {0, 0, NULL} }
#define BAUD_PARAM_TEXT(key, def, doc) \
  { BAUD_SIZE(baud_param), BAUD_TEXT, 0, 0, key, "", doc, NULL, {0, 0, def}, {0, 0, NULL}, {0, 0, NULL} }
#define BAUD_PARAM_UNIT(key, def, role, doc) \
  { BAUD_SIZE(baud_param), BAUD_UNIT, 0, 0, key, "", doc, NULL, {0, 0, def}, {role, 0, NULL}, {role, 0, NULL} }

/* ---- What the host offers ---------------------------------------------------------------------------- */

/* Valid from create() to destroy(); callable from the instance's thread. */
typedef struct baud_host {
  uint32_t size, minor;
  void *ctx;
  void (*log)(const struct baud_host *host, uint32_t level, const char *text); /* level 0 debug .. 3 error */
  /* Remembers one sentence (what, where, what to do) and returns `code`, so: return host->fail(host, BAUD_EARG, ".."); */
  int32_t (*fail)(const struct baud_host *host, int32_t code, const char *why);
  /* A host service by name and revision, or null. To a learner: "baud.ideal/1". */
  const void *(*extension)(const struct baud_host *host, const char *id);
} baud_host;

/* ---- Environments ------------------------------------------------------------------------------------ */

/* A named array that crosses the boundary, for each lane `count` elements: an observation field or the action. */
typedef struct baud_field {
  uint32_t size, dtype;  /* BAUD_U8, BAUD_I32 or BAUD_F32 */
  uint32_t categories;   /* > 0: discrete, values 0 .. categories-1; 0: continuous (BAUD_F32) */
  uint32_t count;        /* elements a lane, rows of `shape` laid out in C order */
  uint32_t rank, shape[3]; /* for drawing and networks; rank 0: a scalar */
  double low, high;      /* bounds of a continuous field, -INFINITY and INFINITY where there are none */
  const char *name, *unit, *doc;
} baud_field;

#define BAUD_DISCRETE_FIELD(name, categories, doc) \
  { BAUD_SIZE(baud_field), BAUD_I32, categories, 1, 0, {0, 0, 0}, 0, (double)(categories) - 1, name, "", doc }

/* A fact: a named number that a step brings forth. Reward schemes turn facts into the learner's reward; the
 * learner itself never sees them. Fact 0 is what the environment emits on its reward channel, and it is the
 * finest: every other fact that is not BAUD_FACT_HIDDEN is a function of fact 0, the observations, the actions
 * and the flags, so that offered bits are those of fact 0. */
enum {
  BAUD_FACT_REWARD = 1,    /* the environment's own reward: its sum is the return that baud reports */
  BAUD_FACT_OUTCOME = 2,   /* 1 when the episode succeeded, read at the step that ends it; else 0 */
  BAUD_FACT_POTENTIAL = 4, /* the successor's potential, for shaping, a function of what the observation tells; the
                            * fact of the same name with "_before" behind it is that of the state acted in */
  BAUD_FACT_HIDDEN = 8,    /* the host's alone: reports may use it; a scheme that delivers it is refused, so look for
                            * facts without this role, an outcome may have it too */
  BAUD_FACT_AT_END = 16    /* 0 at every step but the one that ends an episode: a scheme that delivers it at the end
                            * delivers it whole */
};
typedef struct baud_fact {
  uint32_t size, roles; /* BAUD_FACT_* ored; one fact may be reward and outcome at once */
  const char *name, *unit, *doc;
} baud_fact;

/* Filled in by create(); the pointees live as long as the model. The host zeroes it and sets size before. */
typedef struct baud_env_spec {
  uint32_t size, n_obs, n_facts;
  uint32_t max_steps;        /* the longest an episode can last by the environment's own rules; 0: no bound */
  const baud_field *obs;     /* [n_obs]; field 0 of a tabular world is one discrete scalar: its state */
  const baud_field *action;  /* one field */
  const baud_fact *facts;    /* [n_facts] */
  uint64_t lane_bytes;       /* a lane's whole mutable state: flat, without pointers */
  uint64_t world_bytes;      /* the world theta: what draw() fills in; 0: there is nothing to be drawn */
  double entropy_bits;       /* H(theta) under the prior; INFINITY for a continuous world; 0 without a world */
  uint32_t limit, pad;       /* the time limit it is known by: steps after which the host truncates an episode unless the
                              * experiment names another; 0: max_steps */
} baud_env_spec;

/* One call's lanes. The world is read-only for the lanes and drawn by the host, once a trial or a lifetime. */
typedef struct baud_batch {
  uint32_t size, lanes;
  uint32_t n_pick;              /* reset only: the lanes to reset are pick[0..n_pick), others stay untouched */
  uint32_t pad;
  const uint32_t *pick;
  const uint64_t *seed;         /* reset only: [n_pick], a fresh seed for each */
  char *lane;                   /* lane k's state at lane + k * lane_stride; zeroed once, before its first reset */
  uint64_t lane_stride;         /* at least lane_bytes, a multiple of 8 */
  const char *world;            /* lane k's world at world + k * world_stride; stride 0: one world for all */
  uint64_t world_stride;
  const void *action;           /* [lane][count]; step and score */
  const void *const *obs_before; /* [field]: the observations acted upon; score only */
  void *const *obs;             /* [field]: written by reset and step (the true successor); read by score */
  float *const *facts;          /* [fact][lane]: written by step, read by score */
  float *reward;                /* [lane]: written by score */
  uint8_t *flags;               /* [lane]: step writes 0 or BAUD_TERMINATED; the host adds BAUD_TRUNCATED before score */
} baud_batch;

typedef struct baud_env_ops {
  uint32_t size, pad;
  int32_t (*create)(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model);
  void (*destroy)(void *model);
  /* Draws a world from the prior. Null where world_bytes is 0. The world is zeroed before. */
  int32_t (*draw)(const void *model, uint64_t seed, void *world);
  /* Begins episodes in the picked lanes and writes their first observations. What a lane's state held stays
   * in it: an environment that changes over its life counts there. */
  int32_t (*reset)(const void *model, const baud_batch *batch);
  /* One step of all lanes. An action outside its categories is refused with BAUD_EARG. Never resets. */
  int32_t (*step)(const void *model, const baud_batch *batch);
} baud_env_ops;

/* ---- Reward schemes ---------------------------------------------------------------------------------- */

/* What a scheme does to the facts, told so that received bits are exact. In this order: take fact `fact`; keep it
 * at the steps that `when` names; add up (BAUD_VIEW_SUM: delivered once, at the episode's end); put into bins;
 * flip; drop; hold back `delay` steps. At all other steps, and where dropped, the delivered reward is 0. */
enum {
  BAUD_VIEW_UNKNOWN = 0, /* no statement: received is shown as "at most what was offered" */
  BAUD_VIEW_BLIND = 1,   /* a function of what else crosses (intrinsic rewards): carries no bits of its own */
  BAUD_VIEW_FACT = 2     /* as the other members say */
};
enum { BAUD_VIEW_EVERY_STEP = 0, BAUD_VIEW_AT_END = 1, BAUD_VIEW_SUM = 2 };
typedef struct baud_view {
  uint32_t size, kind, fact, when;
  uint32_t delay;        /* steps; what is still held back at the episode's end is delivered in the last step, summed */
  uint32_t n_bins;       /* 0: as it is; else the fact becomes the middle of its bin, n_bins equal ones on [bin_low, bin_high] */
  double bin_low, bin_high;
  double flip;           /* P(a fact that is 0 or 1 is inverted), independently each time it is delivered */
  double drop;           /* P(0 is delivered instead) */
  double scale, offset;  /* delivered = offset + scale * (the value after the steps above); applied where delivered */
} baud_view;

/* What create() is told and fills in. The host zeroes it, sets the upper part and view.size, scale 1. */
typedef struct baud_reward_setup {
  uint32_t size, lanes, limit, pad; /* limit: longest possible episode in steps, 0: unbounded */
  const baud_env_spec *env;         /* of the environment it is to score: look facts up by role or name */
  uint64_t lane_bytes;              /* out: a lane's mutable state */
  baud_view view;                   /* out */
} baud_reward_setup;

typedef struct baud_reward_ops {
  uint32_t size, pad;
  /* Fails with a sentence naming the fact where the environment lacks one that it needs. */
  int32_t (*create)(const baud_host *host, const baud_value *values, baud_reward_setup *setup, void **model);
  void (*destroy)(void *model);
  int32_t (*reset)(const void *model, const baud_batch *batch);  /* batch.obs: first observations */
  int32_t (*score)(const void *model, const baud_batch *batch);  /* reads facts, obs_before, obs, action, flags */
} baud_reward_ops;

/* ---- Learners ---------------------------------------------------------------------------------------- */

/* A learner's memory: allocated, zeroed, saved, cloned and plotted by the host. */
enum {
  BAUD_WEIGHT = 1,   /* what it knows; not writable in predict */
  BAUD_OPTIMISER = 2, /* not writable in predict */
  BAUD_TRACE = 3,    /* eligibility, counts of the running episode, rollouts */
  BAUD_MEMORY = 4,   /* what it remembers of the present lifetime or context: wiped to measure placement */
  BAUD_RNG = 5,      /* random states, u64 */
  BAUD_SCRATCH = 6   /* of no meaning between calls; not saved */
};
enum { BAUD_PER_LANE = 1 }; /* baud_block.flags: `count` elements for each lane, [lane][count] */
typedef struct baud_block {
  uint32_t size, dtype, role, flags;
  uint64_t count;      /* elements (a lane, where BAUD_PER_LANE) */
  const char *name;
} baud_block;

/* A question that the host may put at any tick. All answers are given before the outcome exists. */
enum {
  BAUD_ASK_ACTION = 1,      /* the policy: the distribution that the action is drawn from */
  BAUD_ASK_OBSERVATION = 2, /* field `field` of the next observation, given the tick's action; each field is asked for */
  BAUD_ASK_REWARD = 3,      /* the reward about to be delivered, given the tick's action */
  BAUD_ASK_TERMINATED = 4   /* whether the step will terminate: {no, yes} */
};
enum {
  BAUD_FORM_CATEGORICAL = 1, /* [element][category] probabilities, each element's summing to 1 */
  BAUD_FORM_NORMAL = 2       /* [element]{mean, standard deviation > 0}: width = 2 * elements; scored in bins */
};
typedef struct baud_question {
  uint32_t size, target, field, horizon; /* horizon: steps ahead, 1 */
  uint32_t forms;          /* 1u << BAUD_FORM_*: the forms in which the host can score an answer */
  uint32_t width_categorical, width_normal; /* floats a lane in each form */
  uint32_t form;           /* out: the learner's pick; 0 declines, and is scored as the baseline */
  const double *values;    /* BAUD_ASK_REWARD, categorical: the reward that each answer stands for, or null */
} baud_question;

/* What create() is told and fills in. */
typedef struct baud_learner_setup {
  uint32_t size, lanes;
  uint32_t limit;          /* longest possible episode in steps, 0: unbounded */
  uint32_t channels;       /* mask: what the experiment lets through */
  uint32_t subscribed;     /* out, mask: what it takes; all else never reaches it. What it acts on counts as taken */
  uint32_t n_obs, n_questions, n_blocks; /* n_blocks: out */
  const baud_field *obs, *action;
  baud_question *questions; /* [n_questions]: in, and `form` out */
  const baud_block *blocks; /* out: lives as long as the model */
} baud_learner_setup;

enum { /* modes of a tick */
  BAUD_TRAIN = 0, /* acts for real; learn() follows */
  BAUD_EVAL = 1,  /* a question put to a copy, as if at the first tick of an episode: nothing follows, nothing stays */
  BAUD_PLAY = 2   /* acts for real with the weights as they are; "baud.remember/1" follows instead of learn() */
};
typedef struct baud_tick {  /* all that is known before the outcome exists */
  uint32_t size, lanes, mode;
  uint32_t action_given;    /* 1: `action` is set, answer for it and leave it; 0: choose, write `action` */
  uint64_t ask;             /* bit q: write answer[q] for all lanes; other answers stay untouched */
  const void *const *obs;   /* [field][lane][count]; null unless observation is subscribed */
  const uint8_t *starts;    /* [lane]: 1 at an episode's first tick */
  const void *demonstration; /* [lane][count]: the action shown, where shown[lane]; null unless subscribed */
  const uint8_t *shown;
  void *action;             /* [lane][count] */
  float *const *answer;     /* [question][lane][width of the chosen form]; null where declined */
} baud_tick;

typedef struct baud_outcome { /* the intact transition; only what is subscribed */
  uint32_t size, lanes;
  const void *const *obs;      /* acted upon */
  const void *action;
  const float *reward;         /* [lane]; null unless reward is subscribed */
  const uint8_t *flags;        /* [lane]: BAUD_TERMINATED, BAUD_TRUNCATED */
  const void *const *next_obs; /* the true successor, never a reset's first; null unless subscribed */
  const void *demonstration;
  const uint8_t *shown;
} baud_outcome;

typedef struct baud_learner_ops {
  uint32_t size, pad;
  int32_t (*create)(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model);
  void (*destroy)(void *model);
  /* Blocks come zeroed; the seed shares nothing with the world's. */
  int32_t (*init)(const void *model, void *const *blocks, uint64_t seed);
  /* WEIGHT and OPTIMISER blocks are read-only here. */
  int32_t (*predict)(const void *model, void *const *blocks, const baud_tick *tick);
  int32_t (*learn)(const void *model, void *const *blocks, const baud_outcome *outcome);
} baud_learner_ops;

/* ---- Extensions of environments ---------------------------------------------------------------------- */

/* What an ideal observer is told of one moment of one lane. */
enum {
  BAUD_EV_START = 1,         /* an episode began: obs is its first observation */
  BAUD_EV_DEMONSTRATION = 2, /* before acting: action is what the expert showed in obs_before */
  BAUD_EV_STEP = 3,          /* a step was taken: obs is its successor; the fact arrives with it */
  BAUD_EV_LATE = 4           /* the fact of an earlier step arrives: obs_before, action, obs are that step's */
};
typedef struct baud_evidence {
  uint32_t size, kind, lane;
  uint32_t flags;               /* BAUD_TERMINATED, BAUD_TRUNCATED of the step: told to everyone */
  const void *const *obs_before; /* [field] -> this lane's elements; always set but at START */
  const void *const *obs;       /* always set; the observer may use it as evidence only if sees_observation */
  const void *action;           /* the action taken, or shown */
  uint32_t sees_observation;    /* 1: the observation crosses; its bits go to bits[BAUD_CH_OBSERVATION] */
  uint32_t sees_reward;         /* 1: something of the fact crosses; its bits go to bits[BAUD_CH_REWARD] */
  uint32_t fact;                /* which fact the reward tells of */
  uint32_t n_weight;
  const double *weight;         /* [n_weight] P(what was delivered | fact has its x-th value), for a fact with an
                                 * alphabet: one-hot where it is delivered as it is, mixed through flips, bins,
                                 * drops. Null for a continuous fact: then `value` is it */
  double value;                 /* the fact's own value, where it crosses as it is; else NAN */
  double competence;            /* DEMONSTRATION: P(the shown action is an optimal one), uniform among those,
                                 * else uniform among the others */
} baud_evidence;

/* "baud.observer/1": the Bayesian who knows the prior and the noise, not the world. Its state is flat, the
 * host's, opened at the prior. All bits are -log2 of a probability (of a density for continuous facts).
 * Channels in the order of delivery: demonstration, observation, reward; each given those before it. Flags come
 * with the step and are told to everyone: what they tell by themselves counts under reward, delivered or not. */
enum { /* baud_observer.flags; each lets the host leave calls out, none changes a figure */
  BAUD_NOISELESS = 1,  /* given the world nothing is left to chance: noise() is asked for demonstrations alone */
  BAUD_REPEATABLE = 2  /* a step's evidence tells nothing when it comes a second time, whatever came between, and
                        * surprise() keeps no track of lanes: repeats may be left out */
};
enum {
  BAUD_SEES_SOFT = 1, /* evidence weights that are neither one-hot nor all equal */
  BAUD_SEES_LATE = 2  /* BAUD_EV_LATE */
};
typedef struct baud_query {     /* a question to the posterior: the same as a baud_item asks a learner */
  uint32_t size, target, field, n_answers;
  const void *const *obs;       /* [field] -> one lane's elements: the context */
  const void *action;           /* the context's action, for OBSERVATION and REWARD */
} baud_query;
typedef struct baud_observer {
  uint32_t size, flags;
  uint64_t (*state_bytes)(const void *model, uint32_t lanes);
  /* The values that a fact can take, written to values[0..max): their number; 0: continuous; < 0: unknown. */
  int32_t (*alphabet)(const void *model, uint32_t fact, double *values, uint32_t max);
  /* 1 when received bits are exact for these channels (mask), this fact and these BAUD_SEES_* needs; else 0. */
  int32_t (*supports)(const void *model, uint32_t channels, uint32_t fact, uint32_t needs);
  int32_t (*open)(const void *model, void *state, uint32_t lanes);
  /* -log2 p(evidence | theta, past): what one who knows the world still cannot predict. Updates nothing. */
  int32_t (*noise)(const void *model, const void *world, const void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]);
  /* -log2 p(evidence | past); then updates the posterior. Has no access to the world. */
  int32_t (*surprise)(const void *model, void *state, const baud_evidence *e, double bits[BAUD_CHANNELS]);
  /* The posterior's answer: probabilities [n_answers]. Target ACTION: P(action is optimal here), normalised.
   * May be null, or return BAUD_EUNSUP. */
  int32_t (*answer)(const void *model, const void *state, const baud_query *query, double *probability);
  /* 1 when the world is known as far as anything can tell of it: every step's surprise equals its noise from here
   * on, so the host tells the observer of no further step; lanes are then no longer followed. Only asked of a
   * BAUD_NOISELESS observer, and not where there are demonstrations. May be null. */
  int32_t (*settled)(const void *model, const void *state);
} baud_observer;

/* "baud.quiz/1": questions about the world with known answers, put to a copy of the learner. An item with a member out
 * of its range fails the trial with a sentence; so does a context that no observation could be. */
enum { BAUD_ITEM_FACT = 1, BAUD_ITEM_DECISION = 2 }; /* counts towards absorbed, towards useful, or both */
enum {
  BAUD_SCORE_SET = 1, /* truth marks the right answers A* with 1: log2 q(A*) - log2 p(A*) */
  BAUD_SCORE_MEAN = 2 /* truth is p(answer | theta): its mean of log2 q(x) - log2 p(x) */
};
typedef struct baud_item {  /* buffers are the host's, n_answers <= max_answers of the quiz */
  uint32_t size, kinds;     /* BAUD_ITEM_* ored; 0: in this world there is nothing to ask here, and the other members are
                             * not read. Then `prior` is that of the worlds in which the item counts */
  uint32_t target, field;   /* BAUD_ASK_*: what the learner is asked; field: of OBSERVATION, else 0 */
  uint32_t channel;         /* the channel that tells of it: where absorbed bits are booked */
  uint32_t group;           /* below the number of items: those with a common cause carry the same one, and the groups
                             * are independent of each other under the prior */
  uint32_t score, n_answers; /* n_answers: the width of the learner's answer, 2 or more */
  uint32_t action_given, pad;
  double *truth, *prior;    /* [n_answers]: prior conditional on the context, of the single answers. Answers with prior
                             * 0 are no answers of this item: what the learner gives them is left out of account.
                             * Ties: p* = argmax over p of E log2 p(A*) over the prior, by p(x) <- E[p(x) 1{x in A*} / p(A*)];
                             * mix in a little of uniform where that leaves a right answer with 0, which is refused */
  void *const *obs;         /* [field]: the context, written by item() */
  void *action;             /* written where action_given */
  /* Steps that led to the context, for learners that know where they are by remembering; like the context they must not
   * depend on the world. The copy reads them first, from the start of an episode: each is a tick in EVAL mode with its
   * action given, then "baud.remember/1". Buffers have room for most_prefix steps and are zeroed. */
  uint32_t n_prefix, prefix_pad;
  void *const *prefix_obs;  /* [field] -> [step][count]: acted upon */
  void *prefix_action;      /* [step][count] */
  float *prefix_reward;     /* [step]: what was delivered */
} baud_item;
/* The sum over facts (decisions) is a certified bound: each has a group of its own, or each prior is conditional on the
 * right answers of the items before it that count (the chain rule). Else facts are summed as "~", and decisions shown as
 * their mean. */
enum { BAUD_FACTS_INDEPENDENT = 1, BAUD_DECISIONS_INDEPENDENT = 2 };
typedef struct baud_quiz {
  uint32_t size;
  uint32_t most_prefix; /* steps that an item's prefix has at most, up to 1000; 0: none has one */
  int32_t (*count)(const void *model, uint32_t *n_items, uint32_t *max_answers, uint32_t *independence);
  int32_t (*item)(const void *model, const void *world, uint32_t index, baud_item *item);
} baud_quiz;

/* "baud.demonstrate/1": what an expert who knows the world would do. Discrete actions. */
typedef struct baud_demonstrate {
  uint32_t size, pad;
  /* optimal [lane][categories]: 1 for each optimal action; all 0 where there is nothing to show. */
  int32_t (*optimal)(const void *model, const baud_batch *batch, uint8_t *optimal);
} baud_demonstrate;

/* "baud.draw/1": a picture in characters, a pure function of model, world and one lane. */
typedef struct baud_draw {
  uint32_t size, pad;
  int32_t (*extent)(const void *model, uint32_t *width, uint32_t *height);
  int32_t (*draw)(const void *model, const void *world, const void *lane, char *cells); /* [height][width] ASCII */
} baud_draw;

/* ---- Extensions of learners -------------------------------------------------------------------------- */

/* "baud.teach/1": trains on a span that it is handed, between learn and reset; may write all blocks. */
typedef struct baud_span { /* what one lane observed, in order; the host's history */
  uint32_t size, lane, steps, pad;
  const void *const *obs;      /* [field][step][count] */
  const void *action;          /* [step][count] */
  const float *reward;         /* [step], or null */
  const uint8_t *mask;         /* [step]: 1 where the token is a target; own actions are out by default */
} baud_span;
typedef struct baud_teach {
  uint32_t size, pad;
  int32_t (*teach)(const void *model, void *const *blocks, const baud_span *span, double rate);
} baud_teach;

/* "baud.memory/1": cuts what a lane remembers between windows. */
enum { BAUD_CUT_CLEAR = 0, BAUD_CUT_KEEP = 1, BAUD_CUT_COMPRESS = 2 };
typedef struct baud_cut {
  uint32_t size, pad;
  int32_t (*cut)(const void *model, void *const *blocks, uint32_t lane, uint32_t how, uint32_t keep);
} baud_cut;

/* "baud.remember/1": in PLAY, what learn() does to memory and traces without what it does to weights. A learner that
 * takes actions or rewards into its memory needs it to be itself when it is evaluated with frozen weights. It is called
 * for the steps of a quiz's prefix too, on the copy: these happened to nobody, which the mode of the tick before, EVAL,
 * tells, and are no evidence of the world. */
typedef struct baud_remember {
  uint32_t size, pad;
  int32_t (*remember)(const void *model, void *const *blocks, const baud_outcome *outcome); /* WEIGHT, OPTIMISER const */
} baud_remember;

/* ---- A service of the host's to learners: "baud.ideal/1" ---------------------------------------------- */

/* The ideal observer of what crosses to this very learner, for learners that are to be as good as possible.
 * The state (state_bytes) lies in a block of the learner's own. There is no way to the world from here.
 * Null extension where the environment has no observer or the observer does not support the view. */
typedef struct baud_ideal {
  uint32_t size, pad;
  const baud_observer *observer;
  const void *model;
  uint64_t state_bytes;
  /* In predict, once each TRAIN or PLAY tick, before the state is used: the episodes that start in this tick and what is
   * demonstrated in it. */
  int32_t (*before)(const struct baud_ideal *ideal, void *state, const baud_tick *tick);
  /* In learn or remember, once each outcome: the step's observation and reward. */
  int32_t (*after)(const struct baud_ideal *ideal, void *state, const baud_outcome *outcome);
  void *ctx;
} baud_ideal;

/* ---- Extensions of an instance ------------------------------------------------------------------------- */

/* "baud.instance/1", on units of any role: for those whose abilities depend on their parameters. Where a unit has it, the
 * host asks the model that was created, and takes baud_unit.extension for what some instance may have. What is answered
 * lives as long as the model. */
typedef struct baud_instance {
  uint32_t size, pad;
  const void *(*extension)(const void *model, const char *id); /* null for what this one lacks */
} baud_instance;

/* ---- The table that a library exports ---------------------------------------------------------------- */

typedef struct baud_unit {
  uint32_t size, role;
  uint32_t behaviour;         /* 1, 2, ...: bumped when a seed's trajectory changes; part of every result */
  uint32_t state_version;     /* bumped when the layout of lanes or blocks changes */
  const char *id;             /* permanent: "org.example.grid"; scripts may use the last part alone */
  const char *title, *doc;    /* one line; a paragraph with the source of the idea */
  const baud_param *params;
  uint32_t n_params, pad;
  const void *ops;            /* baud_env_ops, baud_learner_ops or baud_reward_ops, by role */
  const void *(*extension)(const char *id); /* "baud.observer/1" ..; null for what it lacks; may itself be null */
} baud_unit;

typedef struct baud_library {
  uint32_t size, built_minor, needs_minor, layout; /* BAUD_SIZE(baud_library), BAUD_MINOR, 0, BAUD_LAYOUT */
  const char *vendor, *version, *license;
  const baud_unit *units;
  uint32_t n_units, pad;
} baud_library;

/* The sole export of a plugin library; the major is in the name. This declaration makes it visible and gives it C
 * linkage: define it as plain `const baud_library baud_plugin_1 = {..};`, in C and in C++ alike. Minors append members
 * to structs; initialisers that name members (C11, C++20) compile against all of them without warnings. */
#define BAUD_EXPORT __attribute__((visibility("default")))
BAUD_EXPORT extern const baud_library baud_plugin_1;

#ifdef __cplusplus
}
#endif
#endif
