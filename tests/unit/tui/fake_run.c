/* fake_run.c - board, store and control of a made-up run: fake_run.h. */
#include "fake_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "control.h"

enum { TRIALS = FAKE_CONFIGS * FAKE_SEEDS, EPISODES = 20000 };

static struct {
  double progress, step, wave;
  uint64_t silent_ns;
  int is_forced;
  float forced;
  const char *label, *event, *figures;
  char commands[2000];
  unsigned curve_reads;
  int64_t refused;
  uint32_t changed;
  board *board;
} fake = {.progress = 0.5, .refused = -2, .changed = UINT32_MAX};

static const char *const labels[FAKE_CONFIGS] = {
    "all channels", "reward only", "obs only", "obs + demo", "demo only", "random",
};

void fake_run_set_progress(double progress) { fake.progress = progress; }
void fake_run_set_step(double step) { fake.step = step; }
void fake_run_set_wave(double steps) { fake.wave = steps; }
void fake_run_set_silence(double seconds) { fake.silent_ns = (uint64_t)(seconds * 1e9); }
void fake_run_set_label(const char *label) { fake.label = label; }
void fake_run_set_event(const char *text) { fake.event = text; }
void fake_run_set_figures(const char *text) { fake.figures = text; }
void fake_run_refuse(int64_t trial) { fake.refused = trial; }
void fake_run_force(float value) {
  fake.is_forced = 1;
  fake.forced = value;
}
void fake_run_restore(void) {
  fake.is_forced = 0;
  fake.progress = 0.5;
  fake.step = fake.wave = 0;
  fake.silent_ns = 0;
  fake.label = fake.event = fake.figures = NULL;
  fake.refused = -2;
  fake.changed = UINT32_MAX;
}
unsigned fake_run_curve_reads(void) { return fake.curve_reads; }
const char *fake_run_commands(void) {
  static char out[sizeof fake.commands];
  memcpy(out, fake.commands, sizeof out);
  fake.commands[0] = 0;
  return out;
}

