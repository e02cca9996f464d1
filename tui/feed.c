/* feed.c - reading steps, going along them: feed.h. */
#include "feed.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "dashboard.h"

enum { PIECE = 65536, LONGEST_LINE = 4 << 20 };
static const double frame_seconds = 0.1; /* ten pictures a second at most */
static const double again_seconds = 1;   /* between two copies of a trial */
static const double short_seconds = 10;  /* a trial of so long is replayed to its end unasked */

/* ---- Beginning and ending ----------------------------------------------------------------------------------- */

static void forget_steps(feed *f) {
  for (int i = 0; f->step && i < f->n; i++) free(f->step[i].json);
  f->n = f->at = 0;
}

void feed_stop(feed *f) {
  helper_stop(&f->helper);
  if (f->fd > 0) close(f->fd);
  if (f->listen_fd > 0) {
    close(f->listen_fd);
    unlink(f->path);
  }
  forget_steps(f);
  free(f->step);
  free(f->text);
  double per_second = f->per_second;
  *f = (feed){.fd = -1, .listen_fd = -1, .per_second = per_second > 0 ? per_second : 4, .helper = {.fd = -1}};
}

static int begin(dashboard *d, enum feed_source source, uint32_t trial) {
  feed *f = &d->feed;
  feed_stop(f);
  f->source = source;
  f->trial = trial;
  f->asked_at = d->now;
  f->step = calloc(FEED_KEPT, sizeof *f->step);
  return f->step ? 0 : BAUD_ENOMEM;
}

int64_t feed_trial(const dashboard *d) {
  const model_config *c = d->model.configs + d->selected.config;
  int64_t begun = -1;
  if (d->selected.trial >= 0) return d->selected.trial;
  for (uint32_t i = 0; i < c->n_trials; i++) {
    const model_trial *t = d->model.trials + c->trials[i];
    if (t->status == STATUS_RUNNING) return c->trials[i];
    if (begun < 0 && t->episodes > 0) begun = c->trials[i];
  }
  return begun;
}

static int is_live(const dashboard *d, uint32_t trial) {
  const model_trial *t = d->model.trials + trial;
  int has_worker = t->status == STATUS_RUNNING || (t->status == STATUS_PAUSED && t->steps > 0);
  return has_worker && d->model.board && (d->model.liveness == LIVE || d->model.liveness == STALE);
}

static int listen_at(feed *f, const char *socket_path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *slash = strrchr(socket_path, '/');
  snprintf(f->path, sizeof f->path, "%.*s/view-%ld.sock", (int)(slash ? slash - socket_path : 0), socket_path, (long)getpid());
  if (strlen(f->path) >= sizeof address.sun_path) return -1;
  memcpy(address.sun_path, f->path, strlen(f->path) + 1);
  unlink(f->path);
  f->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mode_t before = umask(0177);
  int code = f->listen_fd < 0 ? -1 : bind(f->listen_fd, (const struct sockaddr *)&address, sizeof address);
  umask(before);
  return code == 0 ? listen(f->listen_fd, 1) : -1;
}

void feed_live(dashboard *d) {
  int64_t trial = feed_trial(d);
  if (trial < 0 || !is_live(d, (uint32_t)trial)) {
    if (trial >= 0) feed_replay(d, d->model.trials[trial].episodes > 0 ? d->model.trials[trial].episodes - 1 : 0);
    return;
  }
  if (begin(d, FEED_LIVE, (uint32_t)trial) != 0) return;
  if (listen_at(&d->feed, d->model.socket_path) != 0) {
    snprintf(d->feed.why, sizeof d->feed.why, "no socket can be made to see it through: %s", strerror(errno));
    return;
  }
  steer_watch(d, (uint32_t)trial, d->feed.path);
}

