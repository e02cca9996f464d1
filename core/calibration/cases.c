/* cases.c - the table of calibration.h: one short function a kind of case, one row a figure of SIGNAL.md.
 *
 * The idea throughout: an outcome's bits are read off a trial in which that outcome occurred (the seed is searched
 * for), and expectations weigh them with probabilities known in advance. `row->tolerance` is then rounding.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibration/calibration.h"
#include "calibration/forms.h"
#include "calibration/runs.h"
#include "calibration/stream_cases.h"

enum {
  REWARD_BITS = FIGURE_RECEIVED + 6 * BAUD_CH_REWARD,
  OBSERVATION_BITS = FIGURE_RECEIVED + 6 * BAUD_CH_OBSERVATION,
  DEMONSTRATION_BITS = FIGURE_RECEIVED + 6 * BAUD_CH_DEMONSTRATION
};

static int within(calibration_row *row, double closed_form, double ledger) {
  *row = (calibration_row){closed_form, ledger, 1e-9 * fmax(1.0, fabs(closed_form)), CALIBRATION_EQUAL};
  return 0;
}

int calibration_holds(const calibration_row *row) {
  double off = row->ledger - row->closed_form;
  return (row->relation == CALIBRATION_AT_MOST ? off : fabs(off)) <= row->tolerance;
}

/* "0,1,2,...,n-1" */
static void count_up(char *text, size_t size, uint32_t n) {
  size_t used = (size_t)snprintf(text, size, "{\"actions\":\"0");
  for (uint32_t i = 1; i < n && used < size; i++) used += (size_t)snprintf(text + used, size - used, ",%u", i);
  if (used < size) snprintf(text + used, size - used, "\"}");
}

/* Bits received in all when a lockbox whose code is `code` is tried with 0, 1, .. for some episodes. */
static int lockbox_bits(const registry *r, const char *env_params, const char *script, uint32_t code, uint64_t episodes, double *bits,
                        baud_error *error) {
  run_spec spec = {.env = "lockbox",
                   .env_params = env_params,
                   .reward = "outcome",
                   .learner = "scripted",
                   .learner_params = script,
                   .episodes = episodes};
  run_result result;
  uint64_t seed = 0;
  int failed = run_find_world(r, &spec, &code, 1, &seed, error);
  if (!failed) failed = run_once(r, &spec, seed, &result, error);
  if (!failed) *bits = result.total[FIGURE_RECEIVED_ALL];
  return failed;
}

/* a codes, b distinct guesses: each code that is among them, and one that is not. */
static int lockbox_guesses(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[40], script[2000];
  uint32_t n = (uint32_t)c->a, guesses = (uint32_t)c->b;
  double mean = 0.0, bits;
  snprintf(params, sizeof params, "{\"codes\":%u}", n);
  count_up(script, sizeof script, guesses);
  for (uint32_t code = 0; code <= guesses && code < n; code++) {
    int failed = lockbox_bits(r, params, script, code, guesses, &bits, error);
    if (failed) return failed;
    mean += bits * (code < guesses ? 1.0 : (double)(n - guesses)) / n;
  }
  return within(row, form_outcomes(n, guesses), mean);
}

/* The next outcome alone with b codes ruled out, for the two ways it can go. */
static int lockbox_next(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[40], script[2000];
  uint32_t n = (uint32_t)c->a, k = (uint32_t)c->b;
  double p = 1.0 / (n - k), bits[2], before = 0.0;
  snprintf(params, sizeof params, "{\"codes\":%u}", n);
  count_up(script, sizeof script, k + 1);
  int failed = lockbox_bits(r, params, script, k, k + 1, &bits[1], error);
  if (!failed) failed = lockbox_bits(r, params, script, k + 1, k + 1, &bits[0], error);
  if (!failed && k > 0) failed = lockbox_bits(r, params, script, k + 1, k, &before, error);
  return failed ? failed : within(row, form_outcome(n, k), p * (bits[1] - before) + (1.0 - p) * (bits[0] - before));
}

