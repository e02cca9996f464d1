/* Tests of plan.c: what a plan means, and that each way of being malformed is refused with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include "plan.h"

static const char whole[] =
    "{\"format\":1,\"name\":\"x\",\"doc\":\"d\",\"nodes\":[{\"name\":\"a\",\"kind\":\"train\"},{\"name\":\"b\","
    "\"kind\":\"evaluate\"}],"
    "\"configs\":[{\"node\":0,\"label\":\"p\",\"from\":-1,\"tags\":{\"z\":\"1\",\"a\":2},\"seeds\":[0,1,2],"
    "\"config\":{\"stop\":{\"episodes\":2000,\"steps\":0},\"env\":{\"id\":\"e\"}}},"
    "{\"node\":0,\"label\":\"q\",\"from\":-1,\"tags\":{},\"seeds\":[7],\"config\":{}},"
    "{\"node\":1,\"label\":\"r\",\"from\":0,\"tags\":{},\"seeds\":[2,1],\"config\":{\"mode\":\"evaluate\"}}],"
    "\"claims\":[\"c0\",\"c1\"]}";

static plan *parsed(const char *json) {
  baud_error error = {0};
  plan *p = NULL;
  if (plan_parse(&p, json, &error) != 0) fail_msg("%s", error.text);
  return p;
}

static void a_plan_is_read_whole(void **state) {
  (void)state;
  plan *p = parsed(whole);
  assert_string_equal(p->name, "x");
  assert_string_equal(p->doc, "d");
  assert_int_equal(p->n_nodes, 2);
  assert_string_equal(p->nodes[1].kind, "evaluate");
  assert_int_equal(p->n_configs, 3);
  assert_string_equal(p->configs[0].tags, "{\"a\":2,\"z\":\"1\"}");
  assert_string_equal(p->configs[0].json, "{\"env\":{\"id\":\"e\"},\"stop\":{\"episodes\":2000,\"steps\":0}}");
  assert_int_equal(p->configs[0].episodes, 2000);
  assert_int_equal(p->configs[1].episodes, 0);
  assert_int_equal(p->configs[2].from, 0);
  assert_int_equal(p->n_claims, 2);
  assert_string_equal(p->claims[1], "c1");
  plan_free(p);
}

static void trials_go_node_by_node_and_seed_by_seed_over_configurations(void **state) {
  (void)state;
  plan *p = parsed(whole);
  static const struct {
    uint32_t config;
    uint64_t seed;
    int32_t from;
  } expected[] = {{0, 0, -1}, {1, 7, -1}, {0, 1, -1}, {0, 2, -1}, {2, 2, 3}, {2, 1, 2}};
  assert_int_equal(p->n_trials, 6);
  for (uint32_t i = 0; i < 6; i++) {
    assert_int_equal(p->trials[i].config, expected[i].config);
    assert_int_equal(p->trials[i].seed, expected[i].seed);
    assert_int_equal(p->trials[i].from, expected[i].from);
  }
  plan_free(p);
}

static void a_printed_plan_reads_back_the_same(void **state) {
  (void)state;
  plan *p = parsed(whole);
  char *once = plan_print(p);
  plan *q = parsed(once);
  char *twice = plan_print(q);
  assert_string_equal(once, twice);
  assert_int_equal(p->n_trials, q->n_trials);
  for (uint32_t i = 0; i < p->n_trials; i++) assert_string_equal(p->trials[i].id, q->trials[i].id);
  plan_free(p);
  plan_free(q);
  free(once);
  free(twice);
}

/* JSON's numbers are doubles: all of their digits are needed, and all of a number that is a parameter. */
static void large_seeds_and_long_numbers_read_back_the_same(void **state) {
  (void)state;
  plan *p = parsed("{\"format\":1,\"name\":\"x\",\"nodes\":[{\"name\":\"a\",\"kind\":\"train\"}],\"configs\":[{\"node\":0,\"label\":\"p\","
                   "\"seeds\":[9007199254740991,9007199254740992,1000000000000001],\"config\":{\"lr\":0.30000000000000004}}]}");
  char *printed = plan_print(p);
  plan *again = parsed(printed);
  assert_int_equal(again->trials[0].seed, 9007199254740991);
  for (uint32_t i = 0; i < 3; i++) {
    assert_int_equal(again->trials[i].seed, p->trials[i].seed);
    assert_string_equal(again->trials[i].id, p->trials[i].id);
  }
  free(printed);
  plan_free(p);
  plan_free(again);
}

