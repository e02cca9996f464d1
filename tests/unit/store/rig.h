/* rig.h - what the store's tests share: a folder that goes away, a small plan, figures that can be told from one
 * another, and the content of a store as a text without times, to compare two.
 */
#ifndef BAUD_TEST_STORE_RIG_H
#define BAUD_TEST_STORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <math.h>
#include <sqlite3.h>

#include "store.h"

static char rig_folder[32], rig_path[64];
static baud_error rig_error; /* for rig_ok(store_x(.., &rig_error)) */

static inline int rig_setup(void **state) {
  (void)state;
  snprintf(rig_folder, sizeof rig_folder, "/tmp/baud-test-XXXXXX");
  if (!mkdtemp(rig_folder)) return -1;
  snprintf(rig_path, sizeof rig_path, "%s/store.db", rig_folder);
  return 0;
}

static inline int rig_teardown(void **state) {
  (void)state;
  char command[100];
  snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", rig_folder, rig_folder);
  return system(command);
}

/* A node with one configuration and this many seeds, and two claims. */
static inline plan *rig_plan(uint32_t seeds) {
  baud_error error = {0};
  plan *p = NULL;
  size_t size = 600 + 12 * (size_t)seeds, used;
  char *json = malloc(size);
  used = (size_t)snprintf(
      json, size,
      "{\"format\":1,\"name\":\"rig\",\"doc\":\"for tests\",\"nodes\":[{\"name\":\"n\",\"kind\":\"train\"}],"
      "\"claims\":[\"one\",\"two\"],\"configs\":[{\"node\":0,\"label\":\"only\",\"from\":-1,\"tags\":{\"a\":1},"
      "\"config\":{\"stop\":{\"episodes\":5000}},\"seeds\":[");
  for (uint32_t i = 0; i < seeds; i++) used += (size_t)snprintf(json + used, size - used, "%s%u", i ? "," : "", i);
  snprintf(json + used, size - used, "]}]}");
  if (plan_parse(&p, json, &error) != 0) fail_msg("%s", error.text);
  free(json);
  return p;
}

#define rig_ok(call)                                              \
  do {                                                            \
    if ((call) != 0) fail_msg("%s: %s", #call, rig_error.text);   \
  } while (0)

static inline store *rig_create(uint32_t seeds) {
  store *s = NULL;
  plan *p = rig_plan(seeds);
  rig_ok(store_create(&s, rig_path, p, &rig_error));
  plan_free(p);
  return s;
}

/* Value of a figure at an episode: figure 0 noisy, 1 mostly unscored, 2 constant, 3 constant with gaps, 4 never
 * scored, others whole numbers. */
static inline float rig_value(uint32_t trial, uint32_t figure, uint64_t episode) {
  uint64_t hash = (episode * 0x9e3779b97f4a7c15u) ^ ((trial * 64u + figure + 1u) * 0xbf58476d1ce4e5b9u);
  hash = (hash ^ hash >> 31) * 0x94d049bb133111ebu;
  hash ^= hash >> 29;
  if (figure == 1) return hash % 50 ? NAN : (float)(hash % 1000) / 7.0f;
  if (figure == 2) return 3.25f;
  if (figure == 3) return hash % 3 ? 1.0f : NAN;
  if (figure == 4) return NAN;
  return figure == 0 ? (float)(hash % 100000) / 333.0f - 100.0f : (float)(hash % 17);
}

static inline uint64_t rig_step(uint32_t trial, uint64_t episode) {
  return (episode + 1) * (3 + trial) + (episode % 5 == 0);
}

/* Appends episodes [from, to) of `figures` figures and the step counts. */
static inline int rig_append(store *s, uint32_t trial, uint32_t figures, uint64_t from, uint64_t to,
                             baud_error *error) {
  float values[512];
  uint64_t steps[512];
  int code = 0;
  for (uint64_t at = from; at < to && !code; at += 512) {
    uint32_t n = to - at < 512 ? (uint32_t)(to - at) : 512;
    for (uint32_t f = 0; f < figures && !code; f++) {
      for (uint32_t i = 0; i < n; i++) values[i] = rig_value(trial, f, at + i);
      code = store_append(s, trial, f, f % 2 ? '>' : '=', at, values, n, error);
    }
    for (uint32_t i = 0; i < n; i++) steps[i] = rig_step(trial, at + i);
    if (!code) code = store_append_steps(s, trial, at, steps, n, error);
  }
  return code;
}

static inline void rig_check(store *s, uint32_t trial, uint32_t figures, uint64_t episodes) {
  float *values = malloc((episodes + 1) * sizeof *values);
  uint64_t *steps = malloc((episodes + 1) * sizeof *steps);
  for (uint32_t f = 0; f < figures; f++) {
    uint32_t n = (uint32_t)episodes + 1;
    rig_ok(store_read_values(s, trial, f, 0, values, &n, &rig_error));
    assert_int_equal(n, episodes);
    for (uint32_t i = 0; i < n; i++) {
      float expected = rig_value(trial, f, i);
      if (!(values[i] == expected || (isnan(values[i]) && isnan(expected))))
        fail_msg("trial %u figure %u episode %u: %g", trial, f, i, (double)values[i]);
    }
  }
  uint32_t n = (uint32_t)episodes + 1;
  rig_ok(store_read_steps(s, trial, 0, steps, &n, &rig_error));
  assert_int_equal(n, episodes);
  for (uint32_t i = 0; i < n; i++) assert_int_equal(steps[i], rig_step(trial, i));
  free(values);
  free(steps);
}

/* Everything in the store but times and row numbers, in an order of its own; malloc'd. */
static inline char *rig_content(const char *path) {
  static const char *const queries[] = {
      "SELECT key, value FROM run ORDER BY key",
      "SELECT * FROM node",
      "SELECT * FROM config",
      "SELECT trial, config, seed, id, origin, status, episodes, steps, reason FROM trial",
      "SELECT * FROM figure",
      "SELECT * FROM series",
      "SELECT trial, figure, chunk, n, count, sum, min, max, hex(data) FROM chunk ORDER BY 1, 2, 3",
      "SELECT trial, figure, chunk, n, count, sum, min, max, hex(data) FROM tail",
      "SELECT * FROM pyramid",
      "SELECT trial, chunk, n, before, last, hex(data) FROM steps ORDER BY 1, 2",
      "SELECT * FROM claim"};
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  sqlite3 *db;
  assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
    sqlite3_stmt *row;
    assert_int_equal(sqlite3_prepare_v2(db, queries[q], -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(row); i++)
        fprintf(out, "%s|", (const char *)sqlite3_column_text(row, i));
      fputc('\n', out);
    }
    sqlite3_finalize(row);
  }
  sqlite3_close(db);
  fclose(out);
  return text;
}

#endif