void feed_replay(dashboard *d, uint64_t episode) {
  char trial_text[24], episode_text[24];
  const char *const arguments[] = {"play",       d->model.folder, "--trial", trial_text, "--episode",
                                   episode_text, "--episodes",    "1000000", "--json",   NULL};
  int64_t trial = feed_trial(d);
  baud_error error = {0};
  if (trial < 0 || begin(d, FEED_REPLAY, (uint32_t)trial) != 0) return;
  d->feed.asked_episode = episode;
  snprintf(trial_text, sizeof trial_text, "%lld", (long long)trial);
  snprintf(episode_text, sizeof episode_text, "%llu", (unsigned long long)episode);
  if (helper_start(&d->feed.helper, d->options.program, arguments, &error) != 0) snprintf(d->feed.why, sizeof d->feed.why, "%.290s", error.text);
}

void feed_begin(dashboard *d) {
  int64_t trial = feed_trial(d);
  if (trial < 0) {
    feed_stop(&d->feed);
    snprintf(d->feed.why, sizeof d->feed.why, "no trial of this configuration has begun");
    return;
  }
  const model_trial *t = d->model.trials + trial;
  if (is_live(d, (uint32_t)trial)) feed_live(d);
  else feed_replay(d, t->episodes > 0 && t->elapsed_seconds < short_seconds ? t->episodes - 1 : 0);
}

/* ---- Reading ------------------------------------------------------------------------------------------------ */

/* What is left of sums and differences in double is none. */
static float without_dust(double bits) { return fabs(bits) < 1e-9 ? 0 : (float)bits; }

static float sum_of(const cJSON *numbers) {
  const cJSON *item;
  double sum = 0;
  int n = 0;
  cJSON_ArrayForEach(item, numbers) if (cJSON_IsNumber(item)) sum += item->valuedouble, n++;
  return n ? without_dust(sum) : NAN;
}

/* The oldest half makes room. */
static void drop_old(feed *f) {
  enum { DROPPED = FEED_KEPT / 2 };
  if (f->n < FEED_KEPT) return;
  for (int i = 0; i < DROPPED; i++) free(f->step[i].json);
  memmove(f->step, f->step + DROPPED, (size_t)(f->n - DROPPED) * sizeof *f->step);
  f->n -= DROPPED;
  f->at = f->at > DROPPED ? f->at - DROPPED : 0;
}

static void take_line(feed *f, const char *text) {
  cJSON *line = cJSON_Parse(text);
  const cJSON *at = cJSON_GetObjectItemCaseSensitive(line, "at"), *step = cJSON_GetObjectItemCaseSensitive(line, "step");
  const cJSON *bits = cJSON_GetObjectItemCaseSensitive(line, "bits"), *absorbed = cJSON_GetObjectItemCaseSensitive(bits, "absorbed");
  if (cJSON_IsNumber(at)) f->at_episode = (uint64_t)at->valuedouble;
  if (cJSON_IsNumber(step)) {
    drop_old(f);
    const cJSON *episode = cJSON_GetObjectItemCaseSensitive(line, "episode");
    char *copy = strdup(text);
    if (copy)
      f->step[f->n++] = (feed_step){copy, cJSON_IsNumber(episode) ? (uint64_t)episode->valuedouble : 0, (uint32_t)step->valuedouble,
                                    sum_of(cJSON_GetObjectItemCaseSensitive(bits, "received")),
                                    cJSON_IsNumber(absorbed) ? without_dust(absorbed->valuedouble) : NAN};
  }
  cJSON_Delete(line);
}

static int has_enough(const feed *f) { return f->n - f->at > FEED_AHEAD; }

static int read_replay(feed *f) {
  size_t from = 0;
  char *line;
  int is_more = helper_read(&f->helper);
  while (!has_enough(f) && (line = helper_line(&f->helper, &from))) take_line(f, line), is_more = 1;
  if (from) helper_forget(&f->helper, from);
  int is_done = !helper_is_running(&f->helper) && f->helper.used == 0;
  if (is_done && !f->is_over && f->n == 0 && !f->why[0]) snprintf(f->why, sizeof f->why, "this episode could not be played: baud play says why");
  f->is_over |= is_done;
  return is_more;
}

