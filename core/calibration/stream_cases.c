/* stream_cases.c - see stream_cases.h.
 *
 * Means over trials are taken of differences that hardly vary: a code length minus that of one who knows the law, whose own
 * mean is known; a loss on a probe corrected for how many ones the probe happened to bring, which on average is nothing. So
 * some thousand trials show a tenth of a bit.
 */
#include "calibration/stream_cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "baud/random.h"
#include "calibration/forms.h"
#include "calibration/runs.h"
#include "stream/entropy.h"
#include "stream/student.h"

enum { NOISE_BITS = FIGURE_NOISE + 6 * BAUD_CH_OBSERVATION };

typedef struct moments {
  double n, sum, squares;
} moments;

static void add(moments *m, double x) {
  m->n += 1.0;
  m->sum += x;
  m->squares += x * x;
}

/* Six standard errors. */
static calibration_row equal(double closed_form, double offset, const moments *m) {
  double mean = m->sum / m->n, variance = fmax(0.0, m->squares / m->n - mean * mean);
  return (calibration_row){closed_form, offset + mean, 6.0 * sqrt(variance / m->n) + 1e-9, CALIBRATION_EQUAL};
}

/* ---- A counter on a Bernoulli stream ------------------------------------------------------------------- */

enum look { AT_THE_TRIAL, AT_A_PROBE };

/* One episode of c->a symbols, which is a trial; its probe is as many as make 1000. */
static int count_stream(const registry *r, const calibration_case *c, enum look look, uint64_t seed, run_result *result, baud_error *error) {
  char params[80], score[80];
  snprintf(params, sizeof params, "{\"change\":%.17g,\"length\":%.0f}", c->b, c->a);
  snprintf(score, sizeof score, "\"probe\":%d,\"probe_steps\":1000", look == AT_A_PROBE);
  run_spec spec = {.env = "stream", .env_params = params, .reward = "dense", .learner = "kt", .episodes = 1, .quizzes = 1, .score = score};
  return run_once(r, &spec, seed, result, error);
}

/* What a trial adds to the mean, given its totals, and noise and ones less than what they are on average. */
typedef double quantity(const run_result *result, double noise, double ones, double slope);

static double code_beyond(const run_result *result, double noise, double ones, double slope) {
  (void)noise, (void)ones, (void)slope;
  return result->total[FIGURE_CODE_OBSERVATION] - result->total[NOISE_BITS];
}
static double saved_so_far(const run_result *result, double noise, double ones, double slope) {
  (void)ones, (void)slope;
  return result->total[FIGURE_SAVED_OBSERVATION] + noise;
}
static double forgone_so_far(const run_result *result, double noise, double ones, double slope) {
  return result->last[FIGURE_FORGONE_OBSERVATION] - noise + ones * slope;
}
/* The untrained estimate loses 1 bit on every symbol. */
static double progress_made(const run_result *result, double noise, double ones, double slope) {
  (void)noise;
  return result->last[FIGURE_PROGRESS_OBSERVATION] + ones * slope / result->total[FIGURE_STEPS];
}

static int mean_over_streams(const registry *r, const calibration_case *c, enum look look, quantity *of, moments *m, baud_error *error) {
  uint64_t trials = look == AT_THE_TRIAL ? 500 : c->a < 1000.0 ? 2000 : 1000; /* short ones vary more */
  *m = (moments){0};
  for (uint64_t seed = 0; seed < trials; seed++) {
    run_result result;
    int failed = count_stream(r, c, look, seed, &result, error);
    if (failed) return failed;
    double noise = result.total[NOISE_BITS] - c->a * form_entropy(c->b), ones = result.last[FIGURE_PROBE_RETURN] - c->a * c->b;
    add(m, of(&result, noise, ones, log2((1.0 - c->b) / c->b)));
  }
  return 0;
}

int stream_redundancy(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  moments m;
  int failed = mean_over_streams(r, c, AT_THE_TRIAL, code_beyond, &m, error);
  *row = equal(form_kt_code((uint32_t)c->a, c->b) - c->a * form_entropy(c->b), 0.0, &m);
  return failed;
}

int stream_code_length(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  moments m;
  int failed = mean_over_streams(r, c, AT_THE_TRIAL, code_beyond, &m, error);
  *row = equal(form_kt_code((uint32_t)c->a, c->b), c->a * form_entropy(c->b), &m);
  return failed;
}

int stream_saved(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  moments m;
  int failed = mean_over_streams(r, c, AT_THE_TRIAL, saved_so_far, &m, error);
  *row = equal(c->a - form_kt_code((uint32_t)c->a, c->b), 0.0, &m);
  return failed;
}

