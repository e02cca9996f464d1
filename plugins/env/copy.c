/* copy.c - a sequence of symbols is to be said again (the copy task of Graves, Wayne, Danihelka, Neural Turing
 * machines, arXiv 1410.5401, in tokens and actions).
 *
 * The stream shows `length` symbols drawn uniformly, then `delay` dots, then a mark; from the mark on, each action is
 * to be the next symbol of the sequence, worth 1 / length if it is. While one speaks the stream shows dots, or with
 * `echo` what was just said. The sequence is drawn anew in each episode: nothing is to be learnt for good but to
 * remember, and there is no world and no quiz. Who remembers nothing earns 1 / symbols in the mean.
 */
#include "baud/plugin.h"
#include "baud/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_DOT, COPY_MARK, COPY_SYMBOLS }; /* tokens: then the symbols */
enum { COPY_MOST_SYMBOLS = 1024, COPY_MOST_LENGTH = 4096 };

/* ---- Parameters, model, lane ---------------------------------------------------------------------------- */

enum { COPY_P_SYMBOLS, COPY_P_LENGTH, COPY_P_DELAY, COPY_P_ECHO, COPY_PARAMS };
static const baud_param copy_params[COPY_PARAMS] = {
    BAUD_PARAM_INT("symbols", 8, 2, COPY_MOST_SYMBOLS, "", "number of symbols"),
    BAUD_PARAM_INT("length", 10, 1, COPY_MOST_LENGTH, "tokens", "of the sequence"),
    BAUD_PARAM_INT("delay", 0, 0, 1000000, "tokens", "between the sequence and the mark"),
    BAUD_PARAM_FLAG("echo", 0, "what was said follows in the stream"),
};

enum { COPY_REWARD, COPY_SUCCESS, COPY_FACTS };
static const baud_fact copy_facts[COPY_FACTS] = {
    {BAUD_SIZE(baud_fact), BAUD_FACT_REWARD, "reward", "", "1 / length for the right symbol, else 0"},
    {BAUD_SIZE(baud_fact), BAUD_FACT_OUTCOME | BAUD_FACT_AT_END, "success", "",
     "1 when all of them were right, else 0"},
};

typedef struct copy {
  uint32_t symbols, length, delay, echo, mark; /* mark: its position */
  baud_field obs, action;
} copy;

/* A lane is this and then sequence[length], u16. */
typedef struct copy_lane {
  uint32_t at, right; /* the position in the episode, the symbols said right so far */
} copy_lane;

static copy_lane *copy_at(const baud_batch *batch, uint32_t k) {
  return (copy_lane *)(void *)(batch->lane + k * batch->lane_stride);
}
static uint16_t *copy_sequence(copy_lane *lane) { return (uint16_t *)(void *)(lane + 1); }

static int32_t copy_create(const baud_host *host, const baud_value *values, baud_env_spec *spec, void **model) {
  copy *m = calloc(1, sizeof *m);
  if (m == NULL) return host->fail(host, BAUD_ENOMEM, "copy: no memory for the model");
  m->symbols = (uint32_t)values[COPY_P_SYMBOLS].i;
  m->length = (uint32_t)values[COPY_P_LENGTH].i;
  m->delay = (uint32_t)values[COPY_P_DELAY].i;
  m->echo = (uint32_t)values[COPY_P_ECHO].i;
  m->mark = m->length + m->delay;
  m->obs = (baud_field)BAUD_DISCRETE_FIELD("token", COPY_SYMBOLS + m->symbols, "0 . 1 mark, then symbols");
  m->action = (baud_field)BAUD_DISCRETE_FIELD("token", COPY_SYMBOLS + m->symbols, "counts from the mark on");
  spec->n_obs = 1;
  spec->n_facts = COPY_FACTS;
  spec->max_steps = m->mark + m->length;
  spec->obs = &m->obs;
  spec->action = &m->action;
  spec->facts = copy_facts;
  spec->lane_bytes = sizeof(copy_lane) + (m->length * sizeof(uint16_t) + 7) / 8 * 8;
  *model = m;
  return BAUD_OK;
}

/* ---- Reset and step ------------------------------------------------------------------------------------- */

/* The token at a position up to the mark; behind it what is said decides. */
static int32_t copy_token(const copy *m, copy_lane *lane, int32_t said) {
  if (lane->at < m->length) return COPY_SYMBOLS + copy_sequence(lane)[lane->at];
  if (lane->at == m->mark) return COPY_MARK;
  return lane->at > m->mark && m->echo ? said : COPY_DOT;
}

static int32_t copy_reset(const void *model, const baud_batch *batch) {
  const copy *m = model;
  for (uint32_t i = 0; i < batch->n_pick; i++) {
    uint32_t k = batch->pick[i];
    uint64_t random = batch->seed[i];
    copy_lane *lane = copy_at(batch, k);
    *lane = (copy_lane){0, 0};
    for (uint32_t s = 0; s < m->length; s++) copy_sequence(lane)[s] = (uint16_t)baud_below(&random, m->symbols);
    ((int32_t *)batch->obs[0])[k] = copy_token(m, lane, COPY_DOT);
  }
  return BAUD_OK;
}

