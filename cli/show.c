/* show.c - baud show: one run from its store: how it stands, its nodes, each configuration's funnel by channel with
 * provenance marks, trials, claims.
 *
 * The funnel is a table: a row a channel, a column a stage, bits a trial, means over the configuration's trials.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cells.h"
#include "cli/options.h"
#include "cli/run_state.h"
#include "cli/show_stream.h"

static const struct {
  const char *name;
  unsigned figure;  /* of the first channel; FIGURES: not told by channel */
  int over_all;     /* the figure over all channels, or -1 */
} stages[] = {
    {"wire", FIGURE_WIRE, -1},
    {"surprise", FIGURE_SURPRISE, -1},
    {"noise", FIGURE_NOISE, -1},
    {"offered", FIGURE_OFFERED, FIGURE_OFFERED_ALL},
    {"received", FIGURE_RECEIVED, FIGURE_RECEIVED_ALL},
    {"absorbed", FIGURE_ABSORBED, FIGURE_ABSORBED_ALL},
    {"useful", FIGURES, FIGURE_USEFUL},
};
/* Levels, whose value at the end counts: what is known, where memory is kept and where it is wiped, and the stream's. */
enum { LEVEL_KNOWN, LEVEL_WIPED, LEVEL_STREAM, LEVELS = LEVEL_STREAM + STREAM_LEVELS };
static unsigned level_figure(uint32_t level) {
  return level >= LEVEL_STREAM ? show_stream_levels[level - LEVEL_STREAM] : level == LEVEL_KNOWN ? FIGURE_KNOWN : FIGURE_KNOWN_WIPED;
}
enum { STAGES = sizeof stages / sizeof *stages, MOST_CLAIMS = 1000, MOST_FAILURES = 20 };

enum extent { SHOW_FAILURES, SHOW_ALL_TRIALS };

typedef struct shown {
  const char *folder;
  store *results;
  run_state state;
  plan *p;
  store_trial *trials;
  uint32_t n_trials, n_claims;
  store_claim *claims;
  store_mean *means; /* [configs][FIGURES] */
  double *ends;      /* [configs][LEVELS]: means over trials of the last values */
} shown;

/* ---- Reading ------------------------------------------------------------------------------------------------ */

static int read_trials(shown *s, baud_error *error) {
  int code = 0;
  uint32_t n = 1;
  s->trials = calloc((size_t)s->state.n_trials + 1, sizeof *s->trials);
  if (!s->trials) return error_set(error, BAUD_ENOMEM, "out of memory");
  for (; !code && n > 0 && s->n_trials < s->state.n_trials; s->n_trials += n) {
    n = s->state.n_trials - s->n_trials;
    code = store_read_trials(s->results, s->n_trials, s->trials + s->n_trials, &n, error);
  }
  return code;
}

/* Trials that were changed while they ran are left out, as in all means. */
static int read_ends(shown *s, uint32_t config, uint32_t level, baud_error *error) {
  double sum = 0.0, value;
  uint32_t n = 0;
  for (uint32_t t = 0; t < s->n_trials; t++) {
    if (s->trials[t].config != config || s->trials[t].changes) continue;
    int code = store_read_last(s->results, s->trials[t].trial, level_figure(level), &value, error);
    if (code) return code;
    if (isnan(value)) continue;
    sum += value;
    n++;
  }
  s->ends[(size_t)config * LEVELS + level] = n ? sum / n : NAN;
  return 0;
}

static int gather(shown *s, const char *folder, baud_error *error) {
  s->folder = folder;
  int code = run_state_open(&s->results, folder, &s->state, error);
  if (code) return s->results = NULL, code;
  code = store_read_plan(s->results, &s->p, error);
  if (!code) code = read_trials(s, error);
  if (code) return code;
  s->claims = calloc(MOST_CLAIMS, sizeof *s->claims);
  s->means = calloc((size_t)s->p->n_configs * FIGURES + 1, sizeof *s->means);
  s->ends = calloc((size_t)s->p->n_configs * LEVELS + 1, sizeof *s->ends);
  if (!s->claims || !s->means || !s->ends) return error_set(error, BAUD_ENOMEM, "out of memory");
  s->n_claims = MOST_CLAIMS;
  code = store_read_claims(s->results, s->claims, &s->n_claims, error);
  for (uint32_t c = 0; c < s->p->n_configs && !code; c++)
    code = store_read_means(s->results, c, s->means + (size_t)c * FIGURES, error);
  for (uint32_t c = 0; c < s->p->n_configs; c++)
    for (uint32_t level = 0; level < LEVELS && !code; level++) code = read_ends(s, c, level, error);
  return code;
}

