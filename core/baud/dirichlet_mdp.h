/* baud/dirichlet_mdp.h - Bayesian knowledge of a Markov decision process and finite-horizon planning, inline: what the
 * model-based learners PSRL, OPSRL and BEB have in common.
 *
 * For each state-action pair: successors ~ Categorical(theta), theta ~ Dirichlet(concentration, ...); reward ~
 * N(mu, noise_variance), mu ~ N(prior_mean, prior_variance). Both posteriors are counts and sums. That a step
 * terminates is learned per pair as the share of its steps that did: nothing terminates until it has been seen to.
 *
 * The one thing to know: at an episode's first tick, and again after `horizon` steps, a lane gets a new plan, the
 * values q[h][s][a] of acting at step h of H, by the learner's own baud_planner: from a sampled world, say, or the
 * mean one. It then acts greedily on the plan, whatever is learned meanwhile. All lanes add to the same counts, in
 * their order. The plan is TRACE: predict moves it on in EVAL too, where no learn() follows.
 */
#ifndef BAUD_DIRICHLET_MDP_H
#define BAUD_DIRICHLET_MDP_H

#include "baud/tabular.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parameters that open each table of a model-based learner, in this order; own ones follow. */
enum {
  BAUD_MDP_HORIZON, BAUD_MDP_DISCOUNT, BAUD_MDP_CONCENTRATION, BAUD_MDP_PRIOR_MEAN, BAUD_MDP_PRIOR_VARIANCE,
  BAUD_MDP_NOISE_VARIANCE, BAUD_MDP_PARAMS
};
#define BAUD_MDP_PARAM_ROWS \
  BAUD_PARAM_INT("horizon", 0, 0, 1000000, "steps", "how far a plan looks, to be made anew; 0: the episode's limit"), \
  BAUD_PARAM_FLOAT("discount", 1, 0, 1, "", "a later reward's worth against the one before"), \
  BAUD_PARAM_FLOAT("concentration", 1, 1e-9, 1e6, "steps", "the prior's count of each successor"), \
  BAUD_PARAM_FLOAT("prior_mean", 0, -1e9, 1e9, "", "mean reward is N(prior_mean, prior_variance) a priori"), \
  BAUD_PARAM_FLOAT("prior_variance", 1, 1e-9, 1e18, "", "see prior_mean"), \
  BAUD_PARAM_FLOAT("noise_variance", 1, 1e-9, 1e18, "", "variance of a reward about its mean")

enum {
  BAUD_MDP_SUCCESSORS, /* [s][a][s'] steps */
  BAUD_MDP_VISITS,     /* [s][a] steps */
  BAUD_MDP_ENDINGS,    /* [s][a] steps that terminated */
  BAUD_MDP_REWARDS,    /* [s][a] their sum */
  BAUD_MDP_RANDOM,     /* [lane] */
  BAUD_MDP_STEP,       /* [lane] 1 + the step of its plan; 0: it has none */
  BAUD_MDP_PLAN,       /* [lane][h][s][a] */
  BAUD_MDP_SCRATCH,    /* a baud_world's arrays, the policy, a prediction; then the learner's own */
  BAUD_MDP_BLOCKS
};

/* A learner's place, filled in by baud_mdp_open; part of its model. */
typedef struct baud_mdp {
  const baud_host *host;
  baud_table table;
  uint32_t horizon;
  double discount, concentration, prior_mean, prior_variance, noise_variance;
  uint64_t asks_successor, asks_reward; /* masks of questions */
  baud_block blocks[BAUD_MDP_BLOCKS];
} baud_mdp;

/* A world to plan in; pairs s, a are laid out as s * actions + a. */
typedef struct baud_world {
  double *successor; /* [s'][s][a] P(s' and not terminated), so that a backup runs along the pairs */
  double *reward;    /* [s][a] its mean */
  double *prospect;  /* [s][a] added to it for each step that is left afterwards; null: nothing */
  double *value;     /* [s] worked in */
  double *own;       /* the learner's own scratch */
} baud_world;

/* Makes a plan from what is known: writes q [h][s][a]. */
typedef void (*baud_planner)(const void *model, void *const *blocks, baud_world *world, uint64_t *random, double *q);

static inline uint64_t baud_mdp_plan_size(const baud_mdp *mdp) { return mdp->horizon * baud_pairs(&mdp->table); }

/* ---- Opening -------------------------------------------------------------------------------------------- */