static void the_id_is_the_hash_of_configuration_newline_seed(void **state) {
  (void)state;
  char id[PLAN_ID_SIZE];
  static const char text[] = "{\"a\":1}\n42";
  char expected[PLAN_ID_SIZE];
  XXH128_canonical_t digest; /* big-endian, as xxh128sum prints it */
  XXH128_canonicalFromHash(&digest, XXH3_128bits(text, sizeof text - 1));
  for (int i = 0; i < 16; i++) snprintf(expected + 2 * (size_t)i, 3, "%02x", digest.digest[i]);
  plan_trial_id("{\"a\":1}", 42, id);
  assert_string_equal(id, expected);
  plan_trial_id("{\"a\":1}", 4, id);
  assert_string_not_equal(id, expected);
}

static void the_id_does_not_depend_on_spaces_or_the_order_of_keys(void **state) {
  (void)state;
  static const char *const form = "{\"format\":1,\"name\":\"x\",\"nodes\":[{\"name\":\"a\",\"kind\":\"train\"}],"
                                  "\"configs\":[{\"node\":0,\"label\":\"p\",\"seeds\":[0],"
                                  "\"config\":%s}]}";
  char one[400], other[400];
  snprintf(one, sizeof one, form, "{\"b\":{\"y\":0.1,\"x\":[1,2]},\"a\":true}");
  snprintf(other, sizeof other, form, "{ \"a\" : true,\n \"b\" : { \"x\" : [ 1.0, 2 ], \"y\" : 1e-1 } }");
  plan *p = parsed(one), *q = parsed(other);
  assert_string_equal(p->trials[0].id, q->trials[0].id);
  plan_free(p);
  plan_free(q);
}

/* The whole plan with its first `from` replaced by `to`. */
static char *changed(const char *from, const char *to) {
  const char *at = strstr(whole, from);
  if (!at) fail_msg("the plan has no %s", from);
  char *text = malloc(sizeof whole + strlen(to));
  sprintf(text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
  return text;
}

static void what_is_malformed_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *from, *to, *says;
  } cases[] = {
      {"{\"format\"", "{format", "line 1, column"},
      {"\"claims\"", "\n\n  claims", "line 3, column"},
      {"\"format\":1", "\"format\":2", "\"format\""},
      {"\"name\":\"x\"", "\"name\":1", "\"name\""},
      {"\"doc\":\"d\"", "\"doc\":[]", "\"doc\""},
      {"\"kind\":\"train\"", "\"kind\":\"trian\"", "nodes[0] is of kind \"trian\""},
      {"{\"name\":\"b\",", "{", "nodes[1]"},
      {"\"label\":\"q\"", "\"label\":\"p\"", "label \"p\""},
      {"\"label\":\"q\"", "\"lable\":\"q\"", "configs[1] has no text \"label\""},
      {"\"node\":1", "\"node\":2", "configs[2].node"},
      {"\"node\":1", "\"node\":0.5", "configs[2].node"},
      {"\"from\":0", "\"from\":2", "configs[2].from"},
      {"\"node\":1", "\"node\":0", "earlier node"},
      {"\"seeds\":[2,1]", "\"seeds\":[2,3]", "seed 3"},
      {"\"seeds\":[7]", "\"seeds\":[]", "configs[1]"},
      {"\"seeds\":[0,1,2]", "\"seeds\":[0,1,-2]", "configs[0].seeds[2]"},
      {"\"seeds\":[0,1,2]", "\"seeds\":[0,1,0]", "seed 0 twice"},
      {"\"config\":{}", "\"config\":[]", "configs[1] has no object \"config\""},
      {"\"tags\":{}", "\"tags\":3", "configs[1].tags"},
      {"\"episodes\":2000", "\"episodes\":0.5", "episodes"},
      {"\"c1\"", "1", "claims[1]"},
      {"\"configs\"", "\"confgs\"", "\"configs\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    baud_error error = {0};
    plan *p = NULL;
    char *json = changed(cases[i].from, cases[i].to);
    if (plan_parse(&p, json, &error) == 0) fail_msg("%s was accepted", cases[i].to);
    assert_null(p);
    if (!strstr(error.text, cases[i].says)) fail_msg("\"%s\" does not say \"%s\"", error.text, cases[i].says);
    free(json);
  }
}

static void any_text_cut_short_is_refused(void **state) {
  (void)state;
  char text[sizeof whole];
  for (size_t n = 0; n + 1 < sizeof whole; n++) {
    plan *p = NULL;
    memcpy(text, whole, n);
    text[n] = 0;
    assert_int_equal(plan_parse(&p, text, NULL), BAUD_EARG);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plan_is_read_whole),
      cmocka_unit_test(trials_go_node_by_node_and_seed_by_seed_over_configurations),
      cmocka_unit_test(a_printed_plan_reads_back_the_same),
      cmocka_unit_test(large_seeds_and_long_numbers_read_back_the_same),
      cmocka_unit_test(the_id_is_the_hash_of_configuration_newline_seed),
      cmocka_unit_test(the_id_does_not_depend_on_spaces_or_the_order_of_keys),
      cmocka_unit_test(what_is_malformed_is_refused_with_its_place),
      cmocka_unit_test(any_text_cut_short_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
