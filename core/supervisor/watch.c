/* watch.c - what goes wrong with workers: time limits, silence, orders that are not followed, deaths.
 *
 * A trial over its time is ended by a signal that its worker catches, so that the record says which plugin was at
 * it; a worker that does not even die of that is killed. A death is put down to the trial that ran and to the call
 * into a plugin that the board has for it, with the worker's last words where it could speak, else its exit status.
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/site.h"
#include "supervisor/parts.h"
#include "worker/faults.h"

enum { REPORT_SIZE = 8192, MOST_EARLY_DEATHS = 5, LONGEST_LOG = 16 << 20 };
static const uint64_t second_ns = 1000000000u;
static const double silence_seconds = 30, stop_patience_seconds = 3, death_patience_seconds = 2;
static const double overtime_seconds = 10; /* beyond a trial's own stop.seconds, for the slice it is in */

/* ---- The living ---------------------------------------------------------------------------------------- */

static double seconds_between(uint64_t from, uint64_t to) {
  return to > from ? (double)(to - from) / (double)second_ns : 0;
}

static void doom(member *m, enum doom why, uint64_t now) {
  m->doom = why;
  m->doomed_ns = now;
  kill(m->pid, faults_limit_signal());
}

static void watch_one(supervisor *s, member *m, uint64_t now) {
  if (m->closed_ns && m->doom == DOOM_NONE && seconds_between(m->closed_ns, now) > death_patience_seconds)
    doom(m, DOOM_GARBAGE, now); /* it lives and does not talk to us any more */
  if (m->doomed_ns && seconds_between(m->doomed_ns, now) > death_patience_seconds) kill(m->pid, SIGKILL);
  if (!m->has_begun || m->doomed_ns) return;
  uint32_t index = m->held[0];
  double limit = s->options->limit_seconds, own = s->own_seconds[s->plan->trials[index].config];
  double ran = (double)crew_ran_ns(m, now) / (double)second_ns;
  uint64_t beat = atomic_load_explicit(&s->board->trial[index].beat_ns, memory_order_relaxed);
  double silent = seconds_between(beat > m->began_ns ? beat : m->began_ns, now);
  if (m->stop_asked_ns && seconds_between(m->stop_asked_ns, now) > stop_patience_seconds) doom(m, DOOM_STOP, now);
  else if (limit > 0 && ran > limit) doom(m, DOOM_LIMIT, now);
  else if (own > 0 && ran > own + overtime_seconds && silent > overtime_seconds) doom(m, DOOM_LIMIT, now);
  else if (silent > silence_seconds && !m->was_silent && !m->paused_since_ns) {
    m->was_silent = 1;
    record_event(s, index, 'W', "has shown no sign of life for %.0f s: a plugin is taking long or hangs", silent);
  }
}

/* A plugin that prints at every step must not fill the disk. */
static void watch_log(supervisor *s, uint32_t place) {
  char path[600];
  struct stat info;
  snprintf(path, sizeof path, "%s/logs/worker-%u.log", s->folder, place);
  if (stat(path, &info) != 0 || info.st_size < LONGEST_LOG || truncate(path, 0) != 0) return;
  record_event(s, -1, 'W', "logs/worker-%u.log had grown to %d MB and was emptied: a plugin prints too much", place,
               LONGEST_LOG >> 20);
}

/* Somebody may have removed the run: nothing that goes on then is of use to anyone. */
static void watch_folder(supervisor *s) {
  char path[600];
  snprintf(path, sizeof path, "%s/store.db", s->folder);
  if (s->broken || access(path, F_OK) == 0 || errno != ENOENT) return;
  s->broken = error_set(&s->why, BAUD_EIO, "%s was removed while the run went on", path);
}

void watch_members(supervisor *s) {
  uint64_t now = board_now_ns();
  int looks_at_files = now - s->looked_at_files_ns > second_ns;
  if (looks_at_files) {
    s->looked_at_files_ns = now;
    watch_folder(s);
  }
  for (uint32_t i = 0; i < MAX_MEMBERS; i++) {
    if (!s->members[i].pid) continue;
    watch_one(s, &s->members[i], now);
    if (looks_at_files) watch_log(s, i);
  }
}

/* ---- The dead ------------------------------------------------------------------------------------------ */

typedef struct last_words {
  char text[REPORT_SIZE];
  const char *sentence, *trace; /* empty where there were none */
} last_words;

static void read_last_words(const member *m, last_words *w) {
  size_t got = 0;
  for (ssize_t n; got < sizeof w->text - 1; got += (size_t)n)
    if ((n = read(m->report_fd, w->text + got, sizeof w->text - 1 - got)) <= 0) break;
  w->text[got] = 0;
  for (size_t i = 0; i < got; i++) /* a plugin may have written here: nothing that moves a cursor */
    if ((unsigned char)w->text[i] < ' ' && w->text[i] != '\n') w->text[i] = '?';
  char *line = strchr(w->text, '\n');
  w->sentence = w->trace = "";
  if (!line) return;
  *line = 0;
  w->sentence = w->text;
  w->trace = line + 1;
}

