/* curve.c - reading a figure: raw values, totals, and curves at any zoom.
 *
 * A stretch of episodes is covered by the fewest pieces: pyramid nodes of the level that the zoom asks for where they
 * fit, lower ones at the edges, single values at the very ends. A curve over millions of episodes so reads a few rows
 * a point.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "store/database.h"

typedef struct series_facts {
  char mark;
  uint64_t episodes;
  summary total;
} series_facts;

static int read_facts(store *s, uint32_t trial, uint32_t figure, series_facts *facts, baud_error *error) {
  *facts = (series_facts){.mark = '-', .total = summary_none()};
  if (figure >= FIGURES || s->number[figure] < 0) return 0;
  sqlite3_stmt *row = database_bind(s, SQL_GET_SERIES, error, "ii", (int64_t)trial, (int64_t)s->number[figure]);
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code <= 0) return code;
  const unsigned char *mark = sqlite3_column_text(row, 0);
  if (mark && mark[0]) facts->mark = (char)mark[0];
  facts->episodes = (uint64_t)sqlite3_column_int64(row, 1);
  facts->total = column_summary(row, 2);
  sqlite3_reset(row);
  return 0;
}

char store_read_mark(store *s, uint32_t trial, uint32_t figure) {
  series_facts facts;
  return read_facts(s, trial, figure, &facts, NULL) == 0 ? facts.mark : '-';
}

/* ---- Values ------------------------------------------------------------------------------------------- */

/* Hands over the values of episodes [from, to), chunk by chunk; `first` is the episode of values[0]. */
typedef void (*values_sink)(void *to, uint64_t first, const float *values, uint32_t n);

static int each_chunk(store *s, uint32_t trial, uint32_t figure, uint64_t from, uint64_t to, values_sink sink,
                      void *context, baud_error *error) {
  float values[CHUNK];
  int code;
  if (from >= to) return 0;
  sqlite3_stmt *row = database_bind(s, SQL_GET_VALUES, error, "iiii", (int64_t)trial, (int64_t)s->number[figure],
                                    (int64_t)(from / CHUNK), (int64_t)((to - 1) / CHUNK));
  if (!row) return BAUD_EIO;
  while ((code = database_step(s, row, error)) > 0) {
    uint64_t first = (uint64_t)sqlite3_column_int64(row, 0) * CHUNK, n = (uint64_t)sqlite3_column_int64(row, 1);
    const void *blob = sqlite3_column_blob(row, 4);
    size_t size = (size_t)sqlite3_column_bytes(row, 4);
    if (n > CHUNK || chunk_decode(blob, size, (uint32_t)n, (uint64_t)sqlite3_column_int64(row, 2),
                                  sqlite3_column_double(row, 3), values) != 0) {
      sqlite3_reset(row);
      return error_set(error, BAUD_EIO, "%s: trial %u, \"%s\": the values from episode %llu on cannot be read", s->path,
                       trial, figure_table[figure].name, (unsigned long long)first);
    }
    uint64_t begin = from > first ? from - first : 0, end = to < first + n ? to - first : n;
    if (begin < end) sink(context, first + begin, values + begin, (uint32_t)(end - begin));
  }
  return code;
}

typedef struct copy {
  uint64_t from;
  float *values;
} copy;

static void copy_values(void *context, uint64_t first, const float *values, uint32_t n) {
  copy *c = context;
  memcpy(c->values + (first - c->from), values, n * sizeof *values);
}

int store_read_values(store *s, uint32_t trial, uint32_t figure, uint64_t from, float *values, uint32_t *n,
                      baud_error *error) {
  bracket b;
  series_facts facts;
  copy c = {.from = from, .values = values};
  uint64_t room = *n;
  *n = 0;
  int code = database_enter_read(s, &b, error);
  if (code) return code;
  code = read_facts(s, trial, figure, &facts, error);
  uint64_t left = facts.episodes > from ? facts.episodes - from : 0;
  if (left > room) left = room;
  for (uint64_t i = 0; i < left; i++) values[i] = NAN; /* a chunk that is missing is a stretch not scored */
  if (!code) code = each_chunk(s, trial, figure, from, from + left, copy_values, &c, error);
  database_leave_read(s, b);
  if (!code) *n = (uint32_t)left;
  return code;
}

