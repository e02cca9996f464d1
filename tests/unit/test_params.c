/* test_params.c - parameters out of JSON and back: every type, each sentence of refusal word for word, defaults, and
 * the canonical text by which equal configurations are known.
 *
 * The round trips draw fixed seeds: they check identities, so nothing can fail by chance.
 */
#include "test.h"

#include <locale.h>

#include "baud/random.h"
#include "params.h"

static const char *const colours[] = {"red", "green \"two\"", "blue"};
/* Not in alphabetical order, so that sorting shows. */
static const baud_param table[] = {
    BAUD_PARAM_FLOAT("rate", 0.1, 0.0, 2.5, "", "how fast"),
    BAUD_PARAM_INT("arms", 10, 1, 1000, "arms", "how many"),
    BAUD_PARAM_FLAG("loud", 1, "says so"),
    BAUD_PARAM_CHOICE("colour", 2, colours, 3, "which"),
    BAUD_PARAM_TEXT("actions", "0 1", "what to play"),
    BAUD_PARAM_INT("wide", -5, INT64_MIN, INT64_MAX, "", "anything whole"),
    BAUD_PARAM_FLOAT("any", -0.25, -1e308, 1e308, "", "any number"),
};
enum { RATE, ARMS, LOUD, COLOUR, ACTIONS, WIDE, ANY, N };
static const baud_unit unit = {.size = BAUD_SIZE(baud_unit), .role = BAUD_LEARNER, .behaviour = 1,
                               .id = "org.example.painter",
                               .title = "t", .doc = "d", .params = table, .n_params = N};

/* Reads `json` into `values`; texts live until the next call. */
static int read_json(const char *json, baud_value values[N], baud_error *error) {
  static cJSON *last;
  cJSON_Delete(last);
  last = cJSON_Parse(json);
  assert_non_null(last);
  return params_read(&unit, last, values, error);
}

static void check_defaults(const baud_value *v) {
  assert_true(v[RATE].f == 0.1);
  assert_int_equal(v[ARMS].i, 10);
  assert_int_equal(v[LOUD].i, 1);
  assert_int_equal(v[COLOUR].i, 2);
  assert_string_equal(v[ACTIONS].s, "0 1");
  assert_int_equal(v[WIDE].i, -5);
  assert_true(v[ANY].f == -0.25);
}

static void what_is_not_given_has_its_default(void **state) {
  static const char *const nothings[] = {"{}", "null", "[]"};
  (void)state;
  baud_value v[N];
  baud_error error = {0};
  memset(v, 0xff, sizeof v);
  assert_int_equal(params_read(&unit, NULL, v, &error), 0);
  check_defaults(v);
  for (size_t i = 0; i < 3; i++) {
    memset(v, 0xff, sizeof v);
    assert_int_equal(read_json(nothings[i], v, &error), 0);
    check_defaults(v);
  }
  assert_int_equal(read_json("{\"arms\":3}", v, &error), 0);
  assert_int_equal(v[ARMS].i, 3);
  v[ARMS].i = 10;
  check_defaults(v); /* and the others are left at theirs */
}

static void every_type_is_read(void **state) {
  (void)state;
  baud_value v[N];
  baud_error error = {0};
  assert_int_equal(read_json("{\"rate\":2.5,\"arms\":1000,\"loud\":false,\"colour\":\"green \\\"two\\\"\","
                             "\"actions\":\"\","
                             "\"wide\":-9007199254740992,\"any\":1e-300}", v, &error), 0);
  assert_true(v[RATE].f == 2.5);
  assert_int_equal(v[ARMS].i, 1000);
  assert_int_equal(v[LOUD].i, 0);
  assert_int_equal(v[COLOUR].i, 1);
  assert_string_equal(v[ACTIONS].s, "");
  assert_int_equal(v[WIDE].i, -9007199254740992);
  assert_true(v[ANY].f == 1e-300);
}