static void clear(shown *s) {
  free(s->ends);
  free(s->means);
  free(s->claims);
  free(s->trials);
  plan_free(s->p);
  store_close(s->results);
}

/* The channel's row of the funnel; channel BAUD_CHANNELS: over all. Null where there is no such figure. */
static const store_mean *mean_of(const store_mean *means, int stage, unsigned channel) {
  if (channel < BAUD_CHANNELS && stages[stage].figure == FIGURES) return NULL;
  if (channel < BAUD_CHANNELS) return &means[figure_of_channel(stages[stage].figure, channel)];
  return stages[stage].over_all < 0 ? NULL : &means[stages[stage].over_all];
}

static int is_measured(const store_mean *means, unsigned channel) {
  for (int stage = 0; stage < STAGES; stage++) {
    const store_mean *m = mean_of(means, stage, channel);
    if (m && m->trials) return 1;
  }
  return 0;
}

/* ---- In words ----------------------------------------------------------------------------------------------- */

static void print_head(const shown *s) {
  char trials[200], started[40], span[40];
  const run_state *state = &s->state;
  printf("%s  %s\n", s->p->name, s->folder);
  if (s->p->doc[0]) printf("%s\n", s->p->doc);
  run_state_trials(state, trials, sizeof trials);
  run_state_time(state->started, started, sizeof started);
  run_state_span(state->finished - state->started, span, sizeof span);
  printf("\nstatus   %s\nstarted  %s%s%s\n", state->status, started, state->finished > 0 ? ", took " : "",
         state->finished > 0 ? span : "");
  printf("trials   %s; %llu episodes\n", trials, (unsigned long long)state->episodes);
  printf("\nnodes\n");
  for (uint32_t i = 0; i < s->p->n_nodes; i++) {
    uint32_t n = 0;
    for (uint32_t c = 0; c < s->p->n_configs; c++) n += s->p->configs[c].node == i;
    printf("  %s  (%s, %u configuration%s)\n", s->p->nodes[i].name, s->p->nodes[i].kind, n, n == 1 ? "" : "s");
  }
}

/* Bits with their mark: two decimals where they matter, none where they do not. */
static void put_bits(cells *table, const store_mean *m) {
  if (!m || m->trials == 0 || !isfinite(m->total)) {
    cells_put(table, ALIGN_RIGHT, "-");
    return;
  }
  double size = fabs(m->total);
  int is_tiny = size > 0 && size < 0.01;
  cells_putf(table, ALIGN_RIGHT,
             is_tiny         ? "%s%.2g"
             : size >= 10000 ? "%s%.0f"
                             : "%s%.2f",
             mark_text(m->mark), m->total + 0.0);
}

static void print_funnel(const store_mean *means) {
  cells *table = cells_new(1 + STAGES);
  if (!table) return;
  cells_put(table, ALIGN_LEFT, "");
  for (int stage = 0; stage < STAGES; stage++) cells_put(table, ALIGN_RIGHT, stages[stage].name);
  for (unsigned channel = 0; channel <= BAUD_CHANNELS; channel++) {
    if (!is_measured(means, channel)) continue;
    cells_put(table, ALIGN_LEFT, channel < BAUD_CHANNELS ? channel_name[channel] : "all");
    for (int stage = 0; stage < STAGES; stage++) put_bits(table, mean_of(means, stage, channel));
  }
  if (cells_rows(table) > 1) cells_print(table, "    ", stdout);
  cells_free(table);
}

static void print_levels(const store_mean *means, const double *ends) {
  const char *mark = mark_text(means[FIGURE_KNOWN].mark);
  if (isnan(ends[LEVEL_KNOWN])) return;
  printf("    known at the end %s%.4g", mark, ends[LEVEL_KNOWN] + 0.0);
  if (ends[LEVEL_WIPED] != ends[LEVEL_KNOWN]) printf(", with memory wiped %s%.4g", mark, ends[LEVEL_WIPED] + 0.0);
  putchar('\n');
}

