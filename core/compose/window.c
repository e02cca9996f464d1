/* window.c - a learner whose sight is cut into windows: after every `length` steps of a lane what it remembers of the
 * steps before is cleared, kept or compressed.
 *
 * Whose business that is says "baud.memory/1" on the inner learner. Of one without it the memory can be cleared all the
 * same: its MEMORY blocks go back to what they were at birth, and the next tick is announced as an episode's beginning,
 * which is what learners that remember begin anew at. What was received before a cut stays received: what goes with the
 * memory shows as absorbed below zero, what stays sits in the weights.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compose/compose.h"
#include "compose/part.h"
#include "compose/units.h"

enum { WINDOW_P_LEARNER, WINDOW_P_LENGTH, WINDOW_P_CARRY, WINDOW_P_KEEP, WINDOW_PARAMS };
static const char *const carries[] = {"clear", "keep", "compress"}; /* in the order of BAUD_CUT_* */

static const baud_param window_params[WINDOW_PARAMS] = {
    BAUD_PARAM_UNIT("learner", "", BAUD_LEARNER, "whose memory is cut"),
    BAUD_PARAM_INT("length", 32, 1, 1000000000, "steps", "of a window"),
    BAUD_PARAM_CHOICE("carry", BAUD_CUT_CLEAR, carries, 3, "what becomes of memory between windows: it is cleared, kept, or compressed"),
    BAUD_PARAM_INT("keep", 0, 0, 1000000000, "", "to how much memory is compressed, as the learner takes it"),
};

/* Its own blocks, behind the inner learner's. */
enum { BLOCK_SEEN, BLOCK_CUT, BLOCK_ASKED, BLOCK_STARTS, BLOCK_BIRTH, OWN_BLOCKS };

typedef struct window {
  part learner;
  const baud_host *host;
  baud_host lent;           /* the inner learner's: without the ideal observer, whose state is not to be cut */
  const baud_learner_ops *ops;
  void *model;
  const baud_cut *cut;      /* null: cleared here */
  const baud_remember *remember;
  const baud_teach *teach;
  uint64_t length;
  uint32_t carry, keep, lanes, n;
  baud_block *blocks;       /* [n + OWN_BLOCKS] */
} window;

static size_t bytes_of(const baud_block *b, uint32_t lanes) {
  size_t element = b->dtype == BAUD_U8 ? 1 : b->dtype == BAUD_U64 || b->dtype == BAUD_F64 ? 8 : 4;
  return element * b->count * (b->flags & BAUD_PER_LANE ? lanes : 1u);
}

/* ---- Creation ----------------------------------------------------------------------------------------- */

static const void *lend_extension(const baud_host *host, const char *id) {
  const window *m = host->ctx;
  return strcmp(id, "baud.ideal/1") == 0 ? NULL : m->host->extension(m->host, id);
}
static int32_t lend_fail(const baud_host *host, int32_t code, const char *why) {
  const window *m = host->ctx;
  return m->host->fail(m->host, code, why);
}
static void lend_log(const baud_host *host, uint32_t level, const char *text) {
  const window *m = host->ctx;
  m->host->log(m->host, level, text);
}

static void window_destroy(void *model) {
  window *m = model;
  if (m->model && m->ops->destroy) m->ops->destroy(m->model);
  part_close(&m->learner);
  free(m->blocks);
  free(m);
}

