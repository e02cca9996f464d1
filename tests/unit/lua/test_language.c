/* test_language.c - scripts to plans and back: what a script resolves to, and what its claims make of a store whose
 * figures are known. The store here is written by hand: two learners, ten seeds, twenty episodes, nothing by chance.
 */
#include "lua/language.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

enum { SEEDS = 10, EPISODES = 20 };

static char folder[64], text[100000];
static registry *plugins;
static baud_error error;

#define ok(call)                                                  \
  do {                                                            \
    if ((call) != 0) fail_msg("%s: %s", #call, error.text);       \
  } while (0)

static const char *path_of(const char *name) {
  static char path[200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void write_file(const char *name, const char *content) {
  FILE *file = fopen(path_of(name), "w");
  assert_non_null(file);
  fputs(content, file);
  fclose(file);
}

static int open_all(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/baud-test-XXXXXX");
  return !mkdtemp(folder) || registry_open(&plugins, &error) != 0 ? -1 : 0;
}

static int close_all(void **state) {
  (void)state;
  registry_free(plugins);
  snprintf(text, sizeof text, "rm -rf %s", folder);
  return system(text);
}

static char *plan_text(const char *script, const language_options *options) {
  char *json;
  write_file("script.lua", script);
  if (language_load(path_of("script.lua"), plugins, options, &json, &error) != 0) return NULL;
  return json;
}

/* ---- Plans -------------------------------------------------------------------------------------------------- */

#define HEAD "local baud = require 'baud'\nreturn baud.experiment { name = 'x', stop = { episodes = 20 }, "
#define TWO HEAD "seeds = 10, env = baud.env 'lockbox', learner = baud.learner 'reinforce' { lr = baud.sweep { 1, 2 } }, "

static void a_script_gives_the_same_plan_to_the_byte_each_time(void **state) {
  (void)state;
  char *a = plan_text(TWO "lanes = baud.sweep { 1, 2 } }", NULL), *b = plan_text(TWO "lanes = baud.sweep { 1, 2 } }", NULL);
  assert_non_null(a);
  assert_string_equal(a, b);
  free(a);
  free(b);
}

static void tables_are_walked_in_the_order_of_their_keys(void **state) {
  (void)state;
  assert_null(plan_text("local seen = ''\nfor key in pairs { pear = 1, fig = 2, apple = 3, [2] = 4, [1] = 5 } do\n"
                        "  seen = seen .. key .. ' '\nend\nerror(seen)", NULL));
  assert_string_equal(error.text, "script.lua:5: 1 2 apple fig pear ");
}

static void what_a_trial_is_hashed_by_has_all_parameters_spelled_out(void **state) {
  (void)state;
  char *json = plan_text(TWO "}", NULL);
  plan *p;
  ok(plan_parse(&p, json, &error));
  assert_int_equal(p->n_configs, 2);
  assert_int_equal(p->n_trials, 20);
  assert_string_equal(p->configs[1].label, "lr=2");
  assert_non_null(strstr(p->configs[1].json, "\"learner\":{\"behaviour\":"));
  assert_non_null(strstr(p->configs[1].json, "\"lr\":2"));
  assert_non_null(strstr(p->configs[1].json, "\"codes\":64"));
  assert_non_null(strstr(p->configs[1].json, "\"stop\":{\"episodes\":20,\"seconds\":0,\"steps\":0}"));
  assert_non_null(strstr(p->configs[1].tags, "\"env.codes\":\"64\""));
  plan_free(p);
  free(json);
}

static void an_evaluation_starts_from_the_trial_of_the_same_seed(void **state) {
  (void)state;
  char *json = plan_text("local baud = require 'baud'\nlocal g = baud.graph { name = 'g', stop = { episodes = 2 } }\n"
                         "local t = g:train { name = 't', env = baud.env 'lockbox', seeds = 3,\n"
                         "  learner = baud.learner 'reinforce' { lr = baud.sweep { 1, 2 } } }\n"
                         "g:evaluate { name = 'e', from = t, seeds = { 2 } }\nreturn g", NULL);
  plan *p;
  if (!json) fail_msg("%s", error.text);
  ok(plan_parse(&p, json, &error));
  assert_int_equal(p->n_trials, 8);
  for (uint32_t t = 0; t < p->n_trials; t++) {
    if (p->configs[p->trials[t].config].node == 0) continue;
    const plan_trial *from = &p->trials[p->trials[t].from];
    assert_int_equal(from->seed, 2);
    assert_int_equal(from->config, p->configs[p->trials[t].config].from);
    assert_non_null(strstr(p->configs[p->trials[t].config].json, "\"mode\":\"evaluate\""));
  }
  plan_free(p);
  free(json);
}

static void options_change_every_part_and_unused_ones_are_refused(void **state) {
  (void)state;
  const char *const settings[] = {"learner.lr=5", "env.codes=8,16"}, *const wrong[] = {"env.cods=8"};
  language_options options = {settings, 2, 3, 7, false}, mistaken = {wrong, 1, 0, 0, false};
  char *json = plan_text(TWO "}", &options);
  plan *p;
  if (!json) fail_msg("%s", error.text);
  ok(plan_parse(&p, json, &error));
  assert_int_equal(p->n_configs, 2);
  assert_int_equal(p->n_trials, 6);
  assert_int_equal(p->configs[0].episodes, 7);
  assert_string_equal(p->configs[1].label, "codes=16");
  plan_free(p);
  free(json);
  assert_null(plan_text(TWO "}", &mistaken));
  assert_string_equal(error.text, "--set env.cods=8: no env of this script has a parameter \"cods\" (did you mean \"codes\"?)");
}

static void a_script_sees_whether_it_is_to_be_full(void **state) {
  (void)state;
  language_options full = {.full = true};
  assert_null(plan_text("error(tostring(require('baud').full))", &full));
  assert_string_equal(error.text, "script.lua:1: true");
  assert_null(plan_text("error(tostring(require('baud').full))", NULL));
  assert_string_equal(error.text, "script.lua:1: false");
}

/* ---- Claims ------------------------------------------------------------------------------------------------- */

/* Each claim's function body, its verdict, and what its figures must hold. `a` and `b` are the two learners' groups:
 * return is seed for a and 10 + seed for b; a succeeds from episode seed + 1 on, b never; known is scored at every
 * fifth episode, as its number of fifths; absorbed is not measured at all. Episode e ends at step e^2. */
static const struct {
  const char *body, *verdict, *figures;
} claims[] = {
    {"return a:mean('return'):near(4.5, { absolute = 1e-9 })", "holds", "lr=1 return 4.5 ["},
    {"return a:mean('return'):near(5, { relative = 0.02 })", "fails", "\xe2\x89\x88 5 \xc2\xb1 2 %"},
    {"return b:mean('return'):above(10)", "holds", "> 10"},
    {"return b:mean('return'):below(10)", "fails", "< 10"},
    {"return a:mean('return'):above(4.5)", "undecided", "> 4.5"},
    {"return a:median('return'):within(4.4, 4.6)", "undecided", "median lr=1 return 4.5"},
    {"return a:iqm('return'):near(4.5, { absolute = 1e-9 })", "holds", ""},
    {"return a:total('return', 10):mean():near(45, { absolute = 1e-9 })", "holds", "return in 10 45"},
    {"return a:mean('return', { at = 'total' }):near(90, { absolute = 1e-9 })", "holds", "in all"},
    {"return a:average('success', { from = 11, to = 20 }):mean():agrees(1)", "holds", "in 11-20"},
    {"return a:average('success', { from = 2, to = 2 }):mean():near(0.2, { absolute = 1e-9 })", "holds", ""},
    {"return a:average('success', { last = 0.99 }):mean():near(0.84444444, { absolute = 1e-6 })", "holds", "in the last 99 % of steps"},
    {"return a:average('success', { last = 1 }):mean():near(0.775, { absolute = 1e-6 })", "holds", "in the last 100 %"},
    {"return a:average('success', { last = 0.05 }):mean():agrees(1)", "holds", ""},
    {"return a:average('success', { last = 1.5 }):mean():agrees(1)", "undecided", "last is 1.5; it is a share"},
    {"return a:at('success', 1):mean():near(0.1, { absolute = 1e-6 })", "holds", "at 1"},
    {"return a:first('success', 1):mean():near(5.5, { absolute = 1e-9 })", "holds", "first"},
    {"return a:first('success', function(x) return x > 0 end):max() == 10", "holds", ""},
    {"return b:first('success', 1):median():above(1e9)", "holds", "never"},
    {"return a:last('known'):mean():agrees(4)", "holds", "at the end 4"},
    {"return a:last('known', 12):mean():agrees(2)", "holds", "by 12 2"},
    {"return a:at('known', 1):mean():agrees(0)", "undecided", "known is not measured in lr=1 seed 0 at 1"},
    {"return a:mean('absorbed'):above(0)", "undecided", "absorbed is not measured"},
    {"return a:measured('absorbed'):count() == 0 and a:measured('known'):count() == 10", "holds", ""},
    {"return baud.compare(b:average 'return', a:average 'return', { paired = true }).difference:agrees(10)", "holds", "10"},
    {"return baud.compare(b:average 'return', a:average 'return').difference:within(5, 15)", "holds", ""},
    {"return baud.compare(b:average 'return', a:average 'return').probability:agrees(1)", "holds", "P("},
    {"return (b:average 'return' - a:average 'return'):mean():agrees(10)", "holds", ""},
    {"return (b:average 'return' / 2 + 1):mean():near(8.25, { absolute = 1e-9 })", "holds", ""},
    {"return a:average('return'):share(function(x) return x > 6 end):mean():near(0.3, { absolute = 1e-9 })", "holds", ""},
    {"return a:keep(a:at('success', 3), function(x) return x == 1 end):count() == 3", "holds", ""},
    {"return a:curve('success', 10)[4] == 0.4", "holds", ""},
    {"return #r:trials() == 20 and r:tags('learner.lr')[2] == 2", "holds", ""},
    {"local s = '' for lr, g in r:by 'learner.lr' do s = s .. lr .. ':' .. g:count() .. ' ' end return true, s", "holds", "1:10 2:10"},
    {"return r:select { ['learner.lr'] = { 1, 2 } }:count() == 20", "holds", ""},
    {"return a:mark 'return' == '=' and a:mark 'known' == '\xe2\x89\xa5'", "holds", ""},
    {"return { a:mean 'return':below(9), b:mean 'return':above(9) }", "holds", "; "},
    {"return { a:mean 'return':below(9), b:mean 'return':above(90) }", "fails", "; "},
    {"return baud.all(a:mean 'return':below(9), a:mean 'return':above(4.5))", "undecided", "; "},
    {"return baud.verdict(true, 'said so')", "holds", "said so"},
    {"return nil, 'cannot tell'", "undecided", "cannot tell"},
    {"return math.abs(baud.h(0.5) - 1) < 1e-12 and baud.log2(8) == 3", "holds", ""},
    {"return r:at('return', 21):mean():above(0)", "undecided", "seed 0 has 20 of the 21 episodes needed"},
    {"return r:mean 'retrun':above(0)", "undecided", "there is no figure \"retrun\" (did you mean \"return\"?)"},
    {"return r:select { ['learner.rl'] = 1 }:count() == 0", "undecided", "(did you mean \"learner.lr\"?)"},
    {"return r:select { learner = 'ppo' }:mean 'return':above(0)", "undecided", "no trial is ppo"},
    {"return r:nothing()", "undecided", "experiment.lua:"},
    {"return 7", "undecided", "returned 7"},
    {"return io.open('x')", "undecided", "io is not in the sandbox"},
};
enum { CLAIMS = sizeof claims / sizeof claims[0] };

static void claims_script(void) {
  size_t used = (size_t)snprintf(text, sizeof text, "%s", TWO "claims = {\n");
  for (size_t i = 0; i < CLAIMS; i++)
    used += (size_t)snprintf(text + used, sizeof text - used,
                             "baud.claim 'claim %zu' (function(r) local a, b = r:select { ['learner.lr'] = 1 }, "
                             "r:select { ['learner.lr'] = 2 } %s end),\n", i, claims[i].body);
  snprintf(text + used, sizeof text - used, "} }");
  write_file("script.lua", text);
}

static void append(store *s, uint32_t trial, uint32_t figure, char mark, const float values[EPISODES]) {
  ok(store_append(s, trial, figure, mark, 0, values, EPISODES, &error));
}

static void fill_trial(store *s, uint32_t trial, const plan_trial *t) {
  float value[EPISODES];
  uint64_t steps[EPISODES];
  for (int e = 0; e < EPISODES; e++) value[e] = (float)t->seed + 10.0f * (float)t->config, steps[e] = (uint64_t)(e + 1) * (uint64_t)(e + 1);
  append(s, trial, FIGURE_RETURN, '=', value);
  for (int e = 0; e < EPISODES; e++) value[e] = t->config == 0 && (uint64_t)e >= t->seed ? 1.0f : 0.0f;
  append(s, trial, FIGURE_SUCCESS, '=', value);
  for (int e = 0; e < EPISODES; e++) value[e] = (e + 1) % 5 == 0 ? (float)(e + 1) / 5.0f : NAN;
  append(s, trial, FIGURE_KNOWN, '>', value);
  ok(store_append_steps(s, trial, 0, steps, EPISODES, &error));
  ok(store_set_status(s, trial, STATUS_DONE, EPISODES, EPISODES * EPISODES, "", &error));
}

static store *made_up_results(void) {
  char *json;
  plan *p;
  store *s;
  remove(path_of("store.db"));
  ok(language_load(path_of("script.lua"), plugins, NULL, &json, &error));
  ok(plan_parse(&p, json, &error));
  ok(store_create(&s, path_of("store.db"), p, &error));
  ok(store_begin(s, &error));
  for (uint32_t t = 0; t < p->n_trials; t++) fill_trial(s, t, &p->trials[t]);
  ok(store_flush(s, &error));
  ok(store_commit(s, &error));
  plan_free(p);
  free(json);
  return s;
}

static int check_verdict(void *ctx, const language_verdict *got, baud_error *why) {
  (void)why;
  uint32_t *n = ctx;
  assert_int_equal(got->claim, *n);
  if (strcmp(got->verdict, claims[*n].verdict) != 0 || !strstr(got->figures, claims[*n].figures))
    fail_msg("%s\n  is %s (%s)\n  wanted %s (%s)", claims[*n].body, got->verdict, got->figures, claims[*n].verdict,
             claims[*n].figures);
  ++*n;
  return 0;
}

static void claims_are_judged_by_the_figures_in_the_store(void **state) {
  (void)state;
  uint32_t n = 0;
  claims_script();
  store *s = made_up_results();
  mkdir(path_of("run"), 0700);
  char archive[200], script[200];
  snprintf(archive, sizeof archive, "%s", path_of("run"));
  snprintf(script, sizeof script, "%s", path_of("script.lua"));
  ok(language_archive(script, plugins, NULL, archive, &error));
  ok(language_claims(archive, s, plugins, check_verdict, &n, &error));
  assert_int_equal(n, CLAIMS);
  store_close(s);
}

static int check_undecided(void *ctx, const language_verdict *got, baud_error *why) {
  (void)why;
  *(int *)ctx += strcmp(got->verdict, "undecided") == 0 && strstr(got->figures, "failed: it fell over") != NULL;
  return 0;
}

static void a_trial_that_failed_leaves_the_claims_on_it_undecided(void **state) {
  (void)state;
  int n = 0;
  char archive[200], script[200];
  write_file("script.lua", TWO "claims = { baud.claim 'all is well' (function(r) return r:mean 'return':above(0) end) } }");
  store *s = made_up_results();
  ok(store_begin(s, &error));
  ok(store_set_status(s, 3, STATUS_FAILED, EPISODES, EPISODES, "it fell over", &error));
  ok(store_commit(s, &error));
  mkdir(path_of("run"), 0700);
  snprintf(archive, sizeof archive, "%s", path_of("run"));
  snprintf(script, sizeof script, "%s", path_of("script.lua"));
  ok(language_archive(script, plugins, NULL, archive, &error));
  ok(language_claims(archive, s, plugins, check_undecided, &n, &error));
  assert_int_equal(n, 1);
  store_close(s);
}

static int count_holds(void *ctx, const language_verdict *got, baud_error *why) {
  (void)why;
  *(int *)ctx += strcmp(got->verdict, "holds") == 0;
  return 0;
}

static void the_archive_holds_modules_and_options_and_is_enough_to_judge(void **state) {
  (void)state;
  const char *const settings[] = {"learner.lr=1,2"};
  language_options options = {settings, 1, 0, 0, true};
  char archive[200], script[200];
  int n = 0;
  write_file("wisdom.lua", "local baud = require 'baud'\nreturn baud.full and 4.5 or 0");
  write_file("script.lua", "local wisdom = require 'wisdom'\n" TWO "claims = { baud.claim 'as the module says' (function(r)\n"
             "return r:select { ['learner.lr'] = 1 }:mean 'return':near(wisdom, { absolute = 1e-9 }) end) } }");
  store *s = made_up_results();
  mkdir(path_of("archive"), 0700);
  snprintf(archive, sizeof archive, "%s", path_of("archive"));
  snprintf(script, sizeof script, "%s", path_of("script.lua"));
  ok(language_archive(script, plugins, &options, archive, &error));
  remove(path_of("wisdom.lua"));
  remove(path_of("script.lua"));
  ok(language_claims(archive, s, plugins, count_holds, &n, &error));
  assert_int_equal(n, 1);
  store_close(s);
}

/* ---- Names -------------------------------------------------------------------------------------------------- */

static void experiments_are_found_by_name_and_told_by_their_first_line(void **state) {
  (void)state;
  char path[300];
  language_shipped rows[20];
  size_t n = 20;
  write_file("mine.lua", "-- mine: an experiment of my own\nreturn 1\n");
  setenv("BAUD_EXPERIMENTS", folder, 1);
  ok(language_find("mine", path, sizeof path, &error));
  assert_string_equal(path, path_of("mine.lua"));
  ok(language_list(rows, &n, &error));
  assert_true(n >= 1);
  for (size_t i = 0; i < n; i++)
    if (strcmp(rows[i].name, "mine") == 0) assert_string_equal(rows[i].doc, "an experiment of my own");
  assert_int_equal(language_find("mime", path, sizeof path, &error), BAUD_ENOTFOUND);
  assert_string_equal(error.text, "there is no experiment \"mime\" (did you mean \"mine\"?)");
  unsetenv("BAUD_EXPERIMENTS");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_script_gives_the_same_plan_to_the_byte_each_time),
      cmocka_unit_test(tables_are_walked_in_the_order_of_their_keys),
      cmocka_unit_test(what_a_trial_is_hashed_by_has_all_parameters_spelled_out),
      cmocka_unit_test(an_evaluation_starts_from_the_trial_of_the_same_seed),
      cmocka_unit_test(options_change_every_part_and_unused_ones_are_refused),
      cmocka_unit_test(a_script_sees_whether_it_is_to_be_full),
      cmocka_unit_test(claims_are_judged_by_the_figures_in_the_store),
      cmocka_unit_test(a_trial_that_failed_leaves_the_claims_on_it_undecided),
      cmocka_unit_test(the_archive_holds_modules_and_options_and_is_enough_to_judge),
      cmocka_unit_test(experiments_are_found_by_name_and_told_by_their_first_line),
  };
  return cmocka_run_group_tests_name("language", tests, open_all, close_all);
}