static int print_config(const shown *s, uint32_t c, baud_error *error) {
  const store_mean *means = s->means + (size_t)c * FIGURES;
  static const struct {
    int figure;
    const char *format;
  } also[] = {{FIGURE_RETURN, ", return %.4g"}, {FIGURE_SUCCESS, ", success %.4g"}, {FIGURE_STEPS, ", steps %.4g"}};
  uint32_t n = 0, n_done = 0;
  double episodes = 0;
  for (uint32_t t = 0; t < s->n_trials; t++) {
    if (s->trials[t].config != c) continue;
    n++;
    n_done += s->trials[t].status == STATUS_DONE;
    episodes += (double)s->trials[t].episodes;
  }
  printf("  %s\n    %u of %u done, %.6g episodes a trial", s->p->configs[c].label, n_done, n, n ? episodes / n : 0);
  for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
    if (means[also[i].figure].trials) printf(also[i].format, means[also[i].figure].mean);
  }
  putchar('\n');
  print_funnel(means);
  print_levels(means, s->ends + (size_t)c * LEVELS);
  show_stream(means, s->ends + (size_t)c * LEVELS + LEVEL_STREAM);
  return show_outcomes(s->results, s->trials, s->n_trials, c, error);
}

static void print_trials(const shown *s, enum extent extent) {
  uint32_t n = 0, n_left = 0;
  cells *table = cells_new(6);
  if (!table) return;
  for (uint32_t t = 0; t < s->n_trials; t++) {
    const store_trial *row = &s->trials[t];
    if (extent == SHOW_FAILURES && row->status != STATUS_FAILED) continue;
    if (extent == SHOW_FAILURES && n == MOST_FAILURES) {
      n_left++;
      continue;
    }
    n++;
    cells_putf(table, ALIGN_RIGHT, "%u", row->trial);
    cells_put(table, ALIGN_LEFT, run_status_name(row->status));
    cells_putf(table, ALIGN_RIGHT, "%llu episodes", (unsigned long long)row->episodes);
    cells_putf(table, ALIGN_RIGHT, "seed %llu", (unsigned long long)row->seed);
    cells_put(table, ALIGN_LEFT, row->config < s->p->n_configs ? s->p->configs[row->config].label : "");
    if (row->changes) cells_putf(table, ALIGN_LEFT, "changed while it ran; left out above%s%s", row->reason[0] ? ". " : "", row->reason);
    else cells_put(table, ALIGN_LEFT, row->reason);
  }
  if (n) printf(extent == SHOW_FAILURES ? "\nfailed trials\n" : "\ntrials\n");
  cells_print(table, "  ", stdout);
  if (n_left) printf("  and %u more (--trials shows all)\n", n_left);
  cells_free(table);
}

static int print_words(const shown *s, enum extent extent, baud_error *error) {
  int code = 0;
  print_head(s);
  printf("\nconfigurations: bits a trial, means over its trials; = exact, ≤ upper bound, ≥ lower bound, ~ estimate\n");
  for (uint32_t c = 0; c < s->p->n_configs && code == 0; c++) code = print_config(s, c, error);
  print_trials(s, extent);
  if (s->n_claims) printf("\nclaims\n");
  for (uint32_t i = 0; i < s->n_claims; i++) {
    const store_claim *claim = &s->claims[i];
    printf("  %-9s  %s\n", claim->verdict[0] ? claim->verdict : "unjudged", claim->text);
    if (claim->figures[0]) printf("  %-9s  %s\n", "", claim->figures);
  }
  return code;
}

/* ---- As JSON ------------------------------------------------------------------------------------------------ */

static void add_number(cJSON *object, const char *key, double x) {
  if (isfinite(x)) cJSON_AddNumberToObject(object, key, x);
  else cJSON_AddNullToObject(object, key);
}

static cJSON *config_json(const shown *s, uint32_t c) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "config", c);
  cJSON_AddStringToObject(object, "label", s->p->configs[c].label);
  cJSON_AddStringToObject(object, "node", s->p->nodes[s->p->configs[c].node].name);
  cJSON_AddItemToObject(object, "tags", cJSON_Parse(s->p->configs[c].tags));
  cJSON *figures = cJSON_AddObjectToObject(object, "figures");
  for (int f = 0; f < FIGURES; f++) {
    const store_mean *m = &s->means[(size_t)c * FIGURES + (size_t)f];
    if (m->trials == 0) continue;
    cJSON *figure = cJSON_AddObjectToObject(figures, figure_table[f].name);
    cJSON_AddStringToObject(figure, "mark", mark_text(m->mark));
    add_number(figure, "total", m->total);
    add_number(figure, "mean", m->mean);
    for (uint32_t level = 0; level < LEVELS; level++)
      if (level_figure(level) == (unsigned)f) add_number(figure, "end", s->ends[(size_t)c * LEVELS + level]);
    cJSON_AddNumberToObject(figure, "trials", m->trials);
    cJSON_AddNumberToObject(figure, "scored", (double)m->count);
  }
  return object;
}

