/* store.c - opening and closing, and the small facts about a run: events, claims, keys.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/database.h"
#include "store/schema.h"
#include "store/tails.h"

double store_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- Opening ------------------------------------------------------------------------------------------ */

/* For a connection that writes. A checkpoint every 16 MB of log; NORMAL: a power cut may undo the last commits, a
 * crash of the process nothing. */
static const char writing[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4096;"
    "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY";

static int make_ready_to_write(store *s, baud_error *error) {
  uint32_t n = 0;
  int code = database_script(s, writing, error);
  if (!code) code = store_trial_count(s, &n, error);
  if (code) return code;
  s->tails = tails_new(n);
  return s->tails ? 0 : error_set(error, BAUD_ENOMEM, "%s: out of memory", s->path);
}

int store_create(store **out, const char *path, const plan *p, baud_error *error) {
  store *s = NULL;
  int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0)
    return error_set(error, errno == EEXIST ? BAUD_EARG : BAUD_EIO, "%s: cannot be created: %s", path, strerror(errno));
  close(file);
  int code = database_open(&s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, error);
  if (!code) code = schema_create(s, p, error);
  if (!code) code = schema_read_figures(s, error);
  if (!code) code = make_ready_to_write(s, error);
  if (code) {
    if (s) database_close(s);
    unlink(path);
    return code;
  }
  *out = s;
  return 0;
}

int store_open(store **out, const char *path, baud_error *error) {
  store *s = NULL;
  int32_t version = 0;
  int code = database_open(&s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, error);
  if (!code && sqlite3_db_readonly(s->db, "main") == 1)
    code = error_set(error, BAUD_EIO, "%s: it may not be written: see the permissions of the file and of its folder",
                     path);
  if (!code) code = schema_check(s, &version, error);
  if (!code) code = schema_migrate(s, schema_migrations, version, SCHEMA_VERSION, error);
  if (!code) code = make_ready_to_write(s, error);
  if (!code) code = schema_add_figures(s, error);
  if (!code) code = schema_read_figures(s, error);
  if (code) {
    if (s) database_close(s);
    return code;
  }
  *out = s;
  return 0;
}

/* In a folder that may not be written no log can be made beside the store. Where there is none, or an empty one,
 * nobody is writing either, and SQLite can be told so. */
static int is_immutable(const char *path) {
  char folder[4096], log[4096];
  struct stat status;
  if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder) return 0;
  if (snprintf(log, sizeof log, "%s-wal", path) >= (int)sizeof log) return 0;
  return access(dirname(folder), W_OK) != 0 && access(path, R_OK) == 0 &&
         (stat(log, &status) != 0 || status.st_size == 0);
}

/* path as file:...?immutable=1, whatever characters it has. */
static char *immutable_uri(const char *path) {
  char *uri = malloc(3 * strlen(path) + sizeof "file:?immutable=1"), *at = uri;
  if (!uri) return NULL;
  at += sprintf(at, "file:");
  for (; *path; path++) {
    if (strchr("%?#", *path)) at += sprintf(at, "%%%02x", (unsigned char)*path);
    else *at++ = *path;
  }
  sprintf(at, "?immutable=1");
  return uri;
}

static int open_to_read(store **out, const char *path, int flags, baud_error *error) {
  store *s = NULL;
  int32_t version = 0;
  int code = database_open(&s, path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags, error);
  if (!code) code = schema_check(s, &version, error);
  if (!code && version < SCHEMA_VERSION) code = database_script(s, schema_absent, error);
  if (!code) code = schema_read_figures(s, error);
  if (!code) {
    *out = s;
    return 0;
  }
  if (s) database_close(s);
  return code;
}

int store_open_readonly(store **out, const char *path, baud_error *error) {
  if (!is_immutable(path)) return open_to_read(out, path, 0, error);
  char *uri = immutable_uri(path);
  if (!uri) return error_set(error, BAUD_ENOMEM, "%s: out of memory", path);
  int code = open_to_read(out, uri, SQLITE_OPEN_URI, error);
  free(uri);
  return code;
}

/* A writer leaves the whole content in the file itself, even where readers stay: the last connection cannot do it
 * when it is a reader's. */
void store_close(store *s) {
  enum { PATIENCE_AT_END_MS = 300 };
  if (!s) return;
  if (s->tails && !s->broken.code && sqlite3_get_autocommit(s->db)) {
    sqlite3_busy_timeout(s->db, PATIENCE_AT_END_MS);
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  }
  database_close(s);
}

/* ---- Facts about the run ------------------------------------------------------------------------------ */

int store_event(store *s, int64_t trial, char severity, const char *text, baud_error *error) {
  bracket b;
  char letter[2] = {severity, 0};
  int code = database_enter(s, &b, error);
  if (code) return code;
  code = database_run(s, SQL_PUT_EVENT, error, "ditt", store_now(), trial, letter, text);
  return database_leave(s, b, code, error);
}

int store_change(store *s, uint32_t trial, const char *what, const char *who, baud_error *error) {
  bracket b;
  int code = database_enter(s, &b, error);
  if (code) return code;
  code = database_run(s, SQL_PUT_CHANGE, error, "idtt", (int64_t)trial, store_now(), what, who);
  return database_leave(s, b, code, error);
}

int store_clock(store *s, uint32_t trial, uint64_t episodes, double seconds, baud_error *error) {
  bracket b;
  int code = database_enter(s, &b, error);
  if (code) return code;
  code = database_run(s, SQL_PUT_CLOCK, error, "iid", (int64_t)trial, (int64_t)episodes, seconds);
  return database_leave(s, b, code, error);
}

int store_set_claim(store *s, uint32_t claim, const char *verdict, const char *figures_text, baud_error *error) {
  bracket b;
  int code = database_enter(s, &b, error);
  if (code) return code;
  code = database_run(s, SQL_PUT_CLAIM, error, "itt", (int64_t)claim, verdict, figures_text ? figures_text : "");
  int is_missing = code == 0 && sqlite3_changes(s->db) == 0;
  code = database_leave(s, b, code, error);
  return code == 0 && is_missing ? error_set(error, BAUD_EARG, "%s: there is no claim %u", s->path, claim) : code;
}

int store_set_run(store *s, const char *key, const char *value, baud_error *error) {
  bracket b;
  int code = database_enter(s, &b, error);
  if (code) return code;
  code = database_run(s, SQL_PUT_RUN, error, "tt", key, value);
  return database_leave(s, b, code, error);
}
