/* trial.c - the loop: seven numbered steps a tick, as plugin.h lists them, for all lanes.
 *
 * The stage (loop/stage.h) holds plugins and buffers; here is what moves: who is in which episode, what has been
 * scored, and the columns that the caller drains. A tick allocates nothing and asks the system for nothing, and what
 * it pays for accounts is what is new: to observers that have nothing left to learn and figures that are 0 or missing
 * in most episodes it does not return.
 */
#include "trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loop/body.h"
#include "loop/change.h"
#include "loop/checkpoint.h"
#include "loop/expert.h"

static const float at_rest[OCCASIONS] = {0.0f, 0.0f, NAN};

/* ---- Opening ------------------------------------------------------------------------------------------ */

static void decide_marks(trial *t) {
  stage *s = &t->stage;
  memset(t->marks, '-', sizeof t->marks);
  ledger_marks(s->ledger, t->marks);
  t->marks[FIGURE_STEPS] = '=';
  if (s->reward_fact != UINT32_MAX) t->marks[FIGURE_RETURN] = '=';
  if (s->outcome_fact != UINT32_MAX) t->marks[FIGURE_SUCCESS] = '=';
  char facts = quiz_mark_of_facts(s->quiz);
  t->marks[FIGURE_ABSORBED_ALL] = t->marks[FIGURE_KNOWN] = t->marks[FIGURE_KNOWN_WIPED] = t->marks[FIGURE_FORMAT] = facts;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) t->marks[figure_of_channel(FIGURE_ABSORBED, k)] = quiz_mark_of_channel(s->quiz, k);
  t->marks[FIGURE_USEFUL] = t->marks[FIGURE_COMPUTE] = quiz_mark_of_decisions(s->quiz);
  stream_marks(t->stream, t->marks);
  probe_marks(t->probe, t->marks);
  if (t->books) t->books->marks(s->env_model, t->marks);
  t->is_coding = stream_is_scored(t->stream);
  t->is_listening = stream_listens(t->stream);
}

static enum occasion occasion_of(uint32_t figure) {
  if (figure == FIGURE_OFFERED_ALL || figure == FIGURE_RECEIVED_ALL) return WHEN_TOLD;
  if (figure < FIGURE_WIRE) return EVERY_EPISODE;
  if (figure >= FIGURE_FUNNEL_END) return WHEN_ASKED;
  uint32_t of = FIGURE_WIRE + (figure - FIGURE_WIRE) % figure_of_channel(0, 1);
  return of == FIGURE_WIRE ? EVERY_EPISODE : of == FIGURE_ABSORBED ? WHEN_ASKED : WHEN_TOLD;
}

static void list_figures(trial *t) {
  for (uint32_t f = 0; f < FIGURES; f++) {
    if (t->marks[f] == '-') continue;
    figure_list *list = &t->measured[occasion_of(f)];
    list->figure[list->n++] = f;
    t->columns.measured |= UINT64_C(1) << f;
  }
}

/* Puts the first n places of the columns that are not always written back to rest. */
static void rest_columns(trial *t, uint32_t n) {
  for (uint32_t occasion = WHEN_TOLD; occasion < OCCASIONS; occasion++)
    for (uint32_t i = 0; i < t->measured[occasion].n; i++) {
      float *column = t->column[t->measured[occasion].figure[i]];
      for (uint32_t at = 0; at < n; at++) column[at] = at_rest[occasion];
    }
}

static int open_columns(trial *t) {
  float *values = calloc((size_t)FIGURES * TRIAL_CHUNK, sizeof *values);
  t->steps_at_end = calloc(TRIAL_CHUNK, sizeof *t->steps_at_end);
  t->column[0] = values;
  if (!values || !t->steps_at_end) return BAUD_ENOMEM;
  for (uint32_t f = 0; f < FIGURES; f++) t->columns.figure[f] = t->column[f] = values + (size_t)f * TRIAL_CHUNK;
  t->columns.steps = t->steps_at_end;
  list_figures(t);
  rest_columns(t, TRIAL_CHUNK);
  return 0;
}