static double noise(uint32_t trial, uint64_t bin) {
  uint64_t x = (trial + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (bin + 7) * UINT64_C(0xbf58476d1ce4e5b9);
  x ^= x >> 29;
  x *= UINT64_C(0x94d049bb133111eb);
  x ^= x >> 32;
  return (double)(x >> 11) / 9007199254740992.0 - 0.5;
}

/* What trial `trial` scores at one episode: learning curves that differ by configuration and seed. */
static float value_at(uint32_t trial, uint32_t figure, double episode, uint64_t bin) {
  uint32_t config = trial % FAKE_CONFIGS, seed = trial / FAKE_CONFIGS;
  if (fake.is_forced) return fake.forced;
  double learned = config == 5 ? 0 : 1 - exp(-episode / (2000.0 + 800.0 * config + 250.0 * seed));
  double wobble = 1 + 0.25 * noise(trial, bin);
  if (figure == FIGURE_RETURN) return (float)(9 * learned * wobble);
  if (figure == FIGURE_SUCCESS) return (float)learned;
  if (figure == FIGURE_STEPS) return (float)(12 + fake.wave * sin(2 * 3.14159265358979 * episode / FAKE_WAVE));
  if (figure == FIGURE_KNOWN) return (float)(12 * learned);
  if (figure == FIGURE_KNOWN_WIPED) return (float)(7 * learned);
  if (figure == FIGURE_COMPUTE) return (float)(1e-4 * learned);
  if (figure == FIGURE_USEFUL) return config == 5 ? 0 : (float)(10.4 * learned * wobble);
  if (figure >= FIGURE_CODE_OBSERVATION) return (float)(40 * learned * wobble);
  static const double of_channel[BAUD_CHANNELS] = {64, 32, 48}, shares[3] = {1, 0.77, 0.35};
  double bits = 0;
  for (unsigned c = 0; c < BAUD_CHANNELS; c++) {
    int is_subscribed = config == 0 || (config == 1 && c == 1) || (config == 2 && c == 0) || (config == 3 && c != 1) ||
                        (config == 4 && c == 2) || (config == 5 && c == 1);
    for (unsigned stage = 0; stage < 3; stage++) {
      if (!is_subscribed) continue;
      double v = of_channel[c] * shares[stage] * (stage == 2 ? learned * wobble : 1);
      if (figure == figure_of_channel(FIGURE_OFFERED + stage, c)) return (float)v;
      if (figure == FIGURE_OFFERED_ALL + stage) bits += v;
    }
  }
  return figure >= FIGURE_OFFERED_ALL ? (float)bits : NAN;
}

static uint64_t episodes_of(uint32_t trial) {
  double share = fake.progress * 1.7 - 0.012 * trial;
  return share <= 0 ? 0 : share >= 1 ? EPISODES : (uint64_t)(share * EPISODES);
}

static char status_of(uint32_t trial) {
  uint64_t episodes = episodes_of(trial);
  if (trial == 12 && episodes > EPISODES / 8) return STATUS_FAILED;
  if (trial == 19 && episodes > 0 && fake.progress < 1) return STATUS_PAUSED;
  return episodes == 0 ? STATUS_QUEUED : episodes == EPISODES ? STATUS_DONE : STATUS_RUNNING;
}

/* ---- board.h ---- */

const uint32_t board_figures[BOARD_FIGURES] = {
    FIGURE_RETURN, FIGURE_SUCCESS, FIGURE_STEPS, FIGURE_OFFERED_ALL, FIGURE_RECEIVED_ALL, FIGURE_ABSORBED_ALL,
    FIGURE_USEFUL, FIGURE_KNOWN,
};

static const uint64_t now_ns = UINT64_C(1000000000000);

static void fill_board(void) {
  board *b = fake.board;
  b->n_trials = TRIALS;
  b->state = fake.progress >= 1 ? 'D' : 'R';
  b->jobs = 2;
  b->beat_ns = now_ns;
  b->store_version = (uint64_t)(fake.progress * 1000) + 1;
  for (uint32_t i = 0; i < TRIALS; i++) {
    board_trial *t = b->trial + i;
    t->status = (uint32_t)status_of(i);
    t->episodes = episodes_of(i);
    t->steps = 12 * t->episodes;
    t->changes = i == fake.changed;
    t->target_episodes = EPISODES;
    t->elapsed_ns = t->episodes * 1000000;
    for (int k = 0; k < BOARD_FIGURES; k++) t->recent[k] = value_at(i, board_figures[k], (double)t->episodes, 1);
    for (unsigned c = 0; c < BAUD_CHANNELS; c++)
      for (unsigned s = 0; s < 3; s++)
        t->funnel[c][s] = value_at(i, figure_of_channel(FIGURE_OFFERED + s, c), (double)t->episodes, 1);
  }
}

void fake_run_change(uint32_t trial) {
  fake.changed = trial;
  if (fake.board) fill_board();
}

/* Asked once a look at the board: the moment to go on. */
uint64_t board_now_ns(void) {
  if (fake.board && fake.step > 0) {
    fake.progress = fmin(fake.progress + fake.step, 1);
    fill_board();
  }
  return now_ns + fake.silent_ns;
}

int board_open_readonly(const board **out, const char *path, baud_error *error) {
  (void)path, (void)error;
  if (!fake.board) fake.board = calloc(1, sizeof *fake.board + TRIALS * sizeof(board_trial));
  snprintf(fake.board->folder, sizeof fake.board->folder, "/");
  fill_board();
  *out = fake.board;
  return 0;
}

void board_close(const board *b) {
  (void)b;
  free(fake.board);
  fake.board = NULL;
}

/* ---- control.h ---- */

int control_paths(const char *run_folder, char *socket_path, char *board_path, size_t size, baud_error *error) {
  (void)run_folder, (void)error;
  snprintf(socket_path, size, "%s/fake.sock", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
  snprintf(board_path, size, "/"); /* any path that is there */
  return 0;
}

/* Every request is taken at once, but those about a trial that fake_run_refuse names. */
struct control {
  int due, refusals;
  char text[80];
};

int control_open(control **out, const char *socket_path, baud_error *error) {
  (void)socket_path, (void)error;
  *out = calloc(1, sizeof **out);
  return *out ? 0 : BAUD_ENOMEM;
}
void control_close(control *c) { free(c); }
int control_descriptor(const control *c) {
  (void)c;
  return -1;
}
void control_who(char *who, size_t size) { snprintf(who, size, "ada (pts/4)"); }

int control_ask(control *c, const control_request *r, baud_error *error) {
  (void)error;
  size_t used = strlen(fake.commands), room = sizeof fake.commands - used;
  if (r->to) c->text[0] = 0; /* to look on changes nothing, and nobody comes to be seen */
  else if (r->key) snprintf(fake.commands + used, room, "%s %lld %s %s;", r->what, (long long)r->trial, r->key, r->value);
  else if (r->episodes) snprintf(fake.commands + used, room, "%s %lld %llu;", r->what, (long long)r->trial, (unsigned long long)r->episodes);
  else snprintf(fake.commands + used, room, "%s %lld;", r->what, (long long)r->trial);
  snprintf(c->text, sizeof c->text, "%s%s%s", r->key ? r->key : "", r->key ? " -> " : "", r->key ? r->value : "");
  c->due++;
  if (r->trial == fake.refused) c->refusals = c->due;
  return 0;
}

int control_take(control *c, int *is_ok, char *text, size_t size) {
  if (c->due == 0) return 0;
  *is_ok = c->refusals != c->due;
  snprintf(text, size, "%s", *is_ok ? c->text : "it has other plans");
  c->due--;
  return 1;
}

/* ---- store.h, plan.h ---- */

int store_open_readonly(store **out, const char *path, baud_error *error) {
  (void)path, (void)error;
  *out = (store *)(void *)&fake;
  return 0;
}
void store_close(store *s) { (void)s; }

int store_read_plan(store *s, plan **out, baud_error *error) {
  (void)s, (void)error;
  plan *p = calloc(1, sizeof *p);
  p->name = strdup("demo-vs-reward");
  p->n_configs = FAKE_CONFIGS;
  p->n_trials = TRIALS;
  p->configs = calloc(FAKE_CONFIGS, sizeof *p->configs);
  p->trials = calloc(TRIALS, sizeof *p->trials);
  static const int32_t starts_from[FAKE_CONFIGS] = {-1, -1, -1, 0, 3, -1};
  p->n_nodes = 2;
  p->nodes = calloc(2, sizeof *p->nodes);
  p->nodes[0] = (plan_node){strdup("train"), strdup("train")};
  p->nodes[1] = (plan_node){strdup("fine-tune"), strdup("train")};
  for (int c = 0; c < FAKE_CONFIGS; c++) {
    p->configs[c].from = starts_from[c];
    p->configs[c].node = starts_from[c] >= 0;
    p->configs[c].n_seeds = FAKE_SEEDS;
    p->configs[c].json = strdup("{\"env\":{\"id\":\"baud.lockbox\",\"params\":{\"codes\":64}},\"learner\":{\"id\":"
                                "\"baud.reinforce\",\"params\":{\"lr\":1}}}");
    p->configs[c].label = strdup(c == 0 && fake.label ? fake.label : labels[c]);
    p->configs[c].episodes = EPISODES;
  }
  for (uint32_t i = 0; i < TRIALS; i++)
    p->trials[i] = (plan_trial){.config = i % FAKE_CONFIGS, .seed = i / FAKE_CONFIGS, .id = "0123456789abcdef0123456789abcdef"};
  *out = p;
  return 0;
}

void plan_free(plan *p) {
  for (uint32_t c = 0; c < p->n_configs; c++) {
    free(p->configs[c].label);
    free(p->configs[c].json);
  }
  for (uint32_t n = 0; n < p->n_nodes; n++) {
    free(p->nodes[n].name);
    free(p->nodes[n].kind);
  }
  free(p->nodes);
  free(p->configs);
  free(p->trials);
  free(p->name);
  free(p);
}

int store_read_trials(store *s, uint32_t first, store_trial *rows, uint32_t *n, baud_error *error) {
  (void)s, (void)first, (void)rows, (void)error;
  *n = 0;
  return 0;
}

int store_read_curve(store *s, uint32_t trial, uint32_t figure, uint64_t from, uint64_t to, store_point *points,
                     uint32_t *n, baud_error *error) {
  (void)s, (void)error;
  fake.curve_reads++;
  uint64_t end = episodes_of(trial), width = (to - from) / *n;
  uint32_t used = 0;
  for (uint32_t i = 0; i < *n && from + i * width < end; i++) {
    uint64_t first = from + i * width, last = first + width < end ? first + width : end;
    double middle = ((double)first + (double)last) / 2;
    float v = value_at(trial, figure, middle, first);
    points[used++] = (store_point){middle, v, v, v, isnan(v) ? 0 : (uint32_t)(last - first)};
  }
  *n = used;
  return 0;
}

int store_read_values(store *s, uint32_t trial, uint32_t figure, uint64_t from, float *values, uint32_t *n,
                      baud_error *error) {
  (void)s, (void)error;
  for (uint32_t i = 0; i < *n; i++) values[i] = value_at(trial, figure, (double)(from + i), i);
  return 0;
}

int store_read_clock(store *s, uint32_t trial, store_moment *rows, uint32_t *n, baud_error *error) {
  (void)s, (void)error;
  uint64_t end = episodes_of(trial);
  uint32_t used = 0;
  for (uint64_t at = 0; at < end && used < *n; used++) {
    at = at + at / 32 + 1 < end ? at + at / 32 + 1 : end;
    rows[used] = (store_moment){at, (double)at * 1e-3};
  }
  *n = used;
  return 0;
}

char store_read_mark(store *s, uint32_t trial, uint32_t figure) {
  (void)s, (void)trial;
  return figure >= FIGURE_ABSORBED_ALL && figure <= FIGURE_USEFUL ? '>' : '=';
}

int store_read_events(store *s, int64_t before, store_event_row *rows, uint32_t *n, baud_error *error) {
  (void)s, (void)before, (void)error;
  static const store_event_row events[] = {
      {1, 5, 1000, 'I', "done: 20000 episodes, return 0.42"},
      {2, 19, 1080, 'W', "paused by ada (pts/4)"},
      {3, 12, 1170, 'E', "failed: learner baud.reinforce: the loss is NaN at episode 2411"},
      {4, -1, 1208, 'I', "checkpoint saved"},
  };
  *n = 4;
  memcpy(rows, events, sizeof events);
  if (fake.event) snprintf(rows[3].text, sizeof rows[3].text, "%s", fake.event);
  return 0;
}

int store_read_claims(store *s, store_claim *rows, uint32_t *n, baud_error *error) {
  (void)s, (void)error;
  const char *verdict = fake.progress >= 1 ? "holds" : "";
  *n = 2;
  memset(rows, 0, 2 * sizeof *rows);
  snprintf(rows[0].text, sizeof rows[0].text, "absorbs at most what it receives");
  snprintf(rows[0].verdict, sizeof rows[0].verdict, "%s", verdict);
  snprintf(rows[0].figures, sizeof rows[0].figures, "%s", *verdict ? "absorbed 45.2 [43.0 47.1], received 87.1" : "");
  if (fake.figures) {
    snprintf(rows[0].text, sizeof rows[0].text, "bits absorbed, by what is learnt from");
    snprintf(rows[0].verdict, sizeof rows[0].verdict, "holds");
    snprintf(rows[0].figures, sizeof rows[0].figures, "%s", fake.figures);
  }
  snprintf(rows[1].text, sizeof rows[1].text, "demonstrations are worth ten rewards");
  snprintf(rows[1].verdict, sizeof rows[1].verdict, "%s", fake.progress >= 1 ? "fails" : "");
  return 0;
}