/* The symbol that is to be said now; a dot where none is. */
static int32_t copy_wanted(const copy *m, copy_lane *lane) {
  uint32_t said = lane->at - m->mark;
  return lane->at < m->mark || said >= m->length ? COPY_DOT : COPY_SYMBOLS + copy_sequence(lane)[said];
}

static int32_t copy_step(const void *model, const baud_batch *batch) {
  const copy *m = model;
  const int32_t *action = batch->action;
  for (uint32_t k = 0; k < batch->lanes; k++) {
    copy_lane *lane = copy_at(batch, k);
    if ((uint32_t)action[k] >= COPY_SYMBOLS + m->symbols) return BAUD_EARG;
    int32_t wanted = copy_wanted(m, lane);
    uint32_t is_right = wanted != COPY_DOT && action[k] == wanted;
    lane->right += is_right;
    lane->at += lane->at < m->mark + m->length; /* who goes on after the end stays there */
    int is_over = lane->at == m->mark + m->length;
    batch->facts[COPY_REWARD][k] = is_right ? (float)(1.0 / m->length) : 0.0f;
    batch->facts[COPY_SUCCESS][k] = is_over && lane->right == m->length ? 1.0f : 0.0f;
    batch->flags[k] = is_over ? BAUD_TERMINATED : 0;
    ((int32_t *)batch->obs[0])[k] = copy_token(m, lane, action[k]);
  }
  return BAUD_OK;
}

static const baud_env_ops copy_ops = {BAUD_SIZE(baud_env_ops), 0, copy_create, free, NULL, copy_reset, copy_step};

/* ---- Demonstration -------------------------------------------------------------------------------------- */

static int32_t copy_optimal(const void *model, const baud_batch *batch, uint8_t *optimal) {
  const copy *m = model;
  uint32_t tokens = COPY_SYMBOLS + m->symbols;
  memset(optimal, 0, (size_t)batch->lanes * tokens);
  for (uint32_t k = 0; k < batch->lanes; k++) {
    int32_t wanted = copy_wanted(m, copy_at(batch, k));
    if (wanted != COPY_DOT) optimal[(size_t)k * tokens + (uint32_t)wanted] = 1;
  }
  return BAUD_OK;
}

static const baud_demonstrate copy_demonstrate = {BAUD_SIZE(baud_demonstrate), 0, copy_optimal};

/* ---- Picture --------------------------------------------------------------------------------------------- */

enum { COPY_WIDTH = 64, COPY_HEIGHT = 3 };

static int32_t copy_extent(const void *model, uint32_t *width, uint32_t *height) {
  (void)model;
  *width = COPY_WIDTH;
  *height = COPY_HEIGHT;
  return BAUD_OK;
}

/* The sequence, in base 36 or ? beyond; below, where one is in it; and how it goes. */
static int32_t copy_picture(const void *model, const void *world, const void *lane, char *cells) {
  static const char digit[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  const copy *m = model;
  const copy_lane *at = lane;
  const uint16_t *sequence = (const uint16_t *)(const void *)(at + 1);
  uint32_t now = at->at < m->length ? at->at : at->at - m->mark;
  char line[COPY_WIDTH + 1];
  (void)world;
  memset(cells, ' ', COPY_WIDTH * COPY_HEIGHT);
  for (uint32_t s = 0; s < m->length && s < COPY_WIDTH; s++) cells[s] = sequence[s] < 36 ? digit[sequence[s]] : '?';
  if (now < m->length && now < COPY_WIDTH) cells[COPY_WIDTH + now] = at->at < m->length ? '^' : 'A';
  (void)snprintf(line, sizeof line, "right %u of %u", at->right, m->length);
  memcpy(cells + 2 * COPY_WIDTH, line, strlen(line));
  return BAUD_OK;
}

static const baud_draw copy_drawing = {BAUD_SIZE(baud_draw), 0, copy_extent, copy_picture};

/* ---- Tables ---------------------------------------------------------------------------------------------- */

static const void *copy_extension(const char *id) {
  static const struct {
    const char *id;
    const void *table;
  } known[] = {{"baud.demonstrate/1", &copy_demonstrate}, {"baud.draw/1", &copy_drawing}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(id, known[i].id) == 0) return known[i].table;
  return NULL;
}

static const baud_unit copy_units[] = {{
    .size = BAUD_SIZE(baud_unit),
    .role = BAUD_ENV,
    .behaviour = 1,
    .state_version = 1,
    .id = "baud.copy",
    .title = "a sequence to be said again",
    .doc = "Symbols are shown one by one, and after a mark are to be said again in their order, each worth 1 / length. "
           "They are drawn anew in each episode: who remembers nothing earns 1 / symbols.",
    .params = copy_params,
    .n_params = COPY_PARAMS,
    .ops = &copy_ops,
    .extension = copy_extension,
}};

const baud_library baud_plugin_1 = {
    .size = BAUD_SIZE(baud_library),
    .built_minor = BAUD_MINOR,
    .needs_minor = 0,
    .layout = BAUD_LAYOUT,
    .vendor = "baud",
    .version = "1.0",
    .license = "MIT",
    .units = copy_units,
    .n_units = 1,
};