/* "learner baud.reinforce in predict": the call that the worker left on the board. */
static void place_of_death(const supervisor *s, uint32_t index, char *text, size_t size) {
  static const char *const keys[SITE_ROLES] = {[BAUD_ENV] = "env", [BAUD_REWARD] = "reward", [BAUD_LEARNER] = "learner"};
  const char *ids[SITE_ROLES] = {"", "?", "?", "?"};
  cJSON *config = cJSON_Parse(s->plan->configs[s->plan->trials[index].config].json);
  for (uint32_t role = BAUD_ENV; role < SITE_ROLES; role++) {
    const cJSON *unit = cJSON_GetObjectItemCaseSensitive(config, keys[role]);
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(unit, "id"));
    if (id) ids[role] = id;
  }
  site_describe(site_get(&s->board->trial[index].site), ids, text, size);
  cJSON_Delete(config);
}

static void reason_of(const supervisor *s, const member *m, int status, const last_words *w, char *text, size_t size) {
  char place[300];
  place_of_death(s, m->held[0], place, sizeof place);
  double limit = s->options->limit_seconds, own = s->own_seconds[s->plan->trials[m->held[0]].config];
  if (m->doom == DOOM_LIMIT && limit > 0)
    snprintf(text, size, "%s: ran into the time limit of %g s (--limit-seconds)", place, limit);
  else if (m->doom == DOOM_LIMIT)
    snprintf(text, size, "%s: hangs, long after stop.seconds = %g", place, own);
  else if (m->doom == DOOM_STOP)
    snprintf(text, size, "%s; it did not answer and was ended in %s", s->schedule.task[m->held[0]].reason, place);
  else if (m->doom == DOOM_GARBAGE)
    snprintf(text, size, "%s: messages that make no sense: it writes to or closes descriptors not its own", place);
  else if (w->sentence[0])
    snprintf(text, size, "%s: %s", place, w->sentence);
  else if (WIFSIGNALED(status))
    snprintf(text, size, "%s: killed by signal %d (%s)%s", place, WTERMSIG(status), strsignal(WTERMSIG(status)),
             WTERMSIG(status) == SIGKILL ? ", from outside or out of memory" : "");
  else
    snprintf(text, size, "%s: the process ended with exit code %d: _exit() was called, where a plugin must return an error code",
             place, WEXITSTATUS(status));
}

/* The innermost frames, on one line; the whole trace is in the worker's log. */
static void record_trace(supervisor *s, uint32_t index, const char *trace) {
  char text[560];
  const char *last = NULL;
  size_t used = 0;
  int skipped = 0;
  while (*trace && used < sizeof text - 1) {
    size_t length = strcspn(trace, "\n"), shown = strcspn(trace, "[\n");
    const char *slash = memrchr(trace, '/', shown), *from = slash ? slash + 1 : trace;
    shown -= (size_t)(from - trace);
    int is_again = last && strncmp(last, from, shown + 1) == 0;
    if (skipped >= 2 && !is_again) { /* the first two are the handler's own */
      int n = snprintf(text + used, sizeof text - used, "%s%.*s", used ? " < " : "", (int)shown, from);
      used += n > 0 ? (size_t)n : 0;
    }
    last = from;
    skipped++;
    trace += length + (trace[length] == '\n');
  }
  if (used > 0) record_event(s, index, 'E', "backtrace: %s", text);
}

void watch_conclude(supervisor *s, member *m, int status) {
  char reason[400];
  last_words w;
  if (m->is_leaving && m->n_held == 0) return;
  read_last_words(m, &w);
  uint32_t place = (uint32_t)(m - s->members);
  if (!m->has_begun) {
    fprintf(stderr, "worker %u ended before it began a trial (status %#x) %s\n", place, (unsigned)status, w.sentence);
    if (++s->early_deaths < MOST_EARLY_DEATHS) return;
    s->broken = error_set(&s->why, BAUD_EIO, "workers end before they begin a trial: see %s/logs/worker-%u.log",
                          s->folder, place);
    return;
  }
  uint32_t index = m->held[0];
  reason_of(s, m, status, &w, reason, sizeof reason);
  int was_asked = m->doom == DOOM_STOP;
  record_status(s, index, was_asked ? STATUS_STOPPED : STATUS_FAILED, reason);
  record_event(s, index, was_asked ? 'W' : 'E', "%s%s", was_asked ? "" : "failed: ", reason);
  if (!was_asked && w.trace[0]) record_trace(s, index, w.trace);
  if (s->schedule.task[index].is_parent) schedule_end_orphans(&s->schedule);
}