static int lockbox_total(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[40], script[2000];
  double bits;
  snprintf(params, sizeof params, "{\"codes\":%g}", c->a);
  count_up(script, sizeof script, (uint32_t)c->a);
  int failed = lockbox_bits(r, params, script, (uint32_t)c->b, (uint64_t)c->a, &bits, error);
  return failed ? failed : within(row, log2(c->a), bits);
}

static int lockbox_label(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  double bits;
  snprintf(params, sizeof params, "{\"codes\":%g,\"feedback\":\"label\"}", c->a);
  int failed = lockbox_bits(r, params, "{\"actions\":\"0\"}", 1, 1, &bits, error);
  return failed ? failed : within(row, log2(c->a), bits);
}

/* a codes, b thinking steps: what an outcome that comes after so many steps brings a step. */
static int lockbox_rate(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  double mean = 0.0, p = 1.0 / c->a;
  snprintf(params, sizeof params, "{\"codes\":%g,\"thinking\":%g}", c->a, c->b);
  for (uint32_t code = 0; code < 2; code++) { /* the guess is 0 */
    run_spec spec = {.env = "lockbox", .env_params = params, .reward = "outcome", .learner = "scripted", .episodes = 1};
    run_result result;
    uint64_t seed = 0;
    int failed = run_find_world(r, &spec, &code, 1, &seed, error);
    if (!failed) failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    mean += (code == 0 ? p : 1.0 - p) * result.total[FIGURE_RECEIVED_ALL] / (double)result.steps;
  }
  return within(row, form_outcome((uint32_t)c->a, 0) / (c->b + 1.0), mean);
}

/* Thinking changes neither the bits of an episode nor their provenance. b thinking steps. */
static int lockbox_thinking(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  double bits[2], p = 1.0 / c->a;
  snprintf(params, sizeof params, "{\"codes\":%g,\"thinking\":%g}", c->a, c->b);
  int failed = lockbox_bits(r, params, "{\"actions\":\"0\"}", 0, 1, &bits[1], error);
  if (!failed) failed = lockbox_bits(r, params, "{\"actions\":\"0\"}", 1, 1, &bits[0], error);
  return failed ? failed : within(row, form_outcome((uint32_t)c->a, 0), p * bits[1] + (1.0 - p) * bits[0]);
}

/* a codes, distance told, guess and code uniform: all pairs. */
static int lockbox_distance(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  uint32_t n = (uint32_t)c->a;
  char params[60], script[40] = "{}";
  double mean = 0.0;
  snprintf(params, sizeof params, "{\"codes\":%u,\"feedback\":\"distance\"}", n);
  for (uint32_t code = 0; code < n; code++) {
    run_spec spec = {.env = "lockbox", .env_params = params, .reward = "dense", .learner = "scripted", .learner_params = script, .episodes = 1};
    uint64_t seed = 0;
    int failed = run_find_world(r, &spec, &code, 1, &seed, error);
    for (uint32_t guess = 0; guess < n && !failed; guess++) {
      run_result result = {0};
      snprintf(script, sizeof script, "{\"actions\":\"%u\"}", guess);
      failed = run_once(r, &spec, seed, &result, error);
      mean += result.total[figure_of_channel(FIGURE_OFFERED, BAUD_CH_REWARD)] / ((double)n * n);
    }
    if (failed) return failed;
  }
  return within(row, form_distance(n), mean);
}

/* a codes, an expert right with b: the demonstration's bits when it was right and when it was not. */
static int noisy_expert(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[40];
  double bits[2] = {NAN, NAN};
  snprintf(params, sizeof params, "{\"codes\":%g}", c->a);
  run_spec spec = {.env = "lockbox",
                   .env_params = params,
                   .reward = "outcome",
                   .learner = "imitate",
                   .learner_params = "{\"trust\":0.999999}",
                   .competence = c->b,
                   .episodes = 1};
  double right = log2(c->a * c->b); /* only to tell the two kinds of trial apart; the bits are the ledger's */
  for (uint64_t seed = 0; seed < 4000 && (isnan(bits[0]) || isnan(bits[1])); seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    double got = result.total[DEMONSTRATION_BITS];
    bits[fabs(got - right) < 1e-6] = got;
    if (c->b == 1.0 || c->b * c->a == 1.0) bits[0] = bits[1] = got;
  }
  return within(row, form_noisy_expert((uint32_t)c->a, c->b), c->b * bits[1] + (c->b < 1.0 ? (1.0 - c->b) * bits[0] : 0.0));
}

