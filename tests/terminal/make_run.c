/* make_run.c - a run's folder with a real store and a real board, from a fixed seed, for viewers to look at.
 *
 * make_run FOLDER [--configs N] [--seeds N] [--episodes N] [--live SECONDS] [--flood N]
 * Ten configurations unless said otherwise; --flood: so many events a second. Without --live the run is finished and
 * its board is gone; with it the process stands for the supervisor: the last fifth of the episodes arrives over that
 * many seconds, heartbeat and all, and the board stays.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "baud/random.h"
#include "board.h"
#include "control.h"
#include "store.h"

enum { SLICE = 512, TICKS_A_SECOND = 4 };

static struct {
  uint32_t configs, seeds, episodes, flood;
  double live_seconds;
  store *store;
  plan *plan;
  board *board;
} run = {.configs = 10, .seeds = 10, .episodes = 2048};

static void must(int code, const baud_error *error) {
  if (code == 0) return;
  fprintf(stderr, "make_run: %s\n", error->text);
  exit(5);
}

static char *plan_json(void) {
  size_t room = 65536 + (size_t)run.configs * (400 + (size_t)run.seeds * 12), used = 0;
  char *json = malloc(room);
  if (!json) exit(5);
  used += (size_t)snprintf(json, room,
                           "{\"format\":1,\"name\":\"made_up\",\"doc\":\"\","
                           "\"nodes\":[{\"name\":\"train\",\"kind\":\"train\"}],\"configs\":[");
  for (uint32_t c = 0; c < run.configs; c++) {
    used += (size_t)snprintf(json + used, room - used,
                             "%s{\"node\":0,\"label\":\"lockbox codes=%u / reinforce lr=%u\",\"from\":-1,"
                             "\"tags\":{},\"seeds\":[",
                             c ? "," : "", 4u << (c % 28), c + 1);
    for (uint32_t s = 0; s < run.seeds; s++)
      used += (size_t)snprintf(json + used, room - used, "%s%u", s ? "," : "", s);
    used += (size_t)snprintf(json + used, room - used,
                             "],\"config\":{\"lr\":%u,\"stop\":{\"episodes\":%u,\"steps\":0,\"seconds\":0}}}", c,
                             run.episodes);
  }
  snprintf(json + used, room - used, "],\"claims\":[\"absorbs at most what it receives\",\"learns at all\"]}");
  return json;
}

/* What a learner of this configuration does at one episode; a small hash stands for chance. */
static float figure_at(uint32_t trial, uint32_t figure, uint32_t episode) {
  uint32_t config = run.plan->trials[trial].config;
  uint64_t x = ((uint64_t)trial << 40 | (uint64_t)figure << 32 | episode) * UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ x >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
  double noise = (double)((x ^ x >> 30) >> 11) / 9007199254740992.0;
  double learned = 1 - exp(-(double)episode / (50.0 + 40.0 * config)), bits = 2 + config;
  if (figure == FIGURE_RETURN || figure == FIGURE_SUCCESS) return noise < learned;
  if (figure == FIGURE_OFFERED_ALL || figure == FIGURE_RECEIVED_ALL) return (float)(bits * (1 - learned) * noise * 0.1);
  if (figure == FIGURE_ABSORBED_ALL) return episode % 16 ? NAN : (float)(bits * (1 - learned) * noise * 0.1 * 16 / 2);
  if (figure == FIGURE_KNOWN) return (float)(bits * learned);
  int is_by_reward = figure == figure_of_channel(FIGURE_RECEIVED, BAUD_CH_REWARD);
  return is_by_reward ? (float)(bits * (1 - learned) * noise * 0.1) : NAN;
}

static int is_recorded(uint32_t figure) {
  static const uint32_t recorded[] = {FIGURE_RETURN,       FIGURE_SUCCESS,      FIGURE_OFFERED_ALL,
                                      FIGURE_RECEIVED_ALL, FIGURE_ABSORBED_ALL, FIGURE_KNOWN,
                                      FIGURE_WIRE + 6 * BAUD_CH_REWARD + (FIGURE_RECEIVED - FIGURE_WIRE)};
  for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++)
    if (recorded[i] == figure) return 1;
  return 0;
}