static int ask_quiz(trial *t, enum quiz_memory memory, quiz_result *result, baud_error *error) {
  stage *s = &t->stage;
  quiz_learner learner = {.ops = s->learner, .remember = s->remember, .model = s->learner_model, .live = &s->live,
                          .initial = &s->initial, .shadow = &s->shadow, .answers = &s->answers, .subscribed = s->learner_setup.subscribed};
  int code = t->is_quiz_stale ? stage_renew_quiz(s, error) : 0;
  if (code) return code;
  t->is_quiz_stale = 0;
  stage_enter(s, SITE_PREDICT);
  code = quiz_ask(s->quiz, &learner, memory, result, error);
  return code ? stage_blame_too(s, SITE_PREDICT, error) : 0;
}

/* With memory and with it wiped, which is the same where there is none. */
static int ask_twice(trial *t, quiz_result *kept, quiz_result *wiped, baud_error *error) {
  int code = ask_quiz(t, QUIZ_MEMORY_KEPT, kept, error);
  *wiped = *kept;
  return code || !blocks_has_memory(&t->stage.live) ? code : ask_quiz(t, QUIZ_MEMORY_WIPED, wiped, error);
}

static int takes(const stage *s, uint32_t channel) { return (int)(s->learner_setup.subscribed >> channel & 1u); }

static void prepare_turn(trial *t, turn *to, void **obs, void **next_obs) {
  stage *s = &t->stage;
  const void *const *before = (const void *const *)obs, *const *after = (const void *const *)next_obs;
  int sees = takes(s, BAUD_CH_OBSERVATION), is_shown = takes(s, BAUD_CH_DEMONSTRATION);
  const void *demonstration = is_shown ? s->shown_action : NULL;
  const uint8_t *shown = is_shown ? s->shown : NULL;
  to->tick = (baud_tick){.size = BAUD_SIZE(baud_tick), .lanes = s->lanes, .mode = s->config.is_evaluation ? BAUD_PLAY : BAUD_TRAIN,
                         .obs = sees ? before : NULL, .starts = s->starts, .demonstration = demonstration, .shown = shown,
                         .action = s->action, .answer = s->answers.written};
  to->step = stage_batch(s);
  to->step.obs_before = before;
  to->step.obs = next_obs;
  to->score = to->step;
  to->score.lane = s->reward_lanes;
  to->score.lane_stride = s->reward_stride;
  to->outcome = (baud_outcome){.size = BAUD_SIZE(baud_outcome), .lanes = s->lanes, .obs = sees ? before : NULL, .action = s->sealed_action,
                               .reward = takes(s, BAUD_CH_REWARD) ? s->rewards : NULL, .flags = s->flags, .next_obs = sees ? after : NULL,
                               .demonstration = demonstration, .shown = shown};
  to->happened = (ledger_tick){
      .obs_before = before, .obs = after, .action = s->sealed_action, .facts = s->facts, .delivered = s->rewards, .flags = s->flags};
  ledger_aim(s->ledger, &to->happened);
}

static void prepare_turns(trial *t) {
  prepare_turn(t, &t->turn[0], t->stage.obs, t->stage.next_obs);
  prepare_turn(t, &t->turn[1], t->stage.next_obs, t->stage.obs);
  t->now = &t->turn[0];
}

int trial_begin_episodes(trial *t, uint32_t n, baud_error *error) {
  stage *s = &t->stage;
  baud_batch batch = t->now->step;
  batch.n_pick = n;
  batch.obs = s->obs;
  for (uint32_t i = 0; i < n; i++) s->pick_seed[i] = stage_seed(s, PURPOSE_ENV, s->pick[i], t->lane[s->pick[i]].episode);
  stage_enter(s, SITE_ENV_RESET);
  int32_t code = s->env->reset(s->env_model, &batch);
  if (code != BAUD_OK) return stage_blame(s, SITE_ENV_RESET, code, error);
  for (uint32_t i = 0; i < n; i++) s->pick_seed[i] = stage_seed(s, PURPOSE_REWARD, s->pick[i], t->lane[s->pick[i]].episode);
  batch.lane = s->reward_lanes;
  batch.lane_stride = s->reward_stride;
  stage_enter(s, SITE_REWARD_RESET);
  code = s->reward->reset ? s->reward->reset(s->reward_model, &batch) : BAUD_OK;
  if (code != BAUD_OK) return stage_blame(s, SITE_REWARD_RESET, code, error);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = s->pick[i];
    lane_state *lane = &t->lane[k];
    int answers_now = t->answers_mask && config_answers_are_due(s->config.answer_rate, t->episodes + k, t->steps, t->asked_steps);
    t->answering += (uint32_t)answers_now - (uint32_t)lane->is_answering;
    *lane = (lane_state){.episode = lane->episode, .is_answering = answers_now};
    stream_begin(t->stream, k, answers_now);
    if (t->probe && k == 0) t->is_recorded = probe_begin(t->probe, t->episodes, t->steps);
    s->starts[k] = 1;
    if (s->expert) s->expert_random[k] = stage_seed(s, PURPOSE_EXPERT, k, lane->episode);
    stage_enter(s, SITE_OBSERVER);
    if (ledger_start(s->ledger, (const void *const *)s->obs, k, error) != 0) return stage_blame_too(s, SITE_OBSERVER, error);
  }
  return 0;
}

