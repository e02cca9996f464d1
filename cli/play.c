/* play.c - baud play: an episode of a trial once more, step by step, from its seed.
 *
 * A trial depends on its configuration and seed alone, so what is shown is what happened, and costs the run nothing: it
 * is played anew here, from the first episode to the one that is asked for. A trial that was changed while it ran is
 * shown as its id describes it.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "play.h"
#include "store.h"

typedef struct request {
  const char *what;
  uint64_t trial, episode, episodes;
  int wants_json, wants_help;
  double told_at;
  int has_told;
} request;

/* ---- For people -------------------------------------------------------------------------------------------- */

static void print_list(const char *name, const cJSON *list) {
  const cJSON *item;
  int n = 0;
  if (!cJSON_IsArray(list)) return;
  printf("  %s", name);
  cJSON_ArrayForEach(item, list)
    if (n++ < 8) printf(" %.4g", item->valuedouble);
}

static double sum_of(const cJSON *list) {
  const cJSON *item;
  double sum = 0;
  cJSON_ArrayForEach(item, list) sum += cJSON_IsNumber(item) ? item->valuedouble : 0;
  return sum;
}

static void print_step(const cJSON *line) {
  const cJSON *row, *bits = cJSON_GetObjectItem(line, "bits");
  const char *end = cJSON_GetStringValue(cJSON_GetObjectItem(line, "end"));
  printf("episode %.0f step %.0f", cJSON_GetObjectItem(line, "episode")->valuedouble, cJSON_GetObjectItem(line, "step")->valuedouble);
  print_list("action", cJSON_GetObjectItem(line, "action"));
  print_list("shown", cJSON_GetObjectItem(line, "shown"));
  const cJSON *reward = cJSON_GetObjectItem(line, "reward");
  if (reward) printf("  reward %.4g", reward->valuedouble);
  if (cJSON_GetObjectItem(bits, "offered"))
    printf("  offered %.3g  received %.3g", sum_of(cJSON_GetObjectItem(bits, "offered")), sum_of(cJSON_GetObjectItem(bits, "received")));
  if (cJSON_GetObjectItem(bits, "absorbed")) printf("  absorbed %.3g bits", cJSON_GetObjectItem(bits, "absorbed")->valuedouble);
  printf("%s%s\n", end ? "  " : "", end ? end : "");
  cJSON_ArrayForEach(row, cJSON_GetObjectItem(line, "picture")) printf("  %s\n", row->valuestring);
}

static int print_all(FILE *from) {
  char *text = NULL;
  size_t room = 0;
  rewind(from);
  while (getline(&text, &room, from) > 0) {
    cJSON *line = cJSON_Parse(text);
    print_step(line);
    cJSON_Delete(line);
  }
  free(text);
  return EXIT_OK;
}

/* ---- Playing ----------------------------------------------------------------------------------------------- */

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* To whoever waits for the episode: {"at": 4096, "of": 71300}, a few times a second. */
static void tell(void *ctx, uint64_t episodes) {
  request *r = ctx;
  double now = seconds_now();
  if (now - r->told_at < 0.2) return;
  r->told_at = now;
  r->has_told = 1;
  if (r->wants_json) printf("{\"at\":%llu,\"of\":%llu}\n", (unsigned long long)episodes, (unsigned long long)r->episode);
  else fprintf(stderr, "\rplaying to episode %llu: %llu ", (unsigned long long)r->episode, (unsigned long long)episodes);
  fflush(stdout);
}

static int play(request *r, trial *t, baud_error *error) {
  FILE *to = r->wants_json ? stdout : tmpfile();
  if (!to) return error_set(error, BAUD_EIO, "no room for a temporary file");
  r->told_at = seconds_now();
  int code = play_forward(t, r->episode, tell, r, error);
  if (r->has_told && !r->wants_json) fprintf(stderr, "\r%40s\r", "");
  if (code == 1) code = error_set(error, BAUD_EARG, "the trial ended before episode %llu", (unsigned long long)r->episode);
  if (code == 0) code = play_episodes(t, (uint32_t)r->episodes, to, error);
  if (!r->wants_json && code == 0) print_all(to);
  if (!r->wants_json) fclose(to);
  return code;
}

static int open_trial(const char *folder, const plan *p, uint32_t index, const registry *plugins, trial **t, baud_error *error) {
  char path[1200];
  const plan_trial *which = &p->trials[index];
  int code = trial_open(t, plugins, p->configs[which->config].json, which->seed, error);
  if (code != 0 || which->from < 0) return code;
  snprintf(path, sizeof path, "%s/checkpoints/%s.ckpt", folder, p->trials[which->from].id);
  return trial_load(*t, path, error);
}

static int play_run(request *r, const char *folder, baud_error *error) {
  char path[1100];
  store *s;
  plan *p = NULL;
  registry *plugins = NULL;
  trial *t = NULL;
  snprintf(path, sizeof path, "%s/store.db", folder);
  int code = store_open_readonly(&s, path, error);
  if (code != 0) return code;
  code = store_read_plan(s, &p, error);
  store_close(s);
  if (code == 0 && r->trial >= p->n_trials)
    code = error_set(error, BAUD_EARG, "the run has no trial %llu; it has %u, from 0", (unsigned long long)r->trial, p->n_trials);
  if (code == 0) code = registry_open(&plugins, error);
  if (code == 0) code = open_trial(folder, p, (uint32_t)r->trial, plugins, &t, error);
  if (code == 0) code = play(r, t, error);
  if (t) trial_close(t);
  if (plugins) registry_free(plugins);
  if (p) plan_free(p);
  return code;
}

static int take_option(request *r, const options *o, baud_error *error) {
  if (options_is(o, "help")) return r->wants_help = 1;
  if (options_is(o, "json")) return r->wants_json = 1;
  if (options_is(o, "trial")) return options_count(o, 0, UINT32_MAX, &r->trial, error) ? error->code : 1;
  if (options_is(o, "episode")) return options_count(o, 0, UINT64_C(1) << 50, &r->episode, error) ? error->code : 1;
  if (options_is(o, "episodes")) return options_count(o, 1, 1000000, &r->episodes, error) ? error->code : 1;
  return options_run(o, &r->what, error);
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  char folder[512];
  request r = {.episodes = 1};
  options o;
  int got;
  options_init(&o, &subcommand_play, argc, argv);
  while ((got = options_next(&o, &error)) > 0)
    if ((got = take_option(&r, &o, &error)) < 0) break;
  if (got < 0) return cli_fail(EXIT_USAGE, "play", &error);
  if (r.wants_help) return cli_help(stdout, &subcommand_play), EXIT_OK;
  int code = cli_find_run(r.what, folder, sizeof folder, &error);
  if (code == 0) code = play_run(&r, folder, &error);
  return code == 0 ? EXIT_OK : cli_fail(cli_exit_code(&error), "play", &error);
}

const subcommand subcommand_play = {
    "play", "[RUN] [OPTION...]", "an episode of a trial once more, step by step, with its bits",
    "  RUN             a run's folder, name or the beginning of its name; without it the newest\n"
    "  --trial N       of this trial, from 0; without it the first\n"
    "  --episode N     from this episode on, from 0\n"
    "  --episodes N    so many; without it one\n"
    "  --json          a line of JSON for each step\n"
    "It is played anew from the trial's seed, which gives the same to the bit and touches nothing of the run; a late\n"
    "episode takes as long as the trial took to come there.\n",
    run};
