/* fuzz_store.c - a store that was damaged: whatever its file holds, opening and reading it ends with values or a sentence.
 */
#include "fuzz.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "store.h"

enum { EPISODES = 1500 };

static const char graph[] =
    "{\"format\":1,\"name\":\"rig\",\"doc\":\"for tests\",\"nodes\":[{\"name\":\"n\",\"kind\":\"train\"}],\"claims\":[\"one\"],"
    "\"configs\":[{\"node\":0,\"label\":\"only\",\"from\":-1,\"tags\":{\"a\":1},\"config\":{\"stop\":{\"episodes\":1500}},"
    "\"seeds\":[0,1]}]}";

static char folder[] = "/tmp/baud-fuzz-XXXXXX", path[sizeof folder + 10];

static void remove_files(void) {
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  char name[sizeof path + 10];
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
}

static void remove_folder(void) {
  remove_files();
  rmdir(folder);
}

static void make_folder(void) {
  if (path[0]) return;
  fuzz_expect(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/store.db", folder);
  atexit(remove_folder);
}

static void make_store(void) {
  static float values[EPISODES];
  static uint64_t steps[EPISODES];
  plan *p = NULL;
  store *s = NULL;
  baud_error error = {0};
  fuzz_expect(plan_parse(&p, graph, &error) == 0 && store_create(&s, path, p, &error) == 0);
  for (uint32_t i = 0; i < EPISODES; i++) {
    values[i] = i % 7 ? (float)(i % 100) : NAN;
    steps[i] = 2 * i + i % 3;
  }
  for (uint32_t t = 0; t < 2; t++) {
    fuzz_expect(store_append_steps(s, t, 0, steps, EPISODES, &error) == 0);
    for (uint32_t f = 0; f < 3; f++) fuzz_expect(store_append(s, t, f, '=', 0, values, EPISODES, &error) == 0);
    fuzz_expect(store_set_status(s, t, STATUS_DONE, EPISODES, steps[EPISODES - 1], "", &error) == 0);
  }
  fuzz_expect(store_event(s, 0, 'I', "begun", &error) == 0);
  store_close(s);
  plan_free(p);
}

size_t fuzz_seed(uint32_t index, uint8_t *bytes) {
  static uint8_t saved[FUZZ_LARGEST];
  static size_t size;
  if (index > 0) return 0;
  make_folder();
  if (size == 0) {
    make_store();
    FILE *from = fopen(path, "rb");
    fuzz_expect(from);
    size = fread(saved, 1, sizeof saved, from);
    fclose(from);
    remove_files();
  }
  memcpy(bytes, saved, size);
  return size;
}

static void read_trial(store *s, uint32_t t) {
  static float values[2 * EPISODES];
  static uint64_t steps[2 * EPISODES];
  store_point points[50];
  baud_error error = {0};
  double sum, last;
  uint64_t count;
  for (uint32_t f = 0; f < 4; f++) {
    uint32_t n = 2 * EPISODES, n_points = 50;
    (void)store_read_values(s, t, f, 0, values, &n, &error);
    fuzz_expect(n <= 2 * EPISODES);
    (void)store_read_curve(s, t, f, 0, UINT64_MAX, points, &n_points, &error);
    fuzz_expect(n_points <= 50);
    (void)store_read_total(s, t, f, 1200, &sum, &count, &error);
    (void)store_read_last(s, t, f, &last, &error);
    (void)store_read_mark(s, t, f);
  }
  uint32_t n = 2 * EPISODES;
  (void)store_read_steps(s, t, 0, steps, &n, &error);
}

static void read_everything(store *s) {
  static store_trial trials[16];
  static store_event_row events[16];
  static store_claim claims[16];
  static store_mean means[FIGURES];
  plan *p = NULL;
  char text[100];
  baud_error error = {0};
  uint32_t n = 0;
  (void)store_trial_count(s, &n, &error);
  if (store_read_plan(s, &p, &error) == 0) plan_free(p);
  (void)store_read_trials(s, 0, trials, (n = 16, &n), &error);
  (void)store_read_events(s, 0, events, (n = 16, &n), &error);
  (void)store_read_claims(s, claims, (n = 16, &n), &error);
  (void)store_get_run(s, "name", text, sizeof text, &error);
  (void)store_read_means(s, 0, means, &error);
  for (uint32_t t = 0; t < 3; t++) read_trial(s, t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  store *s = NULL;
  baud_error error = {0};
  make_folder();
  FILE *to = fopen(path, "wb");
  fuzz_expect(to && fwrite(data, 1, size, to) == size && fclose(to) == 0);
  if (store_open_readonly(&s, path, &error) == 0) {
    read_everything(s);
    store_close(s);
  } else fuzz_expect(error.text[0] != 0);
  s = NULL;
  if (store_open(&s, path, &error) == 0) store_close(s); /* as a resume would */
  remove_files();
  return 0;
}