/* a codes, outcome flipped with b: four kinds of trial, told apart by success and by which of two values it got. */
static int flipped(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[40], reward[40];
  double high[2] = {-INFINITY, -INFINITY}, low[2] = {INFINITY, INFINITY}, p = 1.0 / c->a, mean = 0.0;
  snprintf(params, sizeof params, "{\"codes\":%g}", c->a);
  snprintf(reward, sizeof reward, "{\"epsilon\":%g}", c->b);
  run_spec spec = {.env = "lockbox", .env_params = params, .reward = "flipped", .reward_params = reward, .learner = "scripted", .episodes = 1};
  for (uint64_t seed = 0; seed < 20000; seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    int success = result.last[FIGURE_SUCCESS] > 0.5;
    high[success] = fmax(high[success], result.total[REWARD_BITS]);
    low[success] = fmin(low[success], result.total[REWARD_BITS]);
    if (low[0] < high[0] && low[1] < high[1]) break;
  }
  for (int success = 0; success < 2; success++) mean += (success ? p : 1.0 - p) * ((1.0 - c->b) * high[success] + c->b * low[success]);
  return within(row, form_flipped(p, c->b), mean);
}

/* ---- Lock --------------------------------------------------------------------------------------------- */

static int lock_bits(const registry *r, const char *params, const char *reward, const char *script, const uint32_t *digits, uint32_t n,
                     double *bits, baud_error *error) {
  run_spec spec = {.env = "lock", .env_params = params, .reward = reward, .learner = "scripted", .learner_params = script, .episodes = 1};
  run_result result;
  uint64_t seed = 0;
  int failed = run_find_world(r, &spec, digits, n, &seed, error);
  if (!failed) failed = run_once(r, &spec, seed, &result, error);
  if (!failed) *bits = result.total[REWARD_BITS];
  return failed;
}

/* a symbols, b digits, the outcome only: the first entry right, and wrong. */
static int lock_outcome(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[80];
  uint32_t digits[16] = {0}, n = (uint32_t)c->b;
  double bits[2], p = pow(c->a, -c->b);
  snprintf(params, sizeof params, "{\"symbols\":%g,\"digits\":%u,\"feedback\":\"outcome\"}", c->a, n);
  int failed = lock_bits(r, params, "outcome", "{\"actions\":\"0\"}", digits, n, &bits[1], error);
  digits[0] = 1;
  if (!failed) failed = lock_bits(r, params, "outcome", "{\"actions\":\"0\"}", digits, n, &bits[0], error);
  return failed ? failed : within(row, form_entropy(p), p * bits[1] + (1.0 - p) * bits[0]);
}