int trial_open(trial **out, const registry *plugins, const char *config_json, uint64_t seed, baud_error *error) {
  trial *t = calloc(1, sizeof *t);
  *out = NULL;
  if (!t) return error_set(error, BAUD_ENOMEM, "out of memory");
  int code = stage_open(&t->stage, plugins, config_json, seed, error);
  if (!code && !(t->lane = calloc(t->stage.lanes, sizeof *t->lane))) code = error_set(error, BAUD_ENOMEM, "out of memory");
  if (!code) t->answers_mask = answers_mask(&t->stage.answers);
  if (!code) code = stream_open(&t->stream, &t->stage, error);
  if (!code) code = probe_open(&t->probe, &t->stage, t->stream, error);
  if (!code) code = tools_open(&t->tools, &t->stage, error);
  if (!code) t->books = compose_extension(t->stage.config.env.plugin->unit, t->stage.env_model, "baud.books/1");
  if (!code) decide_marks(t);
  if (!code) prepare_turns(t);
  if (!code && open_columns(t) != 0) code = error_set(error, BAUD_ENOMEM, "out of memory");
  for (uint32_t k = 0; !code && k < t->stage.lanes; k++) t->stage.pick[k] = k;
  t->started = t->stage.lanes;
  if (!code) code = trial_begin_episodes(t, t->started, error);
  if (code) {
    trial_close(t);
    return code;
  }
  clock_gettime(CLOCK_MONOTONIC, &t->began);
  *out = t;
  return 0;
}

void trial_close(trial *t) {
  if (!t) return;
  tools_close(t->tools);
  probe_close(t->probe);
  stream_close(t->stream);
  stage_close(&t->stage);
  free(t->lane);
  free(t->column[0]);
  free(t->steps_at_end);
  free(t);
}

/* ---- One tick ----------------------------------------------------------------------------------------- */

/* Before acting: what the expert shows, and what that tells. */
static int demonstrate(trial *t, baud_error *error) {
  stage *s = &t->stage;
  const expert_board board = {s->optimal, s->shown, s->shown_action, s->expert_random};
  baud_batch batch = stage_batch(s);
  batch.obs = s->obs;
  int code = expert_show(s, &batch, &board, error);
  if (code != 0) return code;
  stage_enter(s, SITE_OBSERVER);
  for (uint32_t k = 0; k < s->lanes; k++)
    if (s->shown[k] && ledger_demonstration(s->ledger, (const void *const *)s->obs, s->shown_action, k, s->config.competence, error) != 0)
      return stage_blame_too(s, SITE_OBSERVER, error);
  return 0;
}

/* Copies the actions away; whether all of them are among the field's values. */
static int seal_actions(stage *s) {
  const baud_field *field = s->spec.action;
  size_t n = (size_t)s->lanes * field->count;
  int is_off = 0;
  if (field->dtype == BAUD_I32) {
    const int32_t *from = s->action;
    int32_t *to = s->sealed_action;
    for (size_t i = 0; i < n; i++) is_off |= (uint32_t)(to[i] = from[i]) >= field->categories;
  } else if (field->dtype == BAUD_U8) {
    const uint8_t *from = s->action;
    uint8_t *to = s->sealed_action;
    for (size_t i = 0; i < n; i++) is_off |= (to[i] = from[i]) >= field->categories;
  } else {
    const float *from = s->action;
    float *to = s->sealed_action;
    for (size_t i = 0; i < n; i++) is_off |= !isfinite(to[i] = from[i]);
  }
  return !is_off;
}