static void accept_copy(feed *f) {
  int fd = f->listen_fd >= 0 ? accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;
  if (fd < 0) return;
  f->fd = fd;
  close(f->listen_fd);
  unlink(f->path);
  f->listen_fd = -1;
}

static int make_room(feed *f) {
  if (f->room - f->used > PIECE) return 0;
  char *more = f->used < LONGEST_LINE ? realloc(f->text, 2 * f->room + 2 * PIECE) : NULL;
  if (!more) return -1;
  f->text = more;
  f->room = 2 * f->room + 2 * PIECE;
  return 0;
}

static int read_live(feed *f) {
  if (f->fd < 0) accept_copy(f);
  if (f->fd < 0 || has_enough(f)) return 0;
  ssize_t n = make_room(f) == 0 ? read(f->fd, f->text + f->used, PIECE) : 0;
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (n <= 0) {
    close(f->fd);
    f->fd = -1;
    return f->is_over = 1;
  }
  f->used += (size_t)n;
  size_t from = 0;
  for (char *end; (end = memchr(f->text + from, '\n', f->used - from)); from = (size_t)(end - f->text) + 1) {
    *end = 0;
    take_line(f, f->text + from);
  }
  memmove(f->text, f->text + from, f->used - from);
  f->used -= from;
  return 1;
}

/* ---- The playhead ------------------------------------------------------------------------------------------- */

static int is_playing(const dashboard *d) {
  const feed *f = &d->feed;
  return d->view == &screen_env && !d->is_frozen && !f->is_held && f->source != FEED_NONE;
}

static double period_of(const feed *f) { return f->per_second > 1 / frame_seconds ? frame_seconds : 1 / f->per_second; }

static int move_on(dashboard *d, double now) {
  feed *f = &d->feed;
  int stride = f->per_second > 1 / frame_seconds ? (int)(f->per_second * frame_seconds + 0.5) : 1;
  if (!is_playing(d) || f->at + 1 >= f->n || now < f->due_at) return 0;
  f->at += stride;
  if (f->at >= f->n) f->at = f->n - 1;
  f->due_at = now + period_of(f);
  return 1;
}

int feed_poll(dashboard *d, double now) {
  feed *f = &d->feed;
  int is_more = 0;
  if (d->view != &screen_env) return 0;
  if (f->source == FEED_REPLAY && f->helper.pid && !f->is_over) is_more = read_replay(f);
  if (f->source == FEED_LIVE && !f->is_over) is_more = read_live(f);
  is_more |= move_on(d, now);
  int is_at_end = f->source == FEED_LIVE && f->is_over && f->at + 1 >= f->n && is_playing(d);
  if (is_at_end && now > f->asked_at + again_seconds && d->model.trials[f->trial].status == STATUS_RUNNING) feed_live(d); /* what it does now */
  return is_more;
}

double feed_due(const dashboard *d) {
  const feed *f = &d->feed;
  if (!is_playing(d)) return INFINITY;
  if (f->at + 1 < f->n) return f->due_at;
  return f->source == FEED_LIVE && f->is_over ? f->asked_at + again_seconds + 0.01 : INFINITY;
}

void feed_descriptors(const dashboard *d, int *listening, int *data) {
  const feed *f = &d->feed;
  *listening = *data = -1;
  if (d->view != &screen_env || has_enough(f)) return;
  if (f->source == FEED_LIVE) *listening = f->listen_fd, *data = f->fd;
  if (f->source == FEED_REPLAY && helper_is_running(&f->helper)) *data = f->helper.fd;
}

void feed_step_by(feed *f, int steps) {
  f->is_held = 1;
  f->at += steps;
  if (f->at >= f->n) f->at = f->n - 1;
  if (f->at < 0) f->at = 0;
}