static int32_t declare(window *m, baud_learner_setup *setup) {
  size_t birth = 0;
  m->n = setup->n_blocks;
  m->blocks = calloc(m->n + (size_t)OWN_BLOCKS, sizeof *m->blocks);
  if (!m->blocks) return m->host->fail(m->host, BAUD_ENOMEM, "out of memory");
  for (uint32_t i = 0; i < m->n; i++) {
    const baud_block *theirs = (const baud_block *)(const void *)((const char *)setup->blocks + (size_t)setup->blocks->size * i);
    memcpy(&m->blocks[i], theirs, theirs->size < sizeof *theirs ? theirs->size : sizeof *theirs);
    m->blocks[i].size = BAUD_SIZE(baud_block);
    if (theirs->role != BAUD_MEMORY) continue;
    birth += bytes_of(theirs, m->lanes);
    if (!m->cut && m->carry == BAUD_CUT_CLEAR && !(theirs->flags & BAUD_PER_LANE) && m->lanes > 1)
      return m->host->fail(m->host, BAUD_EUNSUP, "the learner's lanes share a memory, which cannot be cut for one of them: use one lane");
  }
  const baud_block own[OWN_BLOCKS] = {
      [BLOCK_SEEN] = {BAUD_SIZE(baud_block), BAUD_U64, BAUD_TRACE, BAUD_PER_LANE, 1, "window_steps"},
      [BLOCK_CUT] = {BAUD_SIZE(baud_block), BAUD_U8, BAUD_TRACE, BAUD_PER_LANE, 1, "window_cut"},
      [BLOCK_ASKED] = {BAUD_SIZE(baud_block), BAUD_U8, BAUD_MEMORY, 0, 1, "window_asked"},
      [BLOCK_STARTS] = {BAUD_SIZE(baud_block), BAUD_U8, BAUD_SCRATCH, BAUD_PER_LANE, 1, "window_starts"},
      [BLOCK_BIRTH] = {BAUD_SIZE(baud_block), BAUD_U8, BAUD_WEIGHT, 0, birth, "window_memory_at_birth"}};
  memcpy(m->blocks + m->n, own, sizeof own);
  setup->blocks = m->blocks;
  setup->n_blocks = m->n + OWN_BLOCKS;
  return BAUD_OK;
}

static int32_t build(window *m, const baud_value *v, baud_learner_setup *setup) {
  int32_t code = part_open(&m->learner, m->host, v[WINDOW_P_LEARNER].s, BAUD_LEARNER, "learner");
  if (code != BAUD_OK) return code;
  const baud_unit *unit = m->learner.of.plugin->unit;
  m->lent = (baud_host){BAUD_SIZE(baud_host), m->host->minor, m, lend_log, lend_fail, lend_extension};
  m->length = (uint64_t)v[WINDOW_P_LENGTH].i;
  m->carry = (uint32_t)v[WINDOW_P_CARRY].i;
  m->keep = (uint32_t)v[WINDOW_P_KEEP].i;
  m->lanes = setup->lanes;
  m->ops = unit->ops;
  code = m->ops->create(&m->lent, m->learner.of.values, setup, &m->model);
  if (code != BAUD_OK) return m->model = NULL, code;
  m->cut = compose_extension(unit, m->model, "baud.memory/1");
  m->remember = compose_extension(unit, m->model, "baud.remember/1");
  m->teach = compose_extension(unit, m->model, "baud.teach/1");
  if (m->carry == BAUD_CUT_COMPRESS && !m->cut)
    return m->host->fail(m->host, BAUD_EUNSUP, "the learner cannot compress what it remembers: use carry = \"clear\" or \"keep\"");
  return declare(m, setup);
}

static int32_t window_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  window *m = calloc(1, sizeof *m);
  if (!m) return host->fail(host, BAUD_ENOMEM, "out of memory");
  m->host = host;
  int32_t code = build(m, values, setup);
  if (code == BAUD_OK) *model = m;
  else window_destroy(m);
  return code;
}

static int32_t window_init(const void *model, void *const *blocks, uint64_t seed) {
  const window *m = model;
  char *birth = blocks[m->n + BLOCK_BIRTH];
  int32_t code = m->ops->init(m->model, blocks, seed);
  for (uint32_t i = 0; i < m->n && code == BAUD_OK; i++) {
    if (m->blocks[i].role != BAUD_MEMORY) continue;
    memcpy(birth, blocks[i], bytes_of(&m->blocks[i], m->lanes));
    birth += bytes_of(&m->blocks[i], m->lanes);
  }
  return code;
}

/* ---- Cutting ------------------------------------------------------------------------------------------ */

/* One lane's memory as it was at birth; a block of all lanes is the one lane's. */
static void clear_lane(const window *m, void *const *blocks, uint32_t lane) {
  const char *birth = blocks[m->n + BLOCK_BIRTH];
  for (uint32_t i = 0; i < m->n; i++) {
    if (m->blocks[i].role != BAUD_MEMORY) continue;
    size_t whole = bytes_of(&m->blocks[i], m->lanes), one = m->blocks[i].flags & BAUD_PER_LANE ? whole / m->lanes : whole;
    memcpy((char *)blocks[i] + one * lane, birth + one * lane, one);
    birth += whole;
  }
}