/* 1 and 2: actions and answers, then sealed. */
static int predict_and_seal(trial *t, baud_error *error) {
  stage *s = &t->stage;
  baud_tick *tick = &t->now->tick;
  tick->ask = t->answering ? t->answers_mask : 0;
  /* that predict leaves weights alone is watched in episodes 0, 1, 2, 4, 8, ...: hashing costs more than many a learner */
  uint64_t episode = t->lane[0].episode;
  int watches = tick->ask && t->lane[0].steps == 0 && (episode & (episode - 1)) == 0;
  uint64_t before = watches ? blocks_hash(&s->live, BLOCKS_FROZEN) : 0;
  stage_enter(s, SITE_PREDICT);
  int32_t code = s->learner->predict(s->learner_model, s->live.at, tick);
  if (code != BAUD_OK) return stage_blame(s, SITE_PREDICT, code, error);
  if (watches && blocks_hash(&s->live, BLOCKS_FROZEN) != before)
    return error_set(error, BAUD_EPLUGIN, "%s: writes weights or optimiser state while it predicts; do that in learn", s->place[SITE_PREDICT]);
  if (!seal_actions(s))
    return error_set(error, BAUD_EPLUGIN, "%s: chose an action outside \"%s\" (%u categories; continuous ones must be finite)",
                     s->place[SITE_PREDICT], s->spec.action->name, s->spec.action->categories);
  answers_seal(&s->answers, tick->ask);
  return 0;
}

/* Index of a number that is not finite, or n. */
static uint32_t not_finite(const float *x, uint32_t n) {
  int is_off = 0;
  for (uint32_t i = 0; i < n; i++) is_off |= !isfinite(x[i]);
  if (!is_off) return n;
  uint32_t at = 0;
  while (isfinite(x[at])) at++;
  return at;
}

/* What a step left behind: facts are finite, time limits kept. */
static int close_step(trial *t, baud_error *error) {
  stage *s = &t->stage;
  for (uint32_t f = 0; f < s->spec.n_facts; f++) {
    uint32_t at = not_finite(s->facts[f], s->lanes);
    if (at < s->lanes)
      return error_set(error, BAUD_EPLUGIN, "%s: fact \"%s\" is %g", s->place[SITE_ENV_STEP], s->spec.facts[f].name, (double)s->facts[f][at]);
  }
  t->finished = 0;
  for (uint32_t k = 0; k < s->lanes; k++) {
    uint32_t steps = ++t->lane[k].steps, is_late = s->limit && steps >= s->limit;
    s->flags[k] = s->flags[k] & BAUD_TERMINATED ? BAUD_TERMINATED : is_late ? BAUD_TRUNCATED : 0;
    t->finished += s->flags[k] != 0;
  }
  return 0;
}

/* 3 and 4: the world answers, the scheme makes the reward of it. */
static int step_and_score(trial *t, baud_error *error) {
  stage *s = &t->stage;
  stage_enter(s, SITE_ENV_STEP);
  int32_t code = s->env->step(s->env_model, &t->now->step);
  if (code != BAUD_OK) return stage_blame(s, SITE_ENV_STEP, code, error);
  code = close_step(t, error);
  if (code != 0) return code;
  stage_enter(s, SITE_REWARD_SCORE);
  code = s->reward->score(s->reward_model, &t->now->score);
  if (code != BAUD_OK) return stage_blame(s, SITE_REWARD_SCORE, code, error);
  uint32_t at = not_finite(s->rewards, s->lanes);
  if (at < s->lanes) return error_set(error, BAUD_EPLUGIN, "%s: gave a reward of %g", s->place[SITE_REWARD_SCORE], (double)s->rewards[at]);
  return 0;
}

/* 5: what happened goes into the books. */
static int account(trial *t, baud_error *error) {
  stage *s = &t->stage;
  if (s->reward_fact != UINT32_MAX)
    for (uint32_t k = 0; k < s->lanes; k++) t->lane[k].reward_sum += (double)s->facts[s->reward_fact][k];
  stage_enter(s, SITE_OBSERVER);
  if (ledger_step(s->ledger, &t->now->happened, error) != 0) return stage_blame_too(s, SITE_OBSERVER, error);
  if (t->is_recorded) probe_step(t->probe);
  uint64_t asked = t->now->tick.ask;
  if (asked && answers_verify(&s->answers, asked, error) != 0) return error_at(error, "%s", s->place[SITE_PREDICT]);
  return (asked && t->is_coding) || t->is_listening ? stream_step(t->stream, error) : 0;
}