int store_read_last(store *s, uint32_t trial, uint32_t figure, double *value, baud_error *error) {
  float values[CHUNK];
  series_facts facts;
  int code = read_facts(s, trial, figure, &facts, error);
  *value = NAN;
  for (uint64_t to = code ? 0 : facts.episodes; to > 0 && isnan(*value);) {
    uint64_t from = (to - 1) / CHUNK * CHUNK;
    uint32_t n = (uint32_t)(to - from);
    code = store_read_values(s, trial, figure, from, values, &n, error);
    if (code) return code;
    for (; n > 0 && isnan(*value); n--) *value = (double)values[n - 1];
    to = from;
  }
  return code;
}

int store_read_steps(store *s, uint32_t trial, uint64_t from, uint64_t *steps, uint32_t *n, baud_error *error) {
  uint64_t decoded[CHUNK], room = *n, at = from;
  int code = 0;
  *n = 0;
  if (room == 0) return 0;
  sqlite3_stmt *row = database_bind(s, SQL_GET_STEPS, error, "iii", (int64_t)trial, (int64_t)(from / CHUNK),
                                    (int64_t)((from + room - 1) / CHUNK));
  if (!row) return BAUD_EIO;
  while ((code = database_step(s, row, error)) > 0) {
    uint64_t first = (uint64_t)sqlite3_column_int64(row, 0) * CHUNK, count = (uint64_t)sqlite3_column_int64(row, 1);
    if (count > CHUNK ||
        steps_decode(sqlite3_column_blob(row, 4), (size_t)sqlite3_column_bytes(row, 4), (uint32_t)count,
                     (uint64_t)sqlite3_column_int64(row, 2), (uint64_t)sqlite3_column_int64(row, 3), decoded) != 0) {
      sqlite3_reset(row);
      return error_set(error, BAUD_EIO, "%s: trial %u: the step counts from episode %llu on cannot be read", s->path,
                       trial, (unsigned long long)first);
    }
    for (; at >= first && at < first + count && at - from < room; at++) steps[at - from] = decoded[at - first];
  }
  *n = (uint32_t)(at - from);
  return code;
}

/* ---- Totals ------------------------------------------------------------------------------------------- */

static int read_node(store *s, uint32_t trial, uint32_t figure, int level, uint64_t position, summary *sum,
                     baud_error *error) {
  sqlite3_stmt *row =
      database_bind(s, level ? SQL_GET_PYRAMID : SQL_GET_CHUNKS, error, level ? "iiiii" : "iiii", (int64_t)trial,
                    (int64_t)s->number[figure], (int64_t)position, (int64_t)position, (int64_t)level);
  int code = row ? database_step(s, row, error) : BAUD_EIO;
  if (code <= 0) return code;
  *sum = summary_join(*sum, column_summary(row, 1));
  sqlite3_reset(row);
  return 0;
}

static void join_values(void *context, uint64_t first, const float *values, uint32_t n) {
  summary *sum = context;
  (void)first;
  *sum = summary_join(*sum, summary_of(values, n));
}

int store_read_total(store *s, uint32_t trial, uint32_t figure, uint64_t to, double *sum, uint64_t *count,
                     baud_error *error) {
  bracket b;
  series_facts facts;
  int code = database_enter_read(s, &b, error);
  if (code) return code;
  code = read_facts(s, trial, figure, &facts, error);
  if (!code && to < facts.episodes) {
    /* One node for each bit of the number of whole chunks, as pyramid_total joins them. */
    uint64_t chunks = to / CHUNK, done = 0;
    facts.total = summary_none();
    for (int level = PYRAMID_LEVELS - 1; level >= 0 && !code; level--) {
      if (!(chunks >> level & 1)) continue;
      code = read_node(s, trial, figure, level, done >> level, &facts.total, error);
      done += UINT64_C(1) << level;
    }
    if (!code) code = each_chunk(s, trial, figure, chunks * CHUNK, to, join_values, &facts.total, error);
  }
  database_leave_read(s, b);
  *sum = facts.total.sum;
  *count = facts.total.count;
  return code;
}

/* ---- Curves ------------------------------------------------------------------------------------------- */

typedef struct curve {
  store *s;
  uint32_t trial, figure;
  uint64_t from, width, complete; /* episodes in whole chunks: only those are in the pyramid */
  summary *bin;
  uint64_t *straddling; /* nodes on the border of two bins, waiting to be taken apart */
  uint32_t n_straddling;
} curve;