static cJSON *trial_json(const store_trial *row) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "trial", row->trial);
  cJSON_AddNumberToObject(object, "config", row->config);
  cJSON_AddNumberToObject(object, "seed", (double)row->seed);
  cJSON_AddStringToObject(object, "id", row->id);
  cJSON_AddStringToObject(object, "status", run_status_name(row->status));
  cJSON_AddNumberToObject(object, "episodes", (double)row->episodes);
  cJSON_AddNumberToObject(object, "steps", (double)row->steps);
  if (row->changes) cJSON_AddNumberToObject(object, "changes", row->changes);
  if (row->reason[0]) cJSON_AddStringToObject(object, "reason", row->reason);
  return object;
}

static void print_json(const shown *s) {
  const char *name = strrchr(s->folder, '/');
  cJSON *object = cJSON_CreateObject(), *nodes, *configs, *trials, *claims;
  cJSON_AddStringToObject(object, "run", name ? name + 1 : s->folder);
  cJSON_AddStringToObject(object, "folder", s->folder);
  run_state_json(&s->state, object);
  cJSON_AddStringToObject(object, "doc", s->p->doc);
  nodes = cJSON_AddArrayToObject(object, "nodes");
  configs = cJSON_AddArrayToObject(object, "configs");
  trials = cJSON_AddArrayToObject(object, "trials");
  claims = cJSON_AddArrayToObject(object, "claims");
  for (uint32_t i = 0; i < s->p->n_nodes; i++) {
    cJSON *node = cJSON_CreateObject();
    cJSON_AddStringToObject(node, "name", s->p->nodes[i].name);
    cJSON_AddStringToObject(node, "kind", s->p->nodes[i].kind);
    cJSON_AddItemToArray(nodes, node);
  }
  for (uint32_t c = 0; c < s->p->n_configs; c++) cJSON_AddItemToArray(configs, config_json(s, c));
  for (uint32_t t = 0; t < s->n_trials; t++) cJSON_AddItemToArray(trials, trial_json(&s->trials[t]));
  for (uint32_t i = 0; i < s->n_claims; i++) {
    cJSON *claim = cJSON_CreateObject();
    cJSON_AddStringToObject(claim, "claim", s->claims[i].text);
    cJSON_AddStringToObject(claim, "verdict", s->claims[i].verdict);
    cJSON_AddStringToObject(claim, "figures", s->claims[i].figures);
    cJSON_AddItemToArray(claims, claim);
  }
  char *text = cJSON_Print(object);
  if (text) puts(text);
  cJSON_free(text);
  cJSON_Delete(object);
}

/* ---- The subcommand ----------------------------------------------------------------------------------------- */

static int run(int argc, char **argv) {
  baud_error error = {0};
  char folder[PATH_MAX - 300];
  const char *what = NULL;
  int wants_json = 0, got;
  enum extent extent = SHOW_FAILURES;
  options o;
  options_init(&o, &subcommand_show, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_show), EXIT_OK;
    if (options_is(&o, "json")) wants_json = 1;
    else if (options_is(&o, "trials")) extent = SHOW_ALL_TRIALS;
    else got = options_run(&o, &what, &error);
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "show", &error);
  shown s = {.folder = NULL};
  int code = cli_find_run(what, folder, sizeof folder, &error);
  if (!code) code = gather(&s, folder, &error);
  if (!code && wants_json) print_json(&s);
  else if (!code) code = print_words(&s, extent, &error);
  clear(&s);
  return code ? cli_fail(cli_exit_code(&error), "show", &error) : EXIT_OK;
}

const subcommand subcommand_show = {
    "show", "[RUN] [--trials] [--json]", "one run: how it stands, the bits by channel, failures, claims",
    "  RUN        a run's folder, name or the beginning of its name; without it the newest\n"
    "  --trials   every trial, not only those that failed\n"
    "  --json     for machines: { run, folder, experiment, status, ..., nodes, trials, claims,\n"
    "             configs: [ { config, label, node, tags, figures: { NAME: { mark, total, mean, trials, scored } } } ] "
    "}\n"
    "             levels, such as known, loss and forgone, have an end, too: their last value\n"
    "Bits are totals a trial, means over the trials of a configuration. What is known at the end is shown once more with\n"
    "memory wiped where that makes a difference: what is left sits in the weights. Of streams, code and saved (over the\n"
    "uniform code) are totals; forgone, loss a step and progress are what they were at the end. The mark says what a\n"
    "figure is: = exact, ≤ an upper bound, ≥ a lower bound, ~ an estimate, - not measured.\n",
    run};