/* 6: the intact transition, subscribed channels only; with frozen weights it is remembered at most. */
static int learn(trial *t, baud_error *error) {
  stage *s = &t->stage;
  if (s->config.is_evaluation && !s->remember) return 0;
  stage_enter(s, SITE_LEARN);
  int32_t code = s->config.is_evaluation ? s->remember->remember(s->learner_model, s->live.at, &t->now->outcome)
                                         : s->learner->learn(s->learner_model, s->live.at, &t->now->outcome);
  return code == BAUD_OK ? 0 : stage_blame(s, SITE_LEARN, code, error);
}

/* ---- The end of an episode ---------------------------------------------------------------------------- */

/* SIGNAL.md's live auditor: P(alarm) summed over all episodes is at most 2^-20 for any clean learner. Without an
 * observer the length of the transcript stands in for what was received. */
static void audit(trial *t) {
  const ledger *l = t->stage.ledger;
  int has_observer = t->marks[FIGURE_RECEIVED_ALL] != '-';
  double told = has_observer ? ledger_received_total(l) : ledger_transcript_total(l), e = (double)t->episodes + 1.0;
  if (t->has_alarm || !(t->known - told > 20.0 + log2(e * (e + 1.0)))) return;
  t->has_alarm = t->has_event = 1;
  snprintf(t->event, sizeof t->event, "leak alarm: %s knows %.1f bits after episode %.0f and %s %.1f", t->stage.config.learner.plugin->unit->id,
           t->known, e, has_observer ? "received" : "was sent a transcript of", told);
}

int trial_quiz(trial *t, double figure[FIGURES], baud_error *error) {
  stage *s = &t->stage;
  quiz_result kept, wiped;
  int code = ask_twice(t, &kept, &wiped, error);
  if (code) return code;
  double received = ledger_received_total(s->ledger), gained = kept.useful - t->useful;
  figure[FIGURE_ABSORBED_ALL] = kept.known - t->known;
  for (uint32_t k = 0; k < BAUD_CHANNELS; k++) figure[figure_of_channel(FIGURE_ABSORBED, k)] = kept.known_of[k] - t->known_of[k];
  figure[FIGURE_USEFUL] = gained;
  figure[FIGURE_KNOWN] = kept.known;
  figure[FIGURE_KNOWN_WIPED] = wiped.known;
  figure[FIGURE_COMPUTE] = gained > 0.0 && received <= t->received_at_quiz + 1e-9 ? gained : 0.0;
  t->known = kept.known;
  memcpy(t->known_of, kept.known_of, sizeof t->known_of);
  t->useful = kept.useful;
  t->received_at_quiz = received;
  audit(t);
  return 0;
}

/* What the untrained learner says, from a shadow as init() left it. */
static int quiz_untrained(trial *t, double figure[FIGURES], baud_error *error) {
  stage *s = &t->stage;
  quiz_result untrained;
  quiz_learner learner = {.ops = s->learner, .remember = s->remember, .model = s->learner_model, .live = &s->initial,
                          .initial = &s->initial, .shadow = &s->shadow, .answers = &s->answers, .subscribed = s->learner_setup.subscribed};
  stage_enter(s, SITE_PREDICT);
  if (quiz_ask(s->quiz, &learner, QUIZ_MEMORY_KEPT, &untrained, error) != 0) return stage_blame_too(s, SITE_PREDICT, error);
  figure[FIGURE_FORMAT] = untrained.known;
  return 0;
}

/* Puts what the learner was asked in this episode into the books: answers on the way, the quiz behind it, and frozen
 * copies beside it. 1 when there was anything, 0 when not, or a negative code. */
static int record_answers(trial *t, uint32_t k, double figure[FIGURES], baud_error *error) {
  stage *s = &t->stage;
  const lane_state *lane = &t->lane[k];
  int is_last = s->config.stop_episodes && t->episodes + 1 == s->config.stop_episodes;
  int is_quizzed = s->quiz && (is_last || config_is_due(s->config.quiz_rate, t->episodes)), code = 0;
  stream_episode(t->stream, k, figure);
  if (is_quizzed) code = trial_quiz(t, figure, error);
  if (!code && s->quiz && t->episodes == 0) code = quiz_untrained(t, figure, error);
  int is_probed = t->probe && !code ? probe_episode(t->probe, k, t->episodes, t->steps, is_last, figure, error) : 0;
  if (is_probed < 0) return is_probed;
  return code ? code : lane->is_answering || is_quizzed || is_probed || t->episodes == 0;
}

