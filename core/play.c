/* play.c - see play.h.
 */
#include "play.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "loop/sight.h"
#include "loop/stage.h"
#include "params.h"

enum { MOST_ELEMENTS = 64, MOST_CELLS = 1 << 16 };

/* ---- Writing ------------------------------------------------------------------------------------------- */

static cJSON *number(double x) { return isfinite(x) ? cJSON_CreateNumber(x) : cJSON_CreateNull(); }

/* The elements of lane 0 of a field. */
static cJSON *elements(const baud_field *field, const void *values) {
  cJSON *list = cJSON_CreateArray();
  for (uint32_t i = 0; values && i < field->count && i < MOST_ELEMENTS; i++) {
    double x = field->dtype == BAUD_U8    ? ((const uint8_t *)values)[i]
               : field->dtype == BAUD_I32 ? ((const int32_t *)values)[i]
                                          : (double)((const float *)values)[i];
    cJSON_AddItemToArray(list, number(x));
  }
  return list;
}

/* The picture's rows; null where there is none. Cells are ASCII by contract; what is not becomes a blank. */
static cJSON *picture(const stage *s) {
  const baud_draw *draw = compose_extension(s->config.env.plugin->unit, s->env_model, "baud.draw/1");
  uint32_t width = 0, height = 0;
  if (!draw || !draw->extent || !draw->draw || draw->extent(s->env_model, &width, &height) != BAUD_OK) return NULL;
  if (width == 0 || height == 0 || (uint64_t)width * height > MOST_CELLS) return NULL;
  char *cells = malloc((size_t)width * height), *row = malloc(width + 1u);
  cJSON *rows = NULL;
  if (cells && row && draw->draw(s->env_model, s->world, s->env_lanes, cells) == BAUD_OK) {
    rows = cJSON_CreateArray();
    for (uint32_t y = 0; y < height; y++) {
      for (uint32_t x = 0; x < width; x++) {
        char c = cells[(size_t)y * width + x];
        row[x] = c >= ' ' && c < 0x7f ? c : ' ';
      }
      row[width] = 0;
      cJSON_AddItemToArray(rows, cJSON_CreateString(row));
    }
  }
  free(cells);
  free(row);
  return rows;
}

/* How likely the action was by the learner's own answer; NAN where it gives none. */
static double likelihood(const stage *s) {
  const answers *a = &s->answers;
  uint32_t width = answers_width(a, ANSWER_ACTION);
  if (!(a->mask >> ANSWER_ACTION & 1u) || a->question[ANSWER_ACTION].form != BAUD_FORM_CATEGORICAL || s->spec.action->count != 1) return NAN;
  uint32_t action = s->spec.action->dtype == BAUD_U8 ? ((const uint8_t *)s->sealed_action)[0] : (uint32_t)((const int32_t *)s->sealed_action)[0];
  return action < width && a->sealed[ANSWER_ACTION] ? (double)a->sealed[ANSWER_ACTION][action] : NAN;
}

static void add_channels(cJSON *to, const char *name, const double now[BAUD_CHANNELS], const double before[BAUD_CHANNELS]) {
  cJSON *list = cJSON_AddArrayToObject(to, name);
  for (int k = 0; k < BAUD_CHANNELS; k++) cJSON_AddItemToArray(list, number(now[k] - before[k]));
}

static void add_inner(cJSON *line, const trial_sight *now) {
  static const double nothing[BAUD_CHANNELS];
  cJSON *inner = cJSON_AddObjectToObject(line, "inner");
  cJSON_AddNumberToObject(inner, "episode", (double)now->episode);
  cJSON_AddNumberToObject(inner, "episodes", (double)now->episodes);
  cJSON_AddItemToObject(inner, "return", number(now->inner_return));
  cJSON_AddItemToObject(inner, "success", number(now->success));
  add_channels(inner, "offered", now->offered, nothing);
  add_channels(inner, "received", now->received, nothing);
}

static void add_bits(cJSON *line, const trial *t, const trial_sight *now, const trial_sight *before) {
  char marks[FIGURES];
  cJSON *bits = cJSON_AddObjectToObject(line, "bits");
  trial_marks(t, marks);
  if (marks[FIGURE_OFFERED_ALL] != '-') {
    add_channels(bits, "offered", now->offered, before->offered);
    add_channels(bits, "received", now->received, before->received);
  }
  if (!now->has_known) return;
  cJSON_AddItemToObject(bits, "absorbed", number(now->known - before->known));
  cJSON_AddItemToObject(bits, "useful", number(now->useful - before->useful));
  cJSON_AddItemToObject(bits, "known", number(now->known));
  cJSON_AddItemToObject(bits, "known_wiped", number(now->known_wiped));
}