/* Episodes [from, to) of one trial, into the store and onto the board. */
static void run_trial(uint32_t trial, uint32_t from, uint32_t to) {
  baud_error error;
  float values[SLICE];
  board_trial *b = run.board->trial + trial;
  for (uint32_t at = from; at < to; at += SLICE) {
    uint32_t n = to - at < SLICE ? to - at : SLICE;
    for (uint32_t figure = 0; figure < FIGURES; figure++) {
      if (!is_recorded(figure)) continue;
      for (uint32_t i = 0; i < n; i++) values[i] = figure_at(trial, figure, at + i);
      char mark = figure == FIGURE_ABSORBED_ALL ? '>' : '=';
      must(store_append(run.store, trial, figure, mark, at, values, n, &error), &error);
    }
    uint64_t steps[SLICE];
    for (uint32_t i = 0; i < n; i++) steps[i] = 3u * (at + i + 1);
    must(store_append_steps(run.store, trial, at, steps, n, &error), &error);
  }
  enum trial_status status = to == run.episodes ? STATUS_DONE : STATUS_RUNNING;
  must(store_set_status(run.store, trial, status, to, 3u * to, "", &error), &error);
  b->status = status;
  b->episodes = to;
  b->target_episodes = run.episodes;
  b->elapsed_ns = (uint64_t)to * 100000;
  for (int i = 0; i < BOARD_FIGURES; i++)
    b->recent[i] = is_recorded(board_figures[i]) ? figure_at(trial, board_figures[i], to - to % 16) : NAN;
}

static void beat(void) {
  baud_error error;
  must(store_flush(run.store, &error), &error);
  must(store_commit(run.store, &error), &error);
  must(store_begin(run.store, &error), &error);
  run.board->beat_ns = board_now_ns();
  run.board->store_version++;
}

static void open_run(const char *folder) {
  baud_error error;
  char path[1100], socket_path[1024], board_path[1024];
  char *json = plan_json();
  mkdir(folder, 0700);
  must(plan_parse(&run.plan, json, &error), &error);
  free(json);
  snprintf(path, sizeof path, "%s/store.db", folder);
  must(store_create(&run.store, path, run.plan, &error), &error);
  must(control_paths(folder, socket_path, board_path, sizeof board_path, &error), &error);
  must(board_create(&run.board, board_path, run.plan->n_trials, &error), &error);
  char *whole = realpath(folder, NULL);
  snprintf(run.board->folder, sizeof run.board->folder, "%s", whole);
  free(whole);
  snprintf(run.board->name, sizeof run.board->name, "%s", run.plan->name);
  run.board->n_configs = run.plan->n_configs;
  run.board->jobs = 2;
  run.board->supervisor_pid = (uint32_t)getpid();
  must(store_begin(run.store, &error), &error);
  must(store_event(run.store, -1, 'I', "made up for a test", &error), &error);
  if (run.live_seconds <= 0) unlink(board_path);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: make_run FOLDER [--configs N] [--seeds N] [--episodes N] [--live SECONDS] [--flood N]\n"), 2;
  for (int i = 2; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--configs") == 0) run.configs = (uint32_t)atoi(argv[i + 1]);
    if (strcmp(argv[i], "--flood") == 0) run.flood = (uint32_t)atoi(argv[i + 1]);
    if (strcmp(argv[i], "--seeds") == 0) run.seeds = (uint32_t)atoi(argv[i + 1]);
    if (strcmp(argv[i], "--episodes") == 0) run.episodes = (uint32_t)atoi(argv[i + 1]);
    if (strcmp(argv[i], "--live") == 0) run.live_seconds = atof(argv[i + 1]);
  }
  baud_error error;
  open_run(argv[1]);
  uint32_t n = run.plan->n_trials, first = run.live_seconds > 0 ? run.episodes * 4 / 5 : run.episodes;
  for (uint32_t trial = 0; trial < n; trial++) run_trial(trial, 0, first);
  beat();
  puts("ready");
  fflush(stdout);
  for (int tick = 1; run.live_seconds > 0 && tick <= (int)(TICKS_A_SECOND * run.live_seconds); tick++) {
    uint32_t from = (uint32_t)run.board->trial[0].episodes;
    uint32_t to = first + (uint32_t)((run.episodes - first) * (tick / (TICKS_A_SECOND * run.live_seconds)));
    for (uint32_t i = 0; i < run.flood / TICKS_A_SECOND; i++)
      must(store_event(run.store, (int64_t)(i % n), "DIW"[i % 3], "one of very many lines that nobody will ever read to its end", &error), &error);
    nanosleep(&(struct timespec){.tv_nsec = 250000000}, NULL);
    for (uint32_t trial = 0; to > from && trial < n; trial++) run_trial(trial, from, to);
    beat();
  }
  for (uint32_t claim = 0; claim < run.plan->n_claims; claim++)
    must(store_set_claim(run.store, claim, "holds", "received 1.24 [1.20 1.28]", &error), &error);
  beat();
  run.board->state = 'D';
  must(store_commit(run.store, &error), &error);
  store_close(run.store);
  return 0;
}
