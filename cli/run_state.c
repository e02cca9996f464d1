/* run_state.c - see run_state.h. A run whose store says that it is running, but whose supervisor is gone, was
 * interrupted: nobody was left to write so.
 */
#include "cli/run_state.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "supervisor.h"

const run_status run_statuses[RUN_STATUSES] = {
    {STATUS_DONE, "done"},     {STATUS_RUNNING, "running"}, {STATUS_PAUSED, "paused"},
    {STATUS_QUEUED, "queued"}, {STATUS_FAILED, "failed"},   {STATUS_STOPPED, "stopped"},
};

const char *run_status_name(char status) {
  for (int i = 0; i < RUN_STATUSES; i++)
    if ((char)run_statuses[i].status == status) return run_statuses[i].name;
  return "unknown";
}

static uint64_t file_size(const char *folder, const char *name) {
  char path[PATH_MAX];
  struct stat info;
  snprintf(path, sizeof path, "%.3000s/%s", folder, name);
  return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static int64_t read_time(store *s, const char *key) {
  char text[40];
  baud_error absent;
  return store_get_run(s, key, text, sizeof text, &absent) == 0 ? strtoll(text, NULL, 10) : 0;
}

static int read_trials(store *s, run_state *state, baud_error *error) {
  enum { AT_ONCE = 64 };
  store_trial rows[AT_ONCE];
  uint32_t n = AT_ONCE;
  for (uint32_t first = 0; n > 0; first += n) {
    n = AT_ONCE;
    int code = store_read_trials(s, first, rows, &n, error);
    if (code) return code;
    for (uint32_t i = 0; i < n; i++) {
      state->count[rows[i].status & 127]++;
      state->episodes += rows[i].episodes;
    }
    state->n_trials += n;
  }
  return 0;
}

static int read_claims(store *s, run_state *state, baud_error *error) {
  enum { MOST = 1000 };
  store_claim *claims = malloc(MOST * sizeof *claims);
  uint32_t n = MOST;
  if (!claims) return error_set(error, BAUD_ENOMEM, "out of memory");
  int code = store_read_claims(s, claims, &n, error);
  state->n_claims = code ? 0 : n;
  for (uint32_t i = 0; i < state->n_claims; i++) {
    state->claims_that_hold += strcmp(claims[i].verdict, "holds") == 0;
    state->claims_judged += claims[i].verdict[0] != 0;
  }
  free(claims);
  return code;
}

static void read_status(store *s, const char *folder, run_state *state) {
  baud_error absent;
  if (store_get_run(s, "status", state->status, sizeof state->status, &absent) != 0)
    snprintf(state->status, sizeof state->status, "new");
  int is_going = strcmp(state->status, "running") == 0 || strcmp(state->status, "paused") == 0;
  if (is_going && !supervisor_is_alive(folder)) snprintf(state->status, sizeof state->status, "interrupted");
}

int run_state_open(store **out, const char *folder, run_state *state, baud_error *error) {
  char path[PATH_MAX];
  *state = (run_state){.started = 0};
  snprintf(path, sizeof path, "%.3000s/store.db", folder);
  int code = store_open_readonly(out, path, error);
  if (code) return code;
  read_status(*out, folder, state);
  state->started = read_time(*out, "started");
  state->finished = read_time(*out, "finished");
  state->bytes = file_size(folder, "store.db") + file_size(folder, "store.db-wal");
  code = store_get_run(*out, "name", state->name, sizeof state->name, error);
  if (!code) code = read_trials(*out, state, error);
  if (!code) code = read_claims(*out, state, error);
  if (code) store_close(*out);
  return code;
}

/* ---- In words ----------------------------------------------------------------------------------------------- */

void run_state_trials(const run_state *state, char *text, size_t size) {
  size_t used = 0;
  text[0] = 0;
  for (int i = 0; i < RUN_STATUSES && used < size; i++) {
    uint32_t n = state->count[run_statuses[i].status];
    if (n) used += (size_t)snprintf(text + used, size - used, "%s%u %s", used ? ", " : "", n, run_statuses[i].name);
  }
}

void run_state_time(int64_t seconds, char *text, size_t size) {
  time_t at = (time_t)seconds;
  struct tm parts;
  if (seconds <= 0 || !localtime_r(&at, &parts) || strftime(text, size, "%Y-%m-%d %H:%M:%S", &parts) == 0)
    snprintf(text, size, "-");
}

void run_state_span(int64_t seconds, char *text, size_t size) {
  long long s = seconds < 0 ? 0 : seconds;
  if (s < 60) snprintf(text, size, "%lld s", s);
  else if (s < 3600) snprintf(text, size, "%lld min %lld s", s / 60, s % 60);
  else snprintf(text, size, "%lld h %lld min", s / 3600, s / 60 % 60);
}

static void add_time(cJSON *object, const char *key, int64_t seconds) {
  if (seconds > 0) cJSON_AddNumberToObject(object, key, (double)seconds);
  else cJSON_AddNullToObject(object, key);
}

void run_state_json(const run_state *state, cJSON *object) {
  cJSON_AddStringToObject(object, "experiment", state->name);
  cJSON_AddStringToObject(object, "status", state->status);
  add_time(object, "started", state->started);
  add_time(object, "finished", state->finished);
  cJSON_AddNumberToObject(object, "episodes", (double)state->episodes);
  cJSON_AddNumberToObject(object, "bytes", (double)state->bytes);
  cJSON *trials = cJSON_AddObjectToObject(object, "trials_by_status"),
        *claims = cJSON_AddObjectToObject(object, "claims_by_verdict");
  for (int i = 0; i < RUN_STATUSES; i++)
    cJSON_AddNumberToObject(trials, run_statuses[i].name, state->count[run_statuses[i].status]);
  cJSON_AddNumberToObject(claims, "holds", state->claims_that_hold);
  cJSON_AddNumberToObject(claims, "open", state->claims_judged - state->claims_that_hold);
  cJSON_AddNumberToObject(claims, "unjudged", state->n_claims - state->claims_judged);
}