static void write_figures(trial *t, enum occasion occasion) {
  const figure_list *list = &t->measured[occasion];
  for (uint32_t i = 0; i < list->n; i++) {
    uint32_t f = list->figure[i];
    double value = t->last[f];
    t->column[f][t->columns.n] = (float)value;
    if (!isnan(value)) t->total[f] += value;
  }
}

static int record_episode(trial *t, uint32_t k, baud_error *error) {
  stage *s = &t->stage;
  lane_state *lane = &t->lane[k];
  double *figure = t->last;
  for (uint32_t f = 0; f < FIGURES; f++) figure[f] = NAN;
  int is_told = ledger_episode(s->ledger, k, lane->steps, figure);
  figure[FIGURE_RETURN] = lane->reward_sum;
  figure[FIGURE_STEPS] = lane->steps;
  if (s->outcome_fact != UINT32_MAX) figure[FIGURE_SUCCESS] = (double)s->facts[s->outcome_fact][k];
  int is_asked = record_answers(t, k, figure, error);
  if (is_asked < 0) return is_asked;
  if (lane->is_answering) t->asked_steps += lane->steps;
  if (t->books) { /* its ledger is told and asks on its own account */
    t->books->episode(s->env_model, s->env_lanes + k * s->env_stride, figure);
    is_told = is_asked = 1;
  }
  write_figures(t, EVERY_EPISODE);
  if (is_told) write_figures(t, WHEN_TOLD);
  if (is_asked) write_figures(t, WHEN_ASKED);
  t->steps_at_end[t->columns.n++] = t->steps;
  t->episodes++;
  lane->episode++;
  return 0;
}

static int is_stopped(const trial *t) {
  const config *c = &t->stage.config;
  return (c->stop_episodes && t->episodes >= c->stop_episodes) || (c->stop_steps && t->steps >= c->stop_steps);
}

/* Successors become what is acted upon; finished lanes begin anew. */
static int turn_over(trial *t, baud_error *error) {
  stage *s = &t->stage;
  void **exchanged = s->obs;
  s->obs = s->next_obs;
  s->next_obs = exchanged;
  t->now = t->now == t->turn ? t->turn + 1 : t->turn;
  for (uint32_t i = 0; i < t->started; i++) s->starts[s->pick[i]] = 0;
  t->started = 0;
  t->is_in_tick = 0;
  if (t->finished == 0) return 0;
  for (uint32_t k = 0; k < s->lanes; k++)
    if (s->flags[k]) s->pick[t->started++] = k;
  return trial_begin_episodes(t, t->started, error);
}

/* 7, in parts, since the columns may fill between two lanes: 1 when all finished lanes are recorded and reset. */
static int finish_lanes(trial *t, baud_error *error) {
  stage *s = &t->stage;
  for (; t->finished && t->finishing < s->lanes; t->finishing++) {
    if (!s->flags[t->finishing]) continue;
    if (t->columns.n == TRIAL_CHUNK) return 0;
    int code = record_episode(t, t->finishing, error);
    if (code) return code;
    if (is_stopped(t)) {
      t->is_done = 1;
      return 1;
    }
  }
  int code = turn_over(t, error);
  return code ? code : 1;
}

/* ---- Advancing ---------------------------------------------------------------------------------------- */

static int begin_tick(trial *t, baud_error *error) {
  stage *s = &t->stage;
  int code = s->expert ? demonstrate(t, error) : 0;
  if (!code) code = predict_and_seal(t, error);
  if (!code) code = step_and_score(t, error);
  if (!code) code = account(t, error);
  if (!code) code = learn(t, error);
  if (!code && t->tools) code = tools_step(t->tools, &t->stage, error);
  t->steps += s->lanes;
  t->is_in_tick = 1;
  t->finishing = 0;
  return code;
}

static int time_is_up(const trial *t) {
  struct timespec now;
  if (!(t->stage.config.stop_seconds > 0)) return 0;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - t->began.tv_sec) + 1e-9 * (double)(now.tv_nsec - t->began.tv_nsec) >= t->stage.config.stop_seconds;
}

/* What was drained makes room. */
static void empty_columns(trial *t) {
  if (!t->is_drained) return;
  rest_columns(t, t->columns.n);
  t->columns.n = 0;
  t->columns.first_episode = t->episodes;
  t->is_drained = 0;
}

