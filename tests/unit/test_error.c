/* test_error.c - the error convention: what a sentence keeps when it is too long, where the place goes, and which
 * names are close enough to be a slip of the finger.
 */
#include "test.h"

#include "error.h"

enum { ROOM = sizeof((baud_error *)0)->text };

static void setting_returns_the_code_and_keeps_the_sentence(void **state) {
  (void)state;
  baud_error error = {0};
  assert_int_equal(error_set(&error, BAUD_EARG, "no %s \"%s\", %d times", "learner", "x", 3), BAUD_EARG);
  assert_int_equal(error.code, BAUD_EARG);
  assert_string_equal(error.text, "no learner \"x\", 3 times");
  assert_int_equal(error_set(&error, BAUD_EIO, "the second replaces the first"), BAUD_EIO);
  assert_int_equal(error.code, BAUD_EIO);
  assert_string_equal(error.text, "the second replaces the first");
}

static void nobody_has_to_listen(void **state) {
  (void)state;
  assert_int_equal(error_set(NULL, BAUD_ENOTFOUND, "%s", "lost"), BAUD_ENOTFOUND);
  assert_true(error_at(NULL, "here") < 0);
}

/* The struct lies between two guards, so that a write beyond its end shows without a sanitizer. */
static void a_sentence_that_is_too_long_is_cut_and_still_ends(void **state) {
  (void)state;
  struct {
    baud_error error;
    char guard[64];
  } box;
  char longest[3 * ROOM];
  memset(&box, 0x5a, sizeof box);
  memset(longest, 'x', sizeof longest);
  longest[sizeof longest - 1] = 0;
  assert_int_equal(error_set(&box.error, BAUD_EBUG, "begin %s", longest), BAUD_EBUG);
  assert_int_equal(strlen(box.error.text), ROOM - 1);
  assert_memory_equal(box.error.text, "begin xxx", 9);
  for (size_t i = 0; i < sizeof box.guard; i++) assert_int_equal(box.guard[i], 0x5a);
}

static void a_place_goes_in_front_and_the_code_stays(void **state) {
  (void)state;
  baud_error error = {0};
  error_set(&error, BAUD_ENOTFOUND, "no such file");
  assert_int_equal(error_at(&error, "%s:%d", "one_bit.lua", 12), BAUD_ENOTFOUND);
  assert_string_equal(error.text, "one_bit.lua:12: no such file");
  assert_int_equal(error_at(&error, "run 7"), BAUD_ENOTFOUND);
  assert_string_equal(error.text, "run 7: one_bit.lua:12: no such file");
}

static void a_long_place_cannot_push_the_sentence_out(void **state) {
  (void)state;
  char place[2 * ROOM];
  baud_error error = {0};
  memset(place, 'p', sizeof place);
  place[sizeof place - 1] = 0;
  error_set(&error, BAUD_EARG, "the sentence itself");
  assert_int_equal(error_at(&error, "%s", place), BAUD_EARG);
  assert_true(strlen(error.text) < ROOM);
  const char *after = strstr(error.text, ": the sentence itself");
  assert_non_null(after);
  assert_string_equal(after, ": the sentence itself");
  assert_int_equal(error.text[0], 'p');
}

static void a_long_sentence_keeps_its_beginning_behind_a_place(void **state) {
  (void)state;
  struct {
    baud_error error;
    char guard[64];
  } box;
  char sentence[2 * ROOM];
  memset(&box, 0x5a, sizeof box);
  memset(sentence, 's', sizeof sentence);
  sentence[sizeof sentence - 1] = 0;
  error_set(&box.error, BAUD_EARG, "%s", sentence);
  for (int i = 0; i < 3; i++) {
    error_at(&box.error, "place %d", i);
    assert_true(strlen(box.error.text) < ROOM);
  }
  assert_memory_equal(box.error.text, "place 2: place 1: place 0: sss", 30);
  assert_true(strlen(box.error.text) > ROOM / 2);
  for (size_t i = 0; i < sizeof box.guard; i++) assert_int_equal(box.guard[i], 0x5a);
}

/* ---- Closest names -------------------------------------------------------------------------------------- */

static const char *const names[] = {"lockbox", "reinforce", "lr", "episodes", "epsilon_greedy", "dyna_q", "random",
                                    "n"};
enum { NAMES = sizeof names / sizeof *names };

static void slips_of_the_finger_are_found(void **state) {
  static const struct { const char *typed, *meant; } slips[] = {
      {"lockbox", "lockbox"},                                                  /* itself */
      {"lokbox", "lockbox"},          {"lockboxx", "lockbox"},                 /* one letter less, one more */
      {"lockbax", "lockbox"},         {"lcokbox", "lockbox"},                  /* another letter, two swapped */
      {"reinfroce", "reinforce"},     {"reenforse", "reinforce"},              /* two slips in a longer name */
      {"lrr", "lr"},                  {"rl", "lr"},
      {"episode", "episodes"},        {"epsilon-greedy", "epsilon_greedy"},
      {"dynaq", "dyna_q"},            {"randmo", "random"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
    const char *found = error_closest(slips[i].typed, names, NAMES);
    if (!found || strcmp(found, slips[i].meant) != 0)
      fail_msg("\"%s\": wanted \"%s\", got \"%s\"", slips[i].typed, slips[i].meant, found ? found : "(none)");
  }
}

static void strangers_are_not(void **state) {
  static const char *const strangers[] = {"", "q", "xy", "maze", "thompson", "gradient", "boxlock", "rate", "sodesipe",
                                          "rxnzyw"};
  (void)state;
  for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
    const char *found = error_closest(strangers[i], names, NAMES);
    if (found) fail_msg("\"%s\" is taken for \"%s\"", strangers[i], found);
  }
}

static void the_closest_of_several_is_meant_and_the_first_of_equals(void **state) {
  static const char *const near[] = {"steps", "stops", "stop"};
  (void)state;
  assert_string_equal(error_closest("stop", near, 3), "stop");
  assert_string_equal(error_closest("stopz", near, 3), "stops");
  assert_string_equal(error_closest("stips", near, 3), "steps");
  assert_null(error_closest("stop", near, 0));
}

static void names_too_long_to_compare_are_strangers_to_all(void **state) {
  char endless[400];
  const char *const list[] = {"lockbox", endless};
  (void)state;
  memset(endless, 'a', sizeof endless);
  endless[sizeof endless - 1] = 0;
  for (size_t length = 60; length < sizeof endless - 1; length += 10) {
    char typed[400];
    memset(typed, 'b', sizeof typed);
    typed[length] = 0;
    assert_null(error_closest(typed, list, 2));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(setting_returns_the_code_and_keeps_the_sentence),
      cmocka_unit_test(nobody_has_to_listen),
      cmocka_unit_test(a_sentence_that_is_too_long_is_cut_and_still_ends),
      cmocka_unit_test(a_place_goes_in_front_and_the_code_stays),
      cmocka_unit_test(a_long_place_cannot_push_the_sentence_out),
      cmocka_unit_test(a_long_sentence_keeps_its_beginning_behind_a_place),
      cmocka_unit_test(slips_of_the_finger_are_found),
      cmocka_unit_test(strangers_are_not),
      cmocka_unit_test(the_closest_of_several_is_meant_and_the_first_of_equals),
      cmocka_unit_test(names_too_long_to_compare_are_strangers_to_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