int stream_forgone(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  moments m;
  int failed = mean_over_streams(r, c, AT_A_PROBE, forgone_so_far, &m, error);
  *row = equal(form_kt_code((uint32_t)c->a, c->b) - c->a * form_kt_loss((uint32_t)c->a, c->b), 0.0, &m);
  return failed;
}

int stream_progress(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  moments m;
  int failed = mean_over_streams(r, c, AT_A_PROBE, progress_made, &m, error);
  *row = equal(1.0 - form_kt_loss((uint32_t)c->a, c->b), 0.0, &m);
  return failed;
}

/* Two episodes, of a symbols each: the copy after the first against the one after both. */
int stream_progress_between(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  enum { TRIALS = 8000 };
  char params[80];
  moments m = {0};
  snprintf(params, sizeof params, "{\"change\":%.17g,\"length\":%.0f}", c->b, c->a);
  run_spec spec = {.env = "stream", .env_params = params, .reward = "dense", .learner = "kt", .episodes = 2,
                   .score = "\"probe\":1,\"probe_steps\":200"};
  for (uint64_t seed = 0; seed < TRIALS; seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    add(&m, result.last[FIGURE_PROGRESS_OBSERVATION]);
  }
  *row = equal(form_kt_loss((uint32_t)c->a, c->b) - form_kt_loss(2 * (uint32_t)c->a, c->b), 0.0, &m);
  return 0;
}

/* ---- A tree of contexts on a chain --------------------------------------------------------------------- */

static int regrets(const registry *r, const calibration_case *c, moments *m, double *most, baud_error *error) {
  enum { CHAINS = 100 };
  char params[80];
  *m = (moments){0};
  *most = -INFINITY;
  snprintf(params, sizeof params, "{\"memory\":\"chain\",\"change\":%.17g,\"length\":%.0f}", c->b, c->a);
  run_spec spec = {.env = "stream", .env_params = params, .reward = "dense", .learner = "ctw", .episodes = 1, .quizzes = 1};
  for (uint64_t seed = 0; seed < CHAINS; seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    double regret = result.total[FIGURE_CODE_OBSERVATION] - result.total[NOISE_BITS];
    *most = fmax(*most, regret);
    add(m, regret);
  }
  return 0;
}

/* The bound is on every sequence, against the source's best parameters, hence against its own. */
int stream_regret(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  moments m;
  double most;
  int failed = regrets(r, c, &m, &most, error);
  *row = (calibration_row){form_ctw_bound(2, c->a), most, 0.0, CALIBRATION_AT_MOST};
  return failed;
}

/* Trees that look further back take off about a tenth of a bit. */
int stream_mean_regret(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  moments m;
  double most;
  int failed = regrets(r, c, &m, &most, error);
  *row = equal(form_ctw_mean(2, c->a), 0.0, &m);
  row->tolerance += 0.2;
  return failed;
}

/* ---- Noise --------------------------------------------------------------------------------------------- */

int stream_noise(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  enum { TRIALS = 200 };
  char params[80];
  moments m = {0};
  snprintf(params, sizeof params, "{\"law\":\"fair\",\"symbols\":%.0f,\"length\":%.0f}", c->b, c->a);
  run_spec spec = {.env = "stream", .env_params = params, .reward = "dense", .learner = "kt", .episodes = 1, .quizzes = 1};
  for (uint64_t seed = 0; seed < TRIALS; seed++) {
    run_result result;
    int failed = run_once(r, &spec, seed, &result, error);
    if (failed) return failed;
    add(&m, result.total[FIGURE_SAVED_OBSERVATION]);
  }
  *row = equal(c->a * log2(c->b) - form_kt_noise((uint32_t)c->a, (uint32_t)c->b), 0.0, &m);
  return 0;
}

/* Ville's inequality. An episode is a step, so that what is saved is seen after each; nothing is learnt of fair bits, and
 * what a counter saves on them is chance. Six standard deviations of the share of trials. */
int stream_certificate(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  enum { TRIALS = 2000 };
  double beyond = 0.0, bound = exp2(-c->b);
  for (uint64_t seed = 0; seed < TRIALS; seed++) {
    run_spec spec = {.env = "stream", .env_params = "{\"law\":\"fair\",\"length\":1}", .reward = "dense", .learner = "kt",
                     .episodes = (uint64_t)c->a, .quizzes = 1};
    double most;
    int failed = run_most(r, &spec, seed, FIGURE_SAVED_OBSERVATION, &most, error);
    if (failed) return failed;
    beyond += most >= c->b ? 1.0 / TRIALS : 0.0;
  }
  *row = (calibration_row){bound, beyond, 6.0 * sqrt(bound * (1.0 - bound) / TRIALS), CALIBRATION_AT_MOST};
  return 0;
}

/* ---- What stands by itself ----------------------------------------------------------------------------- */