/* Elimination in order over all a^b codes: mean episodes to the first success, all worlds equally likely. */
static int lock_episodes(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[80], script[2048] = "{\"actions\":\"";
  uint32_t symbols = (uint32_t)c->a, n = (uint32_t)c->b, codes = (uint32_t)pow(c->a, c->b), digits[16];
  size_t used = strlen(script);
  double mean = 0.0;
  for (uint32_t code = 0; code < codes; code++)
    for (uint32_t d = 0, rest = code; d < n; d++, rest /= symbols)
      used += (size_t)snprintf(script + used, sizeof script - used, "%u ", rest % symbols);
  snprintf(script + used, sizeof script - used, "\"}");
  snprintf(params, sizeof params, "{\"symbols\":%u,\"digits\":%u,\"feedback\":\"outcome\"}", symbols, n);
  for (uint32_t code = 0; code < codes; code++) {
    run_spec spec = {.env = "lock", .env_params = params, .reward = "outcome", .learner = "scripted", .learner_params = script, .episodes = 1};
    uint64_t seed = 0;
    for (uint32_t d = 0, rest = code; d < n; d++, rest /= symbols) digits[d] = rest % symbols;
    run_result result = {0};
    int failed = run_find_world(r, &spec, digits, n, &seed, error);
    /* the first success is at the first number of episodes whose last one succeeds: found by bisection over prefixes */
    uint64_t low = 1, high = codes;
    while (!failed && low < high) {
      spec.episodes = (low + high) / 2;
      failed = run_once(r, &spec, seed, &result, error);
      if (result.total[FIGURE_SUCCESS] > 0.5) high = spec.episodes;
      else low = spec.episodes + 1;
    }
    if (failed) return failed;
    mean += (double)low / codes;
  }
  return within(row, (codes + 1.0) / 2.0, mean);
}

/* a symbols, b digits, each digit told: by the number that are right. */
static int lock_per_digit(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[80];
  uint32_t n = (uint32_t)c->b;
  double mean = 0.0, p = 1.0 / c->a;
  snprintf(params, sizeof params, "{\"symbols\":%g,\"digits\":%u,\"feedback\":\"per_digit\"}", c->a, n);
  for (uint32_t right = 0; right <= n; right++) {
    uint32_t digits[16];
    double bits, ways = exp(lgamma(n + 1.0) - lgamma(right + 1.0) - lgamma((double)(n - right) + 1.0));
    for (uint32_t d = 0; d < n; d++) digits[d] = d >= right;
    int failed = lock_bits(r, params, "dense", "{\"actions\":\"0\"}", digits, n, &bits, error);
    if (failed) return failed;
    mean += ways * pow(p, right) * pow(1.0 - p, n - right) * bits;
  }
  return within(row, n * form_entropy(p), mean);
}

/* ---- Means over worlds -------------------------------------------------------------------------------- */

/* Mean of a figure's total over `worlds` trials, with six standard errors as tolerance. */
static int mean_over_worlds(const registry *r, const run_spec *spec, uint32_t figure, uint64_t worlds, double closed_form,
                            calibration_row *row, baud_error *error) {
  double sum = 0.0, squares = 0.0;
  for (uint64_t seed = 0; seed < worlds; seed++) {
    run_result result;
    int failed = run_once(r, spec, seed, &result, error);
    if (failed) return failed;
    sum += result.total[figure];
    squares += result.total[figure] * result.total[figure];
  }
  double mean = sum / (double)worlds, variance = fmax(0.0, squares / (double)worlds - mean * mean);
  *row = (calibration_row){closed_form, mean, 6.0 * sqrt(variance / (double)worlds) + 1e-12, CALIBRATION_EQUAL};
  return 0;
}

/* Combination lock that resets at the first error: a symbols, b digits; episodes of elimination. */
static int lock_reset(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[80];
  snprintf(params, sizeof params, "{\"symbols\":%g,\"digits\":%g,\"feedback\":\"reset\"}", c->a, c->b);
  run_spec spec = {.env = "lock", .env_params = params, .reward = "outcome", .learner = "posterior", .episodes = (uint64_t)(c->b * (c->a - 1.0)) + 1};
  int failed = mean_over_worlds(r, &spec, FIGURE_SUCCESS, 400, 0.0, row, error);
  if (failed) return failed;
  /* all episodes but those after the first success fail */
  *row = (calibration_row){c->b * (c->a - 1.0) / 2.0 + 1.0, (double)spec.episodes - row->ledger + 1.0, row->tolerance, CALIBRATION_EQUAL};
  return 0;
}

/* One arm, a pulls in one episode. */
static int bernoulli_mean(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  snprintf(params, sizeof params, "{\"arms\":2,\"pulls\":%g}", c->a);
  run_spec spec = {.env = "bandit", .env_params = params, .reward = "dense", .learner = "scripted", .episodes = 1};
  return mean_over_worlds(r, &spec, REWARD_BITS, 4000, form_bernoulli((uint32_t)c->a), row, error);
}