static void bin_values(void *context, uint64_t first, const float *values, uint32_t n) {
  curve *c = context;
  while (n) {
    uint64_t bin = (first - c->from) / c->width, left = c->from + (bin + 1) * c->width - first;
    uint32_t some = left < n ? (uint32_t)left : n;
    c->bin[bin] = summary_join(c->bin[bin], summary_of(values, some));
    first += some;
    values += some;
    n -= some;
  }
}

/* Nodes [from, to) of one level: into their bins, or onto the stack where a border runs through. */
static int bin_nodes(curve *c, int level, uint64_t from, uint64_t to, baud_error *error) {
  uint64_t size = (uint64_t)CHUNK << level;
  int code;
  sqlite3_stmt *row =
      database_bind(c->s, level ? SQL_GET_PYRAMID : SQL_GET_CHUNKS, error, level ? "iiiii" : "iiii", (int64_t)c->trial,
                    (int64_t)c->s->number[c->figure], (int64_t)from, (int64_t)to - 1, (int64_t)level);
  if (!row) return BAUD_EIO;
  while ((code = database_step(c->s, row, error)) > 0) {
    uint64_t position = (uint64_t)sqlite3_column_int64(row, 0), first = position * size - c->from;
    uint64_t bin = first / c->width;
    if ((first + size - 1) / c->width == bin) c->bin[bin] = summary_join(c->bin[bin], column_summary(row, 1));
    else c->straddling[c->n_straddling++] = position;
  }
  return code;
}

/* Puts episodes [from, to) into bins, by nodes of at most this level. */
static int cover(curve *c, int level, uint64_t from, uint64_t to, baud_error *error) {
  if (from >= to) return 0;
  if (level < 0) return each_chunk(c->s, c->trial, c->figure, from, to, bin_values, c, error);
  uint64_t size = (uint64_t)CHUNK << level, whole = to < c->complete ? to : c->complete;
  uint64_t low = (from + size - 1) / size, high = whole / size;
  if (low >= high) return cover(c, level - 1, from, to, error);
  uint32_t waiting = c->n_straddling;
  int code = bin_nodes(c, level, low, high, error);
  while (!code && c->n_straddling > waiting) {
    uint64_t position = c->straddling[--c->n_straddling];
    code = cover(c, level - 1, position * size, (position + 1) * size, error);
  }
  if (!code) code = cover(c, level - 1, from, low * size, error);
  return code ? code : cover(c, level - 1, high * size, to, error);
}

static uint32_t put_points(const curve *c, uint32_t bins, uint64_t end, store_point *points) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < bins; i++) {
    const summary *sum = &c->bin[i];
    uint64_t first = c->from + i * c->width, last = first + c->width < end ? first + c->width : end;
    points[n++] = (store_point){.episode = ((double)first + (double)last) / 2,
                                .mean = sum->count ? (float)(sum->sum / (double)sum->count) : NAN,
                                .low = sum->low,
                                .high = sum->high,
                                .count = sum->count < UINT32_MAX ? (uint32_t)sum->count : UINT32_MAX};
  }
  return n;
}

int store_read_curve(store *s, uint32_t trial, uint32_t figure, uint64_t from, uint64_t to, store_point *points,
                     uint32_t *n, baud_error *error) {
  bracket b;
  series_facts facts;
  uint32_t room = *n;
  *n = 0;
  int code = database_enter_read(s, &b, error);
  if (code) return code;
  code = read_facts(s, trial, figure, &facts, error);
  uint64_t asked = to == UINT64_MAX ? facts.episodes : to, end = asked < facts.episodes ? asked : facts.episodes;
  pyramid_view view = pyramid_look(from, asked, room);
  if (code == 0 && from < end && view.bins) {
    uint32_t bins = (uint32_t)((end - 1 - from) / view.width + 1);
    curve c = {.s = s,
               .trial = trial,
               .figure = figure,
               .from = from,
               .width = view.width,
               .complete = facts.episodes / CHUNK * CHUNK};
    c.bin = malloc(bins * sizeof *c.bin);
    c.straddling = malloc((bins + 4u * PYRAMID_LEVELS) * sizeof *c.straddling);
    if (!c.bin || !c.straddling) code = error_set(error, BAUD_ENOMEM, "%s: out of memory", s->path);
    for (uint32_t i = 0; i < bins && !code; i++) c.bin[i] = summary_none();
    if (!code) code = cover(&c, view.level, from, end, error);
    if (!code) *n = put_points(&c, bins, end, points);
    free(c.bin);
    free(c.straddling);
  }
  database_leave_read(s, b);
  return code;
}