static int32_t cut_lane(const window *m, void *const *blocks, uint32_t lane) {
  if (m->cut) return m->cut->cut(m->model, blocks, lane, m->carry, m->keep);
  if (m->carry == BAUD_CUT_KEEP) return BAUD_OK;
  clear_lane(m, blocks, lane);
  ((uint8_t *)blocks[m->n + BLOCK_CUT])[lane] = 1;
  return BAUD_OK;
}

/* Counts the step that all lanes have taken, and cuts where a window is full. */
static int32_t count(const window *m, void *const *blocks) {
  uint64_t *seen = blocks[m->n + BLOCK_SEEN];
  int32_t code = BAUD_OK;
  memset(blocks[m->n + BLOCK_CUT], 0, m->lanes);
  for (uint32_t lane = 0; lane < m->lanes && code == BAUD_OK; lane++) {
    if (++seen[lane] < m->length) continue;
    seen[lane] = 0;
    code = cut_lane(m, blocks, lane);
  }
  return code == BAUD_EUNSUP ? m->host->fail(m->host, code, "the learner cannot cut its memory so: use carry = \"clear\" or \"keep\"") : code;
}

/* A question is put as at the first tick of an episode, or behind a prefix: there the window says nothing. */
static int32_t window_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  const window *m = model;
  uint8_t *starts = blocks[m->n + BLOCK_STARTS];
  const uint8_t *cut = blocks[m->n + BLOCK_CUT];
  baud_tick seen = *tick;
  *(uint8_t *)blocks[m->n + BLOCK_ASKED] = tick->mode == BAUD_EVAL;
  if (m->cut || tick->mode == BAUD_EVAL) return m->ops->predict(m->model, blocks, tick);
  for (uint32_t lane = 0; lane < m->lanes; lane++) starts[lane] = tick->starts[lane] | cut[lane];
  seen.starts = starts;
  return m->ops->predict(m->model, blocks, &seen);
}

static int32_t window_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const window *m = model;
  int32_t code = m->ops->learn(m->model, blocks, outcome);
  return code == BAUD_OK ? count(m, blocks) : code;
}

/* ---- What the inner learner can do besides -------------------------------------------------------------- */

/* Steps of a quiz's prefix happen on a copy and fill no window: they are not counted. */
static int32_t window_remember(const void *model, void *const *blocks, const baud_outcome *outcome) {
  const window *m = model;
  int32_t code = m->remember ? m->remember->remember(m->model, blocks, outcome) : BAUD_OK;
  return code == BAUD_OK && !*(const uint8_t *)blocks[m->n + BLOCK_ASKED] ? count(m, blocks) : code;
}

static int32_t window_teach(const void *model, void *const *blocks, const baud_span *span, double rate) {
  const window *m = model;
  return m->teach->teach(m->model, blocks, span, rate);
}

static int32_t window_cut(const void *model, void *const *blocks, uint32_t lane, uint32_t how, uint32_t keep) {
  const window *m = model;
  return m->cut->cut(m->model, blocks, lane, how, keep);
}

static const void *window_ability(const void *model, const char *id) {
  static const baud_remember remember = {BAUD_SIZE(baud_remember), 0, window_remember};
  static const baud_teach teach = {BAUD_SIZE(baud_teach), 0, window_teach};
  static const baud_cut cut = {BAUD_SIZE(baud_cut), 0, window_cut};
  const window *m = model;
  if (strcmp(id, "baud.remember/1") == 0) return &remember;
  if (strcmp(id, "baud.teach/1") == 0) return m->teach ? &teach : NULL;
  if (strcmp(id, "baud.memory/1") == 0) return m->cut ? &cut : NULL;
  return NULL;
}

static const void *window_extension(const char *id) {
  static const baud_instance instance = {BAUD_SIZE(baud_instance), 0, window_ability};
  return strcmp(id, "baud.instance/1") == 0 ? &instance : NULL;
}

static const baud_learner_ops window_ops = {BAUD_SIZE(baud_learner_ops), 0, window_create, window_destroy, window_init, window_predict, window_learn};

const baud_unit window_unit = {
    BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.window", "A learner whose memory is cut at windows",
    "After every window of steps the inner learner's memory of the lane is cleared, kept or compressed; what it is to know "
    "beyond the cut has to be in its weights.",
    window_params, WINDOW_PARAMS, 0, &window_ops, window_extension};