/* Pointwise: the surprise of one very sequence. Seed b. */
static int bernoulli_pointwise(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  run_result result;
  snprintf(params, sizeof params, "{\"arms\":2,\"pulls\":%g}", c->a);
  run_spec spec = {.env = "bandit", .env_params = params, .reward = "dense", .learner = "scripted", .episodes = 1};
  int failed = run_once(r, &spec, (uint64_t)c->b, &result, error);
  if (failed) return failed;
  return within(row, form_sequence((uint32_t)c->a, (uint32_t)lround(result.total[FIGURE_RETURN])),
                result.total[figure_of_channel(FIGURE_SURPRISE, BAUD_CH_REWARD)]);
}

static int dirichlet_mean(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  snprintf(params, sizeof params, "{\"states\":%g,\"horizon\":1}", c->a);
  run_spec spec = {.env = "random_mdp", .env_params = params, .reward = "dense", .learner = "scripted", .episodes = 1};
  return mean_over_worlds(r, &spec, OBSERVATION_BITS, 4000, form_dirichlet((uint32_t)c->a), row, error);
}

/* ---- Exact by construction ---------------------------------------------------------------------------- */

/* a states, b actions: a new pair's bits, then none for the same pair. */
static int random_map_new(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  run_result result;
  snprintf(params, sizeof params, "{\"states\":%g,\"actions\":%g}", c->a, c->b);
  run_spec spec = {.env = "random_map", .env_params = params, .reward = "outcome", .learner = "scripted", .limit = 1, .episodes = 2};
  int failed = run_once(r, &spec, 1, &result, error);
  return failed ? failed : within(row, log2(c->a), result.total[OBSERVATION_BITS]);
}

/* Every pair once: in a map whose goal is its start nothing cuts a walk short of any state that can be reached. */
static int random_map_all(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  double most = 0.0;
  snprintf(params, sizeof params, "{\"states\":%g,\"actions\":%g}", c->a, c->b);
  run_spec spec = {.env = "random_map", .env_params = params, .reward = "outcome", .learner = "random", .episodes = 300};
  for (uint64_t seed = 0; seed < 400 && most < c->a * c->b * log2(c->a) - 0.5; seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    most = fmax(most, result.total[figure_of_channel(FIGURE_OFFERED, BAUD_CH_OBSERVATION)]);
  }
  return within(row, c->a * c->b * log2(c->a), most);
}

/* The outcome of a map's steps tells of the goal alone, in the end log2 of the number of states. */
static int random_map_goal(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  snprintf(params, sizeof params, "{\"states\":%g,\"actions\":%g}", c->a, c->b);
  run_spec spec = {.env = "random_map", .env_params = params, .reward = "outcome", .learner = "random", .episodes = 200};
  for (uint64_t seed = 0; seed < 100; seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    if (result.last[FIGURE_SUCCESS] < 0.5) continue; /* a goal that cannot be reached from the start */
    return within(row, log2(c->a), result.total[figure_of_channel(FIGURE_OFFERED, BAUD_CH_REWARD)]);
  }
  return error_set(error, BAUD_ENOTFOUND, "no map with a goal within reach");
}

/* The view from the start shows two unknown cells, each a wall with probability a. */
static int maze_cells(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  double at[3] = {NAN, NAN, NAN}, p = c->a, one[2] = {-log2(1.0 - p), -log2(p)};
  snprintf(params, sizeof params, "{\"wall\":%g}", p);
  run_spec spec = {.env = "maze", .env_params = params, .reward = "outcome", .learner = "scripted", .limit = 1, .episodes = 1};
  for (uint64_t seed = 0; seed < 1000 && (isnan(at[0]) || isnan(at[1]) || isnan(at[2])); seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    double bits = result.total[OBSERVATION_BITS];
    int walls = fabs(bits - 2 * one[1]) < 1e-6 ? 2 : fabs(bits - one[0] - one[1]) < 1e-6 ? 1 : 0; /* which of the three worlds this was */
    at[walls] = bits;
  }
  return within(row, 2.0 * form_entropy(p), (1 - p) * (1 - p) * at[0] + 2 * p * (1 - p) * at[1] + p * p * at[2]);
}