static void bounds_belong_to_the_range(void **state) {
  static const char *const fitting[] = {"{\"arms\":1}", "{\"arms\":1000}", "{\"arms\":1e3}", "{\"rate\":0}",
                                        "{\"rate\":2.5}",
                                        "{\"wide\":-9223372036854775808}", "{\"loud\":true}"};
  static const char *const beyond[] = {"{\"arms\":0}", "{\"arms\":1001}", "{\"rate\":-1e-9}", "{\"rate\":2.5000001}"};
  (void)state;
  baud_value v[N];
  baud_error error = {0};
  for (size_t i = 0; i < sizeof fitting / sizeof *fitting; i++)
    if (read_json(fitting[i], v, &error) != 0) fail_msg("%s: %s", fitting[i], error.text);
  for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
    if (read_json(beyond[i], v, &error) != BAUD_EARG) fail_msg("%s is accepted", beyond[i]);
}

/* 2^63 is the double nearest to the largest int64, and no int64. */
static void a_number_beyond_the_integers_is_refused_though_its_bound_rounds_to_it(void **state) {
  (void)state;
  baud_value v[N];
  baud_error error = {0};
  assert_int_equal(read_json("{\"wide\":9223372036854775807}", v, &error), BAUD_EARG);
  assert_int_equal(read_json("{\"wide\":1e300}", v, &error), BAUD_EARG);
  assert_int_equal(read_json("{\"wide\":9223372036854774784}", v, &error), 0);
  assert_int_equal(v[WIDE].i, 9223372036854774784);
}