int trial_advance(trial *t, uint32_t episodes, uint64_t ticks, baud_error *error) {
  if (t->is_failed) return error_set(error, BAUD_ESTATE, "the trial has failed before");
  empty_columns(t);
  uint64_t until = t->episodes + episodes;
  int code = 0;
  while (code >= 0 && !t->is_done && t->episodes < until && ticks > 0) {
    if (!t->is_in_tick) {
      code = begin_tick(t, error);
      ticks--;
    }
    if (code == 0) code = finish_lanes(t, error);
    if (code == 0) break; /* the columns are full */
    if (code > 0) code = 0;
    if (code == 0 && is_stopped(t) && !t->is_in_tick) t->is_done = 1;
  }
  stage_enter(&t->stage, SITE_HOST);
  if (code < 0) {
    t->is_failed = 1;
    return code;
  }
  if (time_is_up(t)) t->is_done = 1;
  return t->is_done ? TRIAL_DONE : TRIAL_RUNNING;
}

/* ---- Looking on (play.h) ------------------------------------------------------------------------------- */

const struct stage *trial_stage(const trial *t) { return &t->stage; }
uint64_t trial_lane_episode(const trial *t) { return t->lane[0].episode; }
uint32_t trial_lane_steps(const trial *t) { return t->lane[0].steps; }
double trial_return(const trial *t) { return t->lane[0].reward_sum; }

int trial_ask(trial *t, struct quiz_result *kept, struct quiz_result *wiped, baud_error *error) {
  if (!t->stage.quiz) return 0;
  int code = ask_twice(t, kept, wiped, error);
  return code ? code : 1;
}

/* Asked whatever the rate says: that changes neither acts nor memory. */
int trial_half_tick(trial *t, baud_error *error) {
  if (t->is_failed || t->is_done) return error_set(error, BAUD_ESTATE, "the trial is over");
  int code = 0;
  while (code == 0 && t->is_in_tick) code = trial_other_half(t, error); /* it may stand between two lanes */
  t->answering++;
  if (code == 0) code = begin_tick(t, error);
  t->answering--;
  stage_enter(&t->stage, SITE_HOST);
  t->is_failed = code < 0;
  return code;
}

int trial_other_half(trial *t, baud_error *error) {
  int code = 0;
  while (code == 0 && t->is_in_tick) {
    t->is_drained = 1; /* nobody keeps what is only looked at */
    empty_columns(t);
    code = finish_lanes(t, error);
  }
  stage_enter(&t->stage, SITE_HOST);
  t->is_failed = code < 0;
  return code < 0 ? code : t->is_done ? TRIAL_DONE : TRIAL_RUNNING;
}

const trial_columns *trial_drain(trial *t) {
  t->is_drained = 1;
  return &t->columns;
}

const double *trial_totals(const trial *t) { return t->total; }
const double *trial_last(const trial *t) { return t->last; }
uint64_t trial_episodes(const trial *t) { return t->episodes; }
uint64_t trial_steps(const trial *t) { return t->steps; }
/* The ledger's are asked for anew: a sum of rewards may turn out to hide which fact it tells of, and then what is
 * counted is a bound from there on. */
void trial_marks(const trial *t, char marks[FIGURES]) {
  memcpy(marks, t->marks, FIGURES);
  ledger_marks(t->stage.ledger, marks);
  if (t->books) t->books->marks(t->stage.env_model, marks);
}

const char *trial_next_event(trial *t) {
  if (!t->has_event) return t->books ? t->books->event(t->stage.env_model) : NULL;
  t->has_event = 0;
  return t->event;
}

int trial_change(trial *t, const char *key, const char *value, char *what, size_t size, baud_error *error) {
  char change[CHANGE_SIZE];
  int code = t->is_failed ? error_set(error, BAUD_ESTATE, "the trial has failed before")
                          : change_stage(&t->stage, key, value, change, error);
  if (code == 0) snprintf(what, size, "%s from episode %llu on", change, (unsigned long long)t->episodes);
  return code;
}

int trial_save(const trial *t, const char *path, baud_error *error) {
  return checkpoint_save(&t->stage.live, t->stage.config.learner.plugin->unit, t->stage.config.learner.values, path, error);
}

int trial_load(trial *t, const char *path, baud_error *error) {
  return checkpoint_load(&t->stage.live, t->stage.config.learner.plugin->unit, t->stage.config.learner.values, path, error);
}