/* Bins so narrow that their probability is width times density: the predictions multiply to the marginal likelihood. */
int stream_student(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  enum { MOST = 1000 };
  double x[MOST], bits = 0.0, scale = 3.0, k = 0.01, a = 0.5;
  uint32_t n = (uint32_t)c->a < MOST ? (uint32_t)c->a : MOST;
  uint64_t random = 1;
  student s;
  (void)r, (void)error;
  student_open(&s, -1.0, scale);
  for (uint32_t i = 0; i < n; i++) {
    x[i] = 5.0 + 0.5 * baud_normal(&random);
    student_prediction p = student_predict(&s);
    double half = 1e-4 * p.scale;
    bits -= log2(student_between(&p, x[i] - half, x[i] + half) / (2.0 * half));
    student_add(&s, x[i]);
  }
  *row = (calibration_row){form_normal_gamma(x, n, -1.0, k, a, scale * scale * a * k / (1.0 + k)), bits, 1e-6 * n, CALIBRATION_EQUAL};
  return 0;
}

/* The first demonstration of a code counts once before the episode and twice after it, for it is shown again to both copies;
 * each multiplies the odds of its code against any other by b (a - 1) / (1 - b). */
int stream_policy(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  char env[40], learner[40];
  double odds = c->b * (c->a - 1.0) / (1.0 - c->b), p[2];
  snprintf(env, sizeof env, "{\"codes\":%.0f}", c->a);
  snprintf(learner, sizeof learner, "{\"trust\":%.17g}", c->b);
  run_spec spec = {.env = "lockbox", .env_params = env, .reward = "outcome", .learner = "imitate", .learner_params = learner, .competence = 1.0,
                   .episodes = 1, .score = "\"probe\":1,\"probe_steps\":1"};
  run_result result;
  int failed = run_once(r, &spec, 1, &result, error);
  for (int i = 0; i < 2; i++) {
    double power = i ? odds * odds : odds;
    p[i] = (1.0 - 0x1p-16) * power / (power + c->a - 1.0) + 0x1p-16 / c->a;
  }
  *row = (calibration_row){form_divergence(p[1], p[0]), failed ? 0.0 : result.last[FIGURE_POLICY_CHANGE], 1e-6, CALIBRATION_EQUAL};
  return failed;
}

/* Over all samples, with their probabilities: what is left of the bias is about (1 - 2b)^a. */
int stream_entropy_of_coin(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  uint32_t n = (uint32_t)c->a;
  double mean = 0.0;
  (void)r, (void)error;
  for (uint32_t k = 0; k <= n; k++) {
    const uint64_t count[2] = {n - k, k};
    double ways = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma((double)(n - k) + 1.0);
    mean += exp(ways + k * log(c->b) + (double)(n - k) * log1p(-c->b)) * entropy_grassberger(count, 2);
  }
  *row = (calibration_row){form_entropy(c->b), mean, 1e-9, CALIBRATION_EQUAL};
  return 0;
}

/* The mean of 400 samples; a quarter of a bit is the estimator's own bias where half of the kinds were never seen. */
int stream_entropy_of_kinds(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  enum { SAMPLES = 400 };
  uint32_t kinds = (uint32_t)c->a, n = (uint32_t)c->b;
  uint64_t random = 1, *count = calloc(kinds, sizeof *count);
  moments m = {0};
  (void)r;
  if (!count) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (int i = 0; i < SAMPLES; i++) {
    for (uint32_t k = 0; k < kinds; k++) count[k] = 0;
    for (uint32_t t = 0; t < n; t++) count[baud_below(&random, kinds)]++;
    entropy_estimate e = entropy_of_counts(count, kinds);
    if (e.estimator == ENTROPY_CHAO_SHEN) add(&m, e.bits);
  }
  free(count);
  *row = equal(log2(kinds), 0.0, &m);
  row->tolerance += 0.25;
  return 0;
}

/* Around its value the estimate from n pairs has a deviation of about sqrt(b (1 - b) / n) log2((1 - b) / b): six of them. */
int stream_shared(const registry *r, const calibration_case *c, calibration_row *row, baud_error *error) {
  uint32_t n = (uint32_t)c->a;
  double *x = calloc(2ul * n, sizeof *x), *y = x ? x + n : NULL;
  uint64_t random = 2;
  entropy_shared shared;
  (void)r;
  if (!x) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    x[i] = baud_bernoulli(&random, 0.5);
    y[i] = baud_bernoulli(&random, c->b) ? 1.0 - x[i] : x[i];
  }
  int failed = entropy_of_pairs(x, y, n, &shared, error);
  free(x);
  if (failed) return failed;
  double deviation = sqrt(c->b * (1.0 - c->b) / n) * log2((1.0 - c->b) / c->b);
  *row = (calibration_row){form_flipped(0.5, c->b), shared.bits, 6.0 * deviation, CALIBRATION_EQUAL};
  return 0;
}