/* A screen of a symbols: surprise a step, and nothing offered by it. */
static int noisy_tv(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  run_result result;
  enum { EPISODES = 20 };
  snprintf(params, sizeof params, "{\"symbols\":%g}", c->a);
  run_spec spec = {.env = "tv", .env_params = params, .reward = "outcome", .learner = "random", .episodes = EPISODES};
  int failed = run_once(r, &spec, 1, &result, error);
  uint32_t surprise = figure_of_channel(FIGURE_SURPRISE, BAUD_CH_OBSERVATION), noise = figure_of_channel(FIGURE_NOISE, BAUD_CH_OBSERVATION);
  if (failed) return failed;
  double shown = result.total[noise] / log2(c->a); /* symbols shown: each is all noise, so this is whole */
  if (c->b == 0.0) return within(row, 0.0, result.total[figure_of_channel(FIGURE_OFFERED, BAUD_CH_OBSERVATION)]);
  return within(row, log2(c->a), shown < 0.5 ? 0.0 : result.total[surprise] / round(shown));
}

/* a bits, after the first b of them. */
static int parity_bits(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[40];
  run_result result;
  snprintf(params, sizeof params, "{\"bits\":%g}", c->a);
  run_spec spec = {.env = "parity", .env_params = params, .reward = "outcome", .learner = "scripted", .limit = (uint64_t)c->b, .episodes = 1};
  int failed = run_once(r, &spec, 1, &result, error);
  return failed ? failed : within(row, c->b < c->a ? 0.0 : 1.0, result.total[FIGURE_RECEIVED_ALL]);
}

/* The first a symbols of a Bernoulli stream whose law was drawn. */
static int drawn_stream(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char params[60];
  snprintf(params, sizeof params, "{\"law\":\"drawn\",\"length\":%g}", c->a);
  run_spec spec = {.env = "stream", .env_params = params, .reward = "dense", .learner = "scripted", .episodes = 1};
  return mean_over_worlds(r, &spec, OBSERVATION_BITS, 4000, form_bernoulli((uint32_t)c->a), row, error);
}

/* Strings of a known grammar: all of their surprise is chance. */
static int reber_string(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  run_spec spec = {.env = "reber", .env_params = "{\"strings\":1}", .reward = "dense", .learner = "random", .episodes = 1};
  return mean_over_worlds(r, &spec, figure_of_channel(FIGURE_SURPRISE, BAUD_CH_OBSERVATION), (uint64_t)c->a, form_reber(), row, error);
}