/* Takes the questions for the reward that can be answered with a normal distribution. */
static inline uint64_t baud_mdp_accept_reward(baud_learner_setup *setup) {
  uint64_t accepted = 0;
  for (uint32_t i = 0; i < setup->n_questions && i < 64; i++) {
    baud_question *question = &setup->questions[i];
    if (question->target != BAUD_ASK_REWARD || question->horizon > 1) continue;
    if (!(question->forms & 1u << BAUD_FORM_NORMAL) || question->width_normal != 2) continue;
    question->form = BAUD_FORM_NORMAL;
    accepted |= (uint64_t)1 << i;
  }
  return accepted;
}

static inline void baud_mdp_declare(baud_mdp *mdp, baud_learner_setup *setup, uint64_t own) {
  uint64_t pairs = baud_pairs(&mdp->table), states = mdp->table.states;
  uint64_t scratch = pairs * states + pairs + 2 * states + mdp->table.actions + own;
  mdp->blocks[BAUD_MDP_SUCCESSORS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs * states, "successors");
  mdp->blocks[BAUD_MDP_VISITS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "visits");
  mdp->blocks[BAUD_MDP_ENDINGS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "endings");
  mdp->blocks[BAUD_MDP_REWARDS] = baud_block_of(BAUD_F64, BAUD_WEIGHT, 0, pairs, "rewards");
  mdp->blocks[BAUD_MDP_RANDOM] = baud_block_of(BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random");
  mdp->blocks[BAUD_MDP_STEP] = baud_block_of(BAUD_U64, BAUD_TRACE, BAUD_PER_LANE, 1, "step");
  mdp->blocks[BAUD_MDP_PLAN] = baud_block_of(BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, baud_mdp_plan_size(mdp), "plan");
  mdp->blocks[BAUD_MDP_SCRATCH] = baud_block_of(BAUD_F64, BAUD_SCRATCH, 0, scratch, "scratch");
  setup->blocks = mdp->blocks;
  setup->n_blocks = BAUD_MDP_BLOCKS;
}

/* Finds sizes, subscribes to reward and observation, takes the questions for policy, successor and reward. A learner
 * with more scratch of its own declares the blocks again. values: its own, which BAUD_MDP_PARAM_ROWS opens. */
static inline int32_t baud_mdp_open(const baud_host *host, const baud_value *values, baud_learner_setup *setup,
                                    baud_mdp *mdp) {
  int32_t code = baud_table_open(host, setup, BAUD_MASK(BAUD_CH_REWARD), &mdp->table);
  if (code != BAUD_OK) return code;
  mdp->host = host;
  mdp->horizon = values[BAUD_MDP_HORIZON].i > 0 ? (uint32_t)values[BAUD_MDP_HORIZON].i : setup->limit;
  mdp->discount = values[BAUD_MDP_DISCOUNT].f;
  mdp->concentration = values[BAUD_MDP_CONCENTRATION].f;
  mdp->prior_mean = values[BAUD_MDP_PRIOR_MEAN].f;
  mdp->prior_variance = values[BAUD_MDP_PRIOR_VARIANCE].f;
  mdp->noise_variance = values[BAUD_MDP_NOISE_VARIANCE].f;
  if (mdp->horizon == 0)
    return host->fail(host, BAUD_EARG, "plans to the episode's end, but episodes here have no limit: set the parameter "
                                       "horizon to the number of steps to plan ahead");
  if (baud_mdp_plan_size(mdp) * setup->lanes > (uint64_t)1 << 28)
    return host->fail(host, BAUD_EARG, "would need more than 2 GB for its plans: set a shorter horizon or fewer lanes");
  if (mdp->table.sees_state) mdp->asks_successor = baud_accept(setup, BAUD_ASK_OBSERVATION, 0, mdp->table.states);
  mdp->asks_reward = baud_mdp_accept_reward(setup);
  baud_mdp_declare(mdp, setup, 0);
  return BAUD_OK;
}

static inline int32_t baud_mdp_init(const baud_mdp *mdp, void *const *blocks, uint64_t seed) {
  baud_seed_lanes((uint64_t *)blocks[BAUD_MDP_RANDOM], mdp->table.lanes, seed);
  return BAUD_OK;
}

/* ---- Knowledge ------------------------------------------------------------------------------------------ */

/* Posterior of a pair's mean reward: its mean and variance. */
static inline double baud_mdp_reward_variance(const baud_mdp *mdp, double visits) {
  return 1.0 / (1.0 / mdp->prior_variance + visits / mdp->noise_variance);
}
static inline double baud_mdp_reward_mean(const baud_mdp *mdp, double visits, double sum) {
  return baud_mdp_reward_variance(mdp, visits) * (mdp->prior_mean / mdp->prior_variance + sum / mdp->noise_variance);
}

/* P(a step of this pair does not terminate), as seen so far. */
static inline double baud_mdp_goes_on(double visits, double endings) {
  return endings > 0.0 ? 1.0 - endings / visits : 1.0;
}

/* The world of the posterior means. */
static inline void baud_mdp_mean_world(const baud_mdp *mdp, void *const *blocks, baud_world *world) {
  const double *successors = (const double *)blocks[BAUD_MDP_SUCCESSORS];
  const double *visits = (const double *)blocks[BAUD_MDP_VISITS];
  const double *endings = (const double *)blocks[BAUD_MDP_ENDINGS], *rewards = (const double *)blocks[BAUD_MDP_REWARDS];
  uint64_t pairs = baud_pairs(&mdp->table), states = mdp->table.states;
  for (uint64_t pair = 0; pair < pairs; pair++) {
    double scale = baud_mdp_goes_on(visits[pair], endings[pair]) / ((double)states * mdp->concentration + visits[pair]);
    for (uint64_t next = 0; next < states; next++)
      world->successor[next * pairs + pair] = scale * (mdp->concentration + successors[pair * states + next]);
    world->reward[pair] = baud_mdp_reward_mean(mdp, visits[pair], rewards[pair]);
  }
}

/* Gamma(shape, 1): for a small whole shape the waiting time for so many events, with one logarithm. */
static inline double baud_mdp_gamma(uint64_t *random, double shape) {
  if (shape > 12.0 || shape != floor(shape)) return baud_gamma(random, shape);
  double product = 1.0;
  for (int n = (int)shape; n > 0; n--) product *= baud_uniform_positive(random);
  return -log(product);
}

/* A world drawn from the posterior. (All draws of a row can only underflow to 0 where the counts are next to nothing:
 * the limit of such a Dirichlet is one certain successor.) */
static inline void baud_mdp_sample_world(const baud_mdp *mdp, void *const *blocks, uint64_t *random,
                                         baud_world *world) {
  const double *successors = (const double *)blocks[BAUD_MDP_SUCCESSORS];
  const double *visits = (const double *)blocks[BAUD_MDP_VISITS];
  const double *endings = (const double *)blocks[BAUD_MDP_ENDINGS], *rewards = (const double *)blocks[BAUD_MDP_REWARDS];
  uint64_t pairs = baud_pairs(&mdp->table), states = mdp->table.states;
  for (uint64_t pair = 0; pair < pairs; pair++) {
    double sum = 0.0;
    for (uint64_t next = 0; next < states; next++) {
      double x = baud_mdp_gamma(random, mdp->concentration + successors[pair * states + next]);
      sum += world->successor[next * pairs + pair] = x;
    }
    if (!(sum > 0.0)) sum = world->successor[baud_below(random, (uint32_t)states) * pairs + pair] = 1.0;
    double scale = baud_mdp_goes_on(visits[pair], endings[pair]) / sum;
    for (uint64_t next = 0; next < states; next++) world->successor[next * pairs + pair] *= scale;
    world->reward[pair] = baud_mdp_reward_mean(mdp, visits[pair], rewards[pair]) +
                          sqrt(baud_mdp_reward_variance(mdp, visits[pair])) * baud_normal(random);
  }
}

/* ---- Planning ------------------------------------------------------------------------------------------- */

/* Value iteration over the horizon:
 * q[h][s][a] = r(s,a) + discount * sum over s' of P(s'|s,a) max over a' q[h+1][s'][a']. */
static inline void baud_mdp_solve(const baud_mdp *mdp, const baud_world *world, double *q) {
  uint64_t pairs = baud_pairs(&mdp->table), states = mdp->table.states, actions = mdp->table.actions;
  for (uint64_t state = 0; state < states; state++) world->value[state] = 0.0;
  for (uint64_t h = mdp->horizon; h-- > 0;) {
    double *row = q + h * pairs;
    double left = (double)(mdp->horizon - 1 - h);
    for (uint64_t pair = 0; pair < pairs; pair++)
      row[pair] = world->reward[pair] + (world->prospect != NULL ? left * world->prospect[pair] : 0.0);
    for (uint64_t next = 0; next < states; next++) {
      const double *successor = world->successor + next * pairs;
      double value = mdp->discount * world->value[next];
      for (uint64_t pair = 0; pair < pairs; pair++) row[pair] += successor[pair] * value;
    }
    for (uint64_t state = 0; state < states; state++) {
      double best = row[state * actions];
      for (uint64_t a = 1; a < actions; a++) best = fmax(best, row[state * actions + a]);
      world->value[state] = best;
    }
  }
}

/* ---- One tick ------------------------------------------------------------------------------------------- */

/* Moves the lane's plan one step on, or makes a new one; the values of the present step, [s][a]. */
static inline const double *baud_mdp_follow(const baud_mdp *mdp, void *const *blocks, uint32_t lane, int starts,
                                            baud_planner planner, const void *model, baud_world *world) {
  uint64_t *step = (uint64_t *)blocks[BAUD_MDP_STEP] + lane, *random = (uint64_t *)blocks[BAUD_MDP_RANDOM] + lane;
  double *plan = (double *)blocks[BAUD_MDP_PLAN] + lane * baud_mdp_plan_size(mdp);
  if (starts || *step == 0 || *step >= mdp->horizon) {
    planner(model, blocks, world, random, plan);
    *step = 0;
  }
  return plan + (*step)++ * baud_pairs(&mdp->table);
}

/* Answers for successor and reward, given the action. */
static inline void baud_mdp_answer(const baud_mdp *mdp, void *const *blocks, const baud_tick *tick, uint32_t lane,
                                   uint64_t pair, double *prediction) {
  const double *successors = (const double *)blocks[BAUD_MDP_SUCCESSORS];
  double visits = ((const double *)blocks[BAUD_MDP_VISITS])[pair];
  double rewards = ((const double *)blocks[BAUD_MDP_REWARDS])[pair];
  uint32_t states = mdp->table.states;
  if (tick->ask & mdp->asks_successor) {
    double total = states * mdp->concentration + visits;
    for (uint32_t next = 0; next < states; next++)
      prediction[next] = (mdp->concentration + successors[pair * states + next]) / total;
    baud_answer(tick, mdp->asks_successor, lane, prediction, states);
  }
  if (tick->ask & mdp->asks_reward) {
    double normal[2] = { baud_mdp_reward_mean(mdp, visits, rewards),
                         sqrt(mdp->noise_variance + baud_mdp_reward_variance(mdp, visits)) };
    baud_answer(tick, mdp->asks_reward, lane, normal, 2);
  }
}

/* Acts greedily on the plan but, with chance epsilon, at random; answers for the policy that the plan leaves. */
static inline int32_t baud_mdp_predict(const baud_mdp *mdp, void *const *blocks, const baud_tick *tick,
                                       baud_planner planner, const void *model, double epsilon) {
  uint32_t states = mdp->table.states, actions = mdp->table.actions;
  uint64_t pairs = baud_pairs(&mdp->table);
  baud_world world;
  world.successor = (double *)blocks[BAUD_MDP_SCRATCH];
  world.reward = world.successor + pairs * states;
  world.prospect = NULL;
  world.value = world.reward + pairs;
  double *policy = world.value + states, *prediction = policy + actions;
  world.own = prediction + states;
  for (uint32_t lane = 0; lane < mdp->table.lanes; lane++) {
    const double *q = baud_mdp_follow(mdp, blocks, lane, tick->starts[lane], planner, model, &world);
    uint64_t row = (uint64_t)baud_table_state(&mdp->table, tick->obs, lane) * actions;
    baud_greedy_policy(q + row, actions, epsilon, policy);
    uint64_t *random = (uint64_t *)blocks[BAUD_MDP_RANDOM] + lane;
    uint32_t action = baud_table_act(&mdp->table, tick, lane, policy, random);
    baud_mdp_answer(mdp, blocks, tick, lane, row + action, prediction);
  }
  return BAUD_OK;
}

static inline int32_t baud_mdp_learn(const baud_mdp *mdp, void *const *blocks, const baud_outcome *outcome) {
  double *successors = (double *)blocks[BAUD_MDP_SUCCESSORS], *visits = (double *)blocks[BAUD_MDP_VISITS];
  double *endings = (double *)blocks[BAUD_MDP_ENDINGS], *rewards = (double *)blocks[BAUD_MDP_REWARDS];
  for (uint32_t lane = 0; lane < mdp->table.lanes; lane++) {
    uint64_t pair = (uint64_t)baud_table_state(&mdp->table, outcome->obs, lane) * mdp->table.actions +
                    baud_discrete(&mdp->table.action, outcome->action, lane);
    successors[pair * mdp->table.states + baud_table_state(&mdp->table, outcome->next_obs, lane)] += 1.0;
    visits[pair] += 1.0;
    endings[pair] += (outcome->flags[lane] & BAUD_TERMINATED) != 0;
    rewards[pair] += (double)outcome->reward[lane];
  }
  return BAUD_OK;
}

#ifdef __cplusplus
}
#endif
#endif
