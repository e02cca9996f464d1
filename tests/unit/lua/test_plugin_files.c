/* test_plugin_files.c - files in Lua as the registry finds them: what they declare, and each that is broken, hostile or
 * in the way, with the reason that it is listed with.
 */
#include "tests/unit/lua/plugins.h"

#define WHOLE "create = function() return {} end, score = function() return 0 end"
#define PARAM(rest) REWARD(WHOLE ", params = { { " rest " } }")

static void each_broken_file_is_listed_with_its_reason(void **state) {
  static const struct {
    const char *text, *wanted;
  } cases[] = {
      {"return plugin.reward {", "x.lua:1: unexpected symbol near <eof>"},
      {HEAD "return plugin.reward { id = 'x' score = 1 }", "x.lua:2: '}' expected near 'score'"},
      {"\x1bLua", "attempt to load a binary chunk"},
      {"", "x.lua: it returned nil; a plugin returns plugin.environment"},
      {"return 7", "x.lua: it returned 7; a plugin returns"},
      {"return {}", "x.lua: it returned a list without units"},
      {"return { 7 }", "x.lua: item 1 of the list that it returned is no unit, but 7"},
      {"local baud = require 'baud'\nreturn baud.experiment {}", "x.lua:1: there is no module \"baud\""},
      {"while true do end", "x.lua:1: the plugin ran too long"},
      {"error 'not today'", "x.lua:1: not today"},
      {"local x = undefined_thing", "x.lua:1: there is no \"undefined_thing\""},
      {HEAD "return plugin.rewards {}", "x.lua:2: there is no plugin.rewards (did you mean plugin.reward?)"},
      {HEAD "return plugin.reward 'x'", "x.lua:2: plugin.reward takes a table, not \"x\""},
      {HEAD "return plugin.reward {}", "x.lua:2: this reward has no create, a function"},
      {REWARD("create = function() end"), "x.lua:2: reward \"test.x\" has no score, a function"},
      {REWARD("create = 7, score = function() end"), "x.lua:2: reward \"test.x\": create is 7; it takes a function"},
      {REWARD(WHOLE ", scor = 1"), "x.lua:2: reward \"test.x\" has nothing called \"scor\" (did you mean \"score\"?)"},
      {REWARD(WHOLE ", behaviour = 0"), "x.lua:2: reward \"test.x\": behaviour is 0; it takes a whole number from 1"},
      {HEAD "return plugin.reward { id = 'X', title = 'x', doc = 'x', " WHOLE " }", "a unit has no well-formed id"},
      {HEAD "return plugin.environment { " NAMED "create = function() end, reset = function() end }",
       "x.lua:2: environment \"test.x\" has no step, a function"},
      {HEAD "return plugin.learner { " NAMED "create = function() end }",
       "x.lua:2: learner \"test.x\" has no predict, a function"},
      {HEAD "return { version = 1, plugin.reward { " NAMED WHOLE " } }", "x.lua: version is 1; it takes a text"},
      {PARAM("key = 'n'"), "x.lua:2: parameter \"n\" of \"test.x\" has no default, a value"},
      {PARAM("key = 'n', type = 'int', default = 1, range = { 0, 2 }"),
       "parameter \"n\" of \"test.x\" has no help, a text"},
      {PARAM("key = 'n', type = 'integer', default = 1, range = { 0, 2 }, help = 'n'"),
       "has type \"integer\"; there are int, float, flag, choice, text"},
      {PARAM("key = 'n', type = 'int', default = 1.5, range = { 0, 2 }, help = 'n'"),
       "takes default and range = { low, high }, whole numbers"},
      {PARAM("key = 'n', type = 'int', default = 1, help = 'n'"),
       "takes default and range = { low, high }, whole numbers"},
      {PARAM("key = 'n', type = 'float', default = 0/0, range = { 0, 2 }, help = 'n'"),
       "takes default and range = { low, high }, finite numbers"},
      {PARAM("key = 'n', type = 'int', default = 3, range = { 0, 2 }, help = 'n'"),
       "the default of parameter \"n\" is out of its range"},
      {PARAM("key = 'n', type = 'flag', default = 1, help = 'n'"), "takes a default of true or false"},
      {PARAM("key = 'n', type = 'choice', choices = { 'a' }, default = 'b', help = 'n'"),
       "takes a default that is one of its choices"},
      {PARAM("key = 'n', type = 'text', default = 1, help = 'n'"), "takes a default that is a text"},
      {PARAM("key = 'n', type = 'int', default = 1, range = { 0, 2 }, help = 'n', live = true"),
       "is live; only a learner's can change while it runs, and texts never"},
      {PARAM("key = 'n', type = 'int', default = 1, rang = { 0, 2 }, help = 'n'"),
       "has nothing called \"rang\" (did you mean \"range\"?)"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *reason = NULL;
    write_file("x.lua", cases[i].text);
    registry *r = open_file("x.lua");
    for (size_t k = 0; k < registry_count(r); k++)
      if (strcmp(registry_at(r, k)->path, path_of("x.lua")) == 0) reason = registry_at(r, k)->reason;
    if (!reason || !strstr(reason, cases[i].wanted))
      fail_msg("case %zu, wanted \"%s\": %s", i, cases[i].wanted, reason ? reason : "taken");
    assert_non_null(unit_of(r, "org.example.doors")); /* and breaks nothing */
    registry_free(r);
  }
}

static void a_file_that_others_may_write_to_is_refused_unread(void **state) {
  (void)state;
  write_file("x.lua", "error 'it was run'");
  assert_int_equal(chmod(path_of("x.lua"), 0666), 0);
  registry *r = open_file("x.lua");
  const plugin *last = registry_at(r, registry_count(r) - 1);
  assert_string_equal(last->path, path_of("x.lua"));
  assert_string_equal(last->reason, "others may write to it (chmod o-w it)");
  registry_free(r);
  chmod(path_of("x.lua"), 0644);
}

static void without_the_loader_such_files_are_nothing(void **state) {
  (void)state;
  registry_set_loader(NULL);
  assert_false(registry_takes("x.lua"));
  assert_true(registry_takes("x.so"));
  plugins_in_lua();
  assert_true(registry_takes("x.lua"));
  assert_false(registry_takes(".lua"));
}

static void what_a_unit_declares_is_what_the_registry_shows(void **state) {
  (void)state;
  write_file("x.lua",
             HEAD "return { vendor = 'v', version = '2.1', license = 'MIT', plugin.reward { " NAMED WHOLE
                  ", behaviour = 3, state_version = 4, params = {\n"
                  "{ key = 'n', type = 'int', default = 1, range = { 0, 2 }, help = 'whole', unit = 'steps' },\n"
                  "{ key = 'x', type = 'float', default = .5, range = { 0, 1 }, help = 'part' }, { key = 'f', type = "
                  "'flag', default = true, help = 'whether' },\n"
                  "{ key = 'c', type = 'choice', choices = { 'a', 'b' }, default = 'b', help = 'which' }, { key = 't', "
                  "type = 'text', default = 'so', help = 'what' } } } }");
  registry *r = open_file("x.lua");
  const plugin *p = unit_of(r, "x");
  const baud_unit *u = p->unit;
  assert_string_equal(p->library->vendor, "v");
  assert_string_equal(p->library->version, "2.1");
  assert_string_equal(p->library->license, "MIT");
  assert_int_equal(u->role, BAUD_REWARD);
  assert_int_equal(u->behaviour, 3);
  assert_int_equal(u->state_version, 4);
  assert_int_equal(u->n_params, 5);
  assert_string_equal(u->params[0].key, "n");
  assert_string_equal(u->params[0].unit, "steps");
  assert_string_equal(u->params[0].doc, "whole");
  assert_int_equal(u->params[0].flags, 0);
  assert_int_equal(u->params[0].def.i, 1);
  assert_int_equal(u->params[0].high.i, 2);
  assert_true(u->params[1].def.f == 0.5 && u->params[1].high.f == 1.0);
  assert_int_equal(u->params[2].def.i, 1);
  assert_int_equal(u->params[3].def.i, 1);
  assert_int_equal(u->params[3].n_choices, 2);
  assert_string_equal(u->params[3].choices[1], "b");
  assert_string_equal(u->params[4].def.s, "so");
  assert_null(u->extension("baud.quiz/1"));
  registry_free(r);
}

/* So many units have a create of their own, and those of a registry that is freed can be lent again. */
static void there_is_room_for_256_units_and_again_when_they_are_gone(void **state) {
  (void)state;
  for (int n = 256; n <= 257; n++) {
    char text[400];
    snprintf(
        text, sizeof text,
        HEAD
        "local all = {}\nfor i = 1, %d do all[i] = plugin.reward { id = 'test.x' .. i, title = 'x', doc = 'x', " WHOLE
        " } end\nreturn all",
        n);
    write_file("x.lua", text);
    registry *r = open_file("x.lua");
    int found = 0;
    const char *reason = "";
    for (size_t i = 0; i < registry_count(r); i++) {
      const plugin *p = registry_at(r, i);
      if (strcmp(p->path, path_of("x.lua")) != 0) continue;
      found += p->unit != NULL;
      if (p->reason) reason = p->reason;
    }
    assert_int_equal(found, n == 256 ? 256 : 0);
    if (n == 257) assert_non_null(strstr(reason, "more than 256 units in Lua are in use at once"));
    registry_free(r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_broken_file_is_listed_with_its_reason),
      cmocka_unit_test(a_file_that_others_may_write_to_is_refused_unread),
      cmocka_unit_test(without_the_loader_such_files_are_nothing),
      cmocka_unit_test(what_a_unit_declares_is_what_the_registry_shows),
      cmocka_unit_test(there_is_room_for_256_units_and_again_when_they_are_gone),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