static void add_deed(cJSON *line, const trial *t) {
  const stage *s = trial_stage(t);
  double p = likelihood(s);
  cJSON_AddItemToObject(line, "action", elements(s->spec.action, s->sealed_action));
  cJSON_AddNumberToObject(line, "actions", s->spec.action->categories);
  if (isfinite(p)) cJSON_AddNumberToObject(line, "p", p);
  if (s->expert && s->shown[0]) cJSON_AddItemToObject(line, "shown", elements(s->spec.action, s->shown_action));
  cJSON_AddItemToObject(line, "reward", number((double)s->rewards[0]));
  cJSON_AddItemToObject(line, "return", number(trial_return(t)));
  if (s->flags[0]) cJSON_AddStringToObject(line, "end", s->flags[0] & BAUD_TERMINATED ? "terminated" : "truncated");
  cJSON *facts = cJSON_AddObjectToObject(line, "facts");
  for (uint32_t f = 0; f < s->spec.n_facts; f++) cJSON_AddItemToObject(facts, s->spec.facts[f].name, number((double)s->facts[f][0]));
}

static void write_line(FILE *to, cJSON *line) {
  char *text = cJSON_PrintUnformatted(line);
  if (text) fprintf(to, "%s\n", text);
  fflush(to);
  cJSON_free(text);
  cJSON_Delete(line);
}

enum step_kind { STEP_START, STEP_WITHIN, STEP_DEED };

static void write_step(FILE *to, const trial *t, enum step_kind kind, const trial_sight *now, const trial_sight *before) {
  const stage *s = trial_stage(t);
  cJSON *line = cJSON_CreateObject(), *rows = picture(s), *obs;
  cJSON_AddNumberToObject(line, "episode", (double)trial_lane_episode(t));
  cJSON_AddNumberToObject(line, "step", trial_lane_steps(t));
  if (rows) cJSON_AddItemToObject(line, "picture", rows);
  obs = cJSON_AddArrayToObject(line, "obs");
  for (uint32_t f = 0; f < s->spec.n_obs; f++) cJSON_AddItemToArray(obs, elements(&s->spec.obs[f], s->obs[f]));
  if (kind == STEP_DEED) add_deed(line, t);
  if (kind != STEP_WITHIN) add_bits(line, t, now, before);
  if (now->is_inner) add_inner(line, now);
  write_line(to, line);
}

/* ---- Playing ------------------------------------------------------------------------------------------- */

int play_forward(trial *t, uint64_t episode, void (*tell)(void *ctx, uint64_t episodes), void *ctx, baud_error *error) {
  enum { TICKS_AT_ONCE = 20000 };
  while (trial_episodes(t) < episode) {
    uint64_t left = episode - trial_episodes(t);
    int code = trial_advance(t, left < TRIAL_CHUNK ? (uint32_t)left : TRIAL_CHUNK, TICKS_AT_ONCE, error);
    trial_drain(t);
    if (code != TRIAL_RUNNING) return code < 0 ? code : 1;
    if (tell) tell(ctx, trial_episodes(t));
  }
  while (trial_lane_steps(t) > 0) { /* other lanes may be in the middle of theirs */
    int code = trial_advance(t, UINT32_MAX, 1, error);
    trial_drain(t);
    if (code != TRIAL_RUNNING) return code < 0 ? code : 1;
  }
  return 0;
}

/* The beginning of an episode: its first observation may tell something. */
static int write_start(trial *t, FILE *to, trial_sight *at, baud_error *error) {
  trial_sight nothing;
  int code = sight_of_lane(t, at, error), is_start = trial_lane_steps(t) == 0;
  memset(&nothing, 0, sizeof nothing);
  nothing.known = at->known;
  nothing.useful = at->useful;
  if (code == 0) write_step(to, t, is_start ? STEP_START : STEP_WITHIN, at, &nothing);
  return code;
}

int play_episodes(trial *t, uint32_t episodes, FILE *to, baud_error *error) {
  trial_sight before, now;
  int code = write_start(t, to, &before, error);
  while (code == 0 && episodes > 0 && !ferror(to)) {
    code = trial_half_tick(t, error);
    if (code == 0) code = sight_of_lane(t, &now, error);
    if (code != 0) break;
    write_step(to, t, STEP_DEED, &now, &before);
    int is_end = trial_stage(t)->flags[0] != 0;
    episodes -= (uint32_t)is_end;
    code = trial_other_half(t, error);
    trial_drain(t);
    before = now;
    if (is_end && code == 0 && episodes > 0) code = write_start(t, to, &before, error);
  }
  return code == TRIAL_DONE ? 0 : code;
}