static void each_refusal_says_what_is_wrong_and_what_would_be_right(void **state) {
  static const struct { const char *json, *sentence; } cases[] = {
      {"{\"ratte\":1}", "learner \"painter\" has no parameter \"ratte\" (did you mean \"rate\"?)"},
      {"{\"temperature\":1}", "learner \"painter\" has no parameter \"temperature\" (baud plugins painter lists them)"},
      {"{\"arms\":2.5}", "learner \"painter\": parameter \"arms\" is 2.5; it takes a whole number from 1 to 1000"},
      {"{\"arms\":0}", "learner \"painter\": parameter \"arms\" is 0; it takes a whole number from 1 to 1000"},
      {"{\"arms\":\"3\"}", "learner \"painter\": parameter \"arms\" is \"3\"; it takes a whole number from 1 to 1000"},
      {"{\"arms\":true}", "learner \"painter\": parameter \"arms\" is true; it takes a whole number from 1 to 1000"},
      {"{\"arms\":null}", "learner \"painter\": parameter \"arms\" is null; it takes a whole number from 1 to 1000"},
      {"{\"rate\":3}", "learner \"painter\": parameter \"rate\" is 3; it takes a number from 0 to 2.5"},
      {"{\"rate\":[1]}", "learner \"painter\": parameter \"rate\" is [1]; it takes a number from 0 to 2.5"},
      {"{\"any\":1e999}", "learner \"painter\": parameter \"any\" is null; it takes a number from -1e+308 to 1e+308"},
      {"{\"loud\":1}", "learner \"painter\": parameter \"loud\" is 1; it takes true or false"},
      {"{\"colour\":\"pink\"}",
       "learner \"painter\": parameter \"colour\" is \"pink\"; it takes one of \"red\", \"green \"two\"\", \"blue\""},
      {"{\"colour\":1}",
       "learner \"painter\": parameter \"colour\" is 1; it takes one of \"red\", \"green \"two\"\", \"blue\""},
      {"{\"actions\":7}", "learner \"painter\": parameter \"actions\" is 7; it takes a text"},
      {"[1,2]", "learner \"painter\": parameters go by name, not by position"},
      {"7", "learner \"painter\": parameters go by name, not by position"},
      {"\"arms\"", "learner \"painter\": parameters go by name, not by position"},
      {"true", "learner \"painter\": parameters go by name, not by position"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    baud_value v[N];
    baud_error error = {0};
    assert_int_equal(read_json(cases[i].json, v, &error), BAUD_EARG);
    assert_int_equal(error.code, BAUD_EARG);
    assert_string_equal(error.text, cases[i].sentence);
  }
}

static void a_refusal_shows_only_the_beginning_of_what_is_long(void **state) {
  char json[3000] = "{\"arms\":\"";
  (void)state;
  baud_value v[N];
  baud_error error = {0};
  memset(json + strlen(json), 'x', 2500);
  strcpy(json + 2509, "\"}");
  assert_int_equal(read_json(json, v, &error), BAUD_EARG);
  assert_true(strlen(error.text) < 250);
  assert_non_null(strstr(error.text, "it takes a whole number from 1 to 1000"));
}

/* ---- Writing -------------------------------------------------------------------------------------------- */

static void check_canonical(const char *json, const char *wanted) {
  cJSON *item = cJSON_Parse(json);
  assert_non_null(item);
  char *text = json_canonical(item);
  cJSON_Delete(item);
  assert_non_null(text);
  if (strcmp(text, wanted) != 0) fail_msg("%s\nis written  %s\nand not     %s", json, text, wanted);
  free(text);
}

static void every_parameter_is_written_and_the_keys_are_sorted(void **state) {
  (void)state;
  baud_value v[N];
  baud_error error = {0};
  assert_int_equal(read_json("{\"loud\":false,\"colour\":\"red\"}", v, &error), 0);
  cJSON *object = params_write(&unit, v);
  char *text = json_canonical(object), *as_written = cJSON_PrintUnformatted(object);
  assert_string_equal(text, "{\"actions\":\"0 1\",\"any\":-0.25,\"arms\":10,"
                            "\"colour\":\"red\",\"loud\":false,\"rate\":0.1,\"wide\":-5}");
  assert_string_equal(as_written, text); /* sorted before json_canonical sorts */
  free(text);
  cJSON_free(as_written);
  cJSON_Delete(object);
}

static void canonical_text_sorts_keys_at_every_depth_and_drops_white_space(void **state) {
  (void)state;
  check_canonical(" { \"b\" : [ 1 , { \"z\":1, \"a\":2 } ] , \"a\" : { \"d\":null, \"c\":true, \"cc\":false } } ",
                  "{\"a\":{\"c\":true,\"cc\":false,\"d\":null},\"b\":[1,{\"a\":2,\"z\":1}]}");
  check_canonical("{}", "{}");
  check_canonical("[]", "[]");
  check_canonical("[3,1,2]", "[3,1,2]"); /* an array's order is its meaning */
  check_canonical("{\"B\":1,\"a\":2,\"\":3,\"\xc3\xa4\":4}", "{\"\":3,\"B\":1,\"a\":2,\"\xc3\xa4\":4}");
}

static void numbers_are_written_in_one_way(void **state) {
  (void)state;
  check_canonical("[-0, 0.0, -0.0e5, 1.0, 1e2, 100, -3.50]", "[0,0,0,1,100,100,-3.5]");
  check_canonical("[0.1, 0.30000000000000004, 0.3, 1e-7]", "[0.1,0.30000000000000004,0.3,1e-07]");
  check_canonical("[123456789012345, 9007199254740993]", "[123456789012345,9007199254740992]");
  check_canonical("[1e15, 1e300, 5e-324, 1.7976931348623157e308]", "[1e+15,1e+300,5e-324,1.7976931348623157e+308]");
}

static void what_json_cannot_say_is_null(void **state) {
  (void)state;
  check_canonical("[1e999, -1e999]", "[null,null]");
}

static void strings_are_escaped_where_json_demands_it_and_nowhere_else(void **state) {
  (void)state;
  check_canonical("\"a\\\"b\\\\c\\/d\"", "\"a\\\"b\\\\c/d\"");
  check_canonical("\"\\n\\t\\u0001\\u001f \\u007f\"", "\"\\u000a\\u0009\\u0001\\u001f \x7f\"");
  check_canonical("\"\\u00e9 \xe2\x82\xac\"", "\"\xc3\xa9 \xe2\x82\xac\"");
  check_canonical("{\"k\\\"\\n\":1}", "{\"k\\\"\\u000a\":1}");
}

static void the_locale_has_no_say_in_numbers(void **state) {
  static const char *const with_comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8", "pl_PL.UTF-8"};
  (void)state;
  const char *found = NULL;
  for (size_t i = 0; i < sizeof with_comma / sizeof *with_comma && !found; i++)
    found = setlocale(LC_NUMERIC, with_comma[i]);
  if (!found) skip(); /* none installed here */
  cJSON *item = cJSON_CreateNumber(2.5);
  char *text = json_canonical(item);
  setlocale(LC_NUMERIC, "C");
  assert_string_equal(text, "2.5");
  free(text);
  cJSON_Delete(item);
}

/* Doubles of all magnitudes: random bits, those that are finite. */
static double any_double(uint64_t *random) {
  for (;;) {
    uint64_t bits = baud_random(random);
    double x;
    memcpy(&x, &bits, sizeof x);
    if (isfinite(x)) return baud_below(random, 2) ? x : (double)(int64_t)baud_below(random, 2000) / 1000.0;
  }
}

static int significant_digits(const char *text) {
  int digits = 0, zeros = 0;
  for (; *text && *text != 'e'; text++) {
    if (*text < '0' || *text > '9') continue;
    if (*text != '0') digits += zeros + 1, zeros = 0;
    else if (digits) zeros++;
  }
  return digits;
}

static void a_number_reads_back_the_same_and_no_shorter_one_does(void **state) {
  (void)state;
  uint64_t random = 1;
  for (int i = 0; i < 20000; i++) {
    double x = any_double(&random);
    cJSON item = {.type = cJSON_Number, .valuedouble = x};
    char *text = json_canonical(&item), shorter[400];
    assert_true(strtod(text, NULL) == x);
    int digits = significant_digits(text);
    if (digits > 1 && fabs(x) >= 0x1p-1022) {
      snprintf(shorter, sizeof shorter, "%.*g", digits - 1, x);
      if (strtod(shorter, NULL) == x) fail_msg("%s for %s", text, shorter);
    }
    free(text);
  }
}

static void random_values(uint64_t *random, baud_value v[N], char text[40]) {
  for (int i = 0; i < N; i++) v[i] = table[i].def;
  v[RATE].f = baud_uniform(random) * 2.5;
  v[ARMS].i = 1 + baud_below(random, 1000);
  v[LOUD].i = baud_below(random, 2);
  v[COLOUR].i = baud_below(random, 3);
  v[WIDE].i = (int64_t)(baud_random(random) >> 11) - ((int64_t)1 << 52);
  do v[ANY].f = any_double(random);
  while (fabs(v[ANY].f) > 1e308);
  uint32_t length = baud_below(random, 40);
  for (uint32_t k = 0; k < length; k++) text[k] = (char)(1 + baud_below(random, 127));
  text[length] = 0;
  v[ACTIONS].s = text;
}

/* Values, object, text, object, values: nothing is lost on the way, and the second text is the first. */
static void values_survive_being_written_and_read(void **state) {
  (void)state;
  uint64_t random = 2;
  for (int i = 0; i < 3000; i++) {
    baud_value v[N], back[N];
    baud_error error = {0};
    char text[40];
    random_values(&random, v, text);
    cJSON *object = params_write(&unit, v);
    char *json = json_canonical(object);
    cJSON *parsed = cJSON_Parse(json);
    assert_non_null(parsed);
    if (params_read(&unit, parsed, back, &error) != 0) fail_msg("%s: %s", json, error.text);
    for (int k = 0; k < N; k++) {
      assert_int_equal(back[k].i, v[k].i);
      assert_true(back[k].f == v[k].f);
      if (k == ACTIONS) assert_string_equal(back[k].s, v[k].s);
    }
    cJSON *again = params_write(&unit, back);
    char *json_again = json_canonical(again);
    assert_string_equal(json_again, json);
    free(json);
    free(json_again);
    cJSON_Delete(object);
    cJSON_Delete(parsed);
    cJSON_Delete(again);
  }
}

/* A parameter that is a unit: its text is canonical, at every depth, and comes out as the object that it was. */
static void a_unit_is_read_as_its_canonical_text(void **state) {
  (void)state;
  static const baud_param inner[] = {BAUD_PARAM_UNIT("env", "", BAUD_ENV, "lived in"),
                                     BAUD_PARAM_UNIT("reward", "{\"id\":\"baud.dense\"}", BAUD_REWARD, "paid by")};
  static const baud_unit around = {.size = BAUD_SIZE(baud_unit), .role = BAUD_ENV, .behaviour = 1, .id = "org.example.around",
                                   .title = "t", .doc = "d", .params = inner, .n_params = 2};
  static const char text[] = "{\"id\":\"org.example.around\",\"params\":{\"env\":{\"id\":\"org.example.x\",\"params\":{\"a\":1,\"b\":\"\\\"\"}}}}";
  baud_value v[2];
  baud_error error = {0};
  cJSON *given = cJSON_Parse("{\"env\": {\"params\": {\"env\": {\"params\": {\"b\": \"\\\"\", \"a\": 1}, \"id\": \"org.example.x\"}},"
                             " \"id\": \"org.example.around\"}}");
  assert_int_equal(params_read(&around, given, v, &error), 0);
  assert_string_equal(v[0].s, text);
  assert_string_equal(v[1].s, "{\"id\":\"baud.dense\"}");
  cJSON *written = params_write(&around, v);
  char *all = json_canonical(written), wanted[300];
  snprintf(wanted, sizeof wanted, "{\"env\":%s,\"reward\":{\"id\":\"baud.dense\"}}", text);
  assert_string_equal(all, wanted);
  free(all);
  cJSON_Delete(written);
  cJSON_Delete(given);
  static const char *const others[] = {"{\"env\":\"lockbox\"}", "{\"env\":{}}", "{\"env\":{\"id\":3}}", "{\"env\":[]}"};
  for (size_t i = 0; i < 4; i++) {
    given = cJSON_Parse(others[i]);
    assert_int_equal(params_read(&around, given, v, &error), BAUD_EARG);
    assert_non_null(strstr(error.text, "it takes a unit, baud.env \"name\" { ... }"));
    cJSON_Delete(given);
  }
  given = cJSON_Parse("{\"env\":null}");
  assert_int_equal(params_read(&around, given, v, &error), 0);
  assert_string_equal(v[0].s, "");
  cJSON_Delete(given);
}

static void types_have_names(void **state) {
  (void)state;
  assert_string_equal(param_type_name(BAUD_INT), "int");
  assert_string_equal(param_type_name(BAUD_FLOAT), "float");
  assert_string_equal(param_type_name(BAUD_FLAG), "flag");
  assert_string_equal(param_type_name(BAUD_CHOICE), "choice");
  assert_string_equal(param_type_name(BAUD_TEXT), "text");
  assert_string_equal(param_type_name(BAUD_UNIT), "unit");
  assert_string_equal(param_type_name(99), "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_given_has_its_default),
      cmocka_unit_test(every_type_is_read),
      cmocka_unit_test(bounds_belong_to_the_range),
      cmocka_unit_test(a_number_beyond_the_integers_is_refused_though_its_bound_rounds_to_it),
      cmocka_unit_test(each_refusal_says_what_is_wrong_and_what_would_be_right),
      cmocka_unit_test(a_refusal_shows_only_the_beginning_of_what_is_long),
      cmocka_unit_test(every_parameter_is_written_and_the_keys_are_sorted),
      cmocka_unit_test(canonical_text_sorts_keys_at_every_depth_and_drops_white_space),
      cmocka_unit_test(numbers_are_written_in_one_way),
      cmocka_unit_test(what_json_cannot_say_is_null),
      cmocka_unit_test(strings_are_escaped_where_json_demands_it_and_nowhere_else),
      cmocka_unit_test(the_locale_has_no_say_in_numbers),
      cmocka_unit_test(a_number_reads_back_the_same_and_no_shorter_one_does),
      cmocka_unit_test(values_survive_being_written_and_read),
      cmocka_unit_test(a_unit_is_read_as_its_canonical_text),
      cmocka_unit_test(types_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