const calibration_case calibration_cases[] = {
    {"lockbox N=100, first outcome", lockbox_next, 100, 0},
    {"lockbox N=100, outcome with 50 codes ruled out", lockbox_next, 100, 50},
    {"lockbox N=100, ten distinct guesses", lockbox_guesses, 100, 10},
    {"lockbox N=64, first outcome", lockbox_next, 64, 0},
    {"lockbox N=64, total of elimination", lockbox_total, 64, 17},
    {"lockbox N=100, the label", lockbox_label, 100, 0},
    {"lockbox N=100, demonstration by a perfect expert", noisy_expert, 100, 1.0},
    {"lockbox N=100, expert right with .9", noisy_expert, 100, 0.9},
    {"lockbox N=100, expert right with .5", noisy_expert, 100, 0.5},
    {"lockbox N=100, expert right with 1/N", noisy_expert, 100, 0.01},
    {"lockbox N=100, distance", lockbox_distance, 100, 0},
    {"lockbox N=2, outcome flipped with .1", flipped, 2, 0.1},
    {"lockbox N=100, outcome flipped with .1", flipped, 100, 0.1},
    {"lockbox N=64, 10 thinking steps", lockbox_thinking, 64, 10},
    {"lockbox N=64, 20000 thinking steps", lockbox_thinking, 64, 20000},
    {"lockbox N=64, 10 thinking steps, a step", lockbox_rate, 64, 10},
    {"lockbox N=64, 20000 thinking steps, a step", lockbox_rate, 64, 20000},
    {"lock 4 symbols 8 digits, first outcome", lock_outcome, 4, 8},
    {"lock 4 symbols 3 digits, mean episodes of elimination", lock_episodes, 4, 3},
    {"lock 4 symbols 8 digits, mean episodes with reset", lock_reset, 4, 8},
    {"lock 4 symbols 3 digits, per digit", lock_per_digit, 4, 3},
    {"random map 16x4, a new pair and its repeat", random_map_new, 16, 4},
    {"random map 16x4, all pairs", random_map_all, 16, 4},
    {"random map 16x4, the goal", random_map_goal, 16, 4},
    {"Bernoulli arm, 1 pull", bernoulli_mean, 1, 0},
    {"Bernoulli arm, 10 pulls", bernoulli_mean, 10, 0},
    {"Bernoulli arm, 100 pulls", bernoulli_mean, 100, 0},
    {"Bernoulli arm, 1000 pulls", bernoulli_mean, 1000, 0},
    {"Bernoulli arm, one sequence of 100, pointwise", bernoulli_pointwise, 100, 7},
    {"Dirichlet row of 10 states, first transition", dirichlet_mean, 10, 0},
    {"noisy TV of 256 symbols, surprise a symbol", noisy_tv, 256, 1},
    {"noisy TV of 256 symbols, offered", noisy_tv, 256, 0},
    {"maze with walls .3, two cells in view", maze_cells, 0.3, 0},
    {"parity of 8 bits, after 7", parity_bits, 8, 7},
    {"parity of 8 bits, after 8", parity_bits, 8, 8},
    {"Bernoulli stream of a drawn law, 100 symbols", drawn_stream, 100, 0},
    {"embedded Reber grammar, mean surprise of 2000 strings", reber_string, 2000, 0},
    {"KT on Bernoulli(.1), 1000 symbols, code length", stream_code_length, 1000, 0.1},
    {"KT on Bernoulli(.1), 1000 symbols, redundancy", stream_redundancy, 1000, 0.1},
    {"KT on Bernoulli(.1), 1000 symbols, saved over uniform", stream_saved, 1000, 0.1},
    {"KT on Bernoulli(.1), 1000 symbols, forgone", stream_forgone, 1000, 0.1},
    {"KT on Bernoulli(.1), 1000 symbols, learning progress", stream_progress, 1000, 0.1},
    {"KT on fair bits, 100 symbols, learning progress", stream_progress, 100, 0.5},
    {"KT on fair bits, 8 symbols after 4, learning progress", stream_progress_between, 4, 0.5},
    {"CTW depth 8 on a chain that flips with .1, most regret", stream_regret, 10000, 0.1},
    {"CTW depth 8 on a chain that flips with .1, mean regret", stream_mean_regret, 10000, 0.1},
    {"noisy TV of 256 symbols, KT's saving over uniform", stream_noise, 1000, 256},
    {"fair bits, P(1 bit is saved at some time)", stream_certificate, 100, 1},
    {"fair bits, P(2 bits are saved at some time)", stream_certificate, 100, 2},
    {"Student-t, code length of 200 normal numbers", stream_student, 200, 0},
    {"policy after a demonstration, change", stream_policy, 4, 0.6},
    {"entropy of a coin .3, 100 outcomes, Grassberger", stream_entropy_of_coin, 100, 0.3},
    {"entropy of 1000 even kinds, 500 outcomes, Chao-Shen", stream_entropy_of_kinds, 1000, 500},
    {"shared bits of a coin flipped with .1, 2000 pairs", stream_shared, 2000, 0.1},
    {NULL, NULL, 0, 0},
};
