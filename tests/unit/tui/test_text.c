/* test_text.c - decoding, cleaning, cutting and numbers of tui/text.c. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tui/text.h"

static const char *elided(const char *s, int cells) {
  static char out[200];
  text_elide(out, sizeof out, s, cells);
  return out;
}

static void control_characters_and_broken_utf8_become_question_marks(void **state) {
  (void)state;
  assert_string_equal(elided("a\033[31mb", 20), "a?[31mb");
  assert_string_equal(elided("\x80\xff\xc3", 20), "???");
  assert_string_equal(elided("\xed\xa0\x80", 20), "?"); /* a surrogate */
  assert_string_equal(elided("\xc0\xaf", 20), "??");    /* overlong */
  assert_string_equal(elided("a\tb\nc\r", 20), "a b c ");
  assert_string_equal(elided("\xc2\x9b" "31m", 20), "?31m"); /* the one-byte control sequence introducer */
}

static void what_turns_text_around_is_dropped(void **state) {
  (void)state;
  assert_string_equal(elided("ab\xe2\x80\xae" "cd\xe2\x80\x8b", 20), "abcd");
}

static void wide_characters_count_two_cells_and_are_never_halved(void **state) {
  (void)state;
  assert_int_equal(text_width("\xe6\xbc\xa2\xe5\xad\x97"), 4);
  for (int cells = 0; cells < 12; cells++) {
    char out[100];
    text_elide(out, sizeof out, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", cells);
    assert_true(text_width(out) <= cells);
  }
}

static void the_middle_gives_way(void **state) {
  (void)state;
  assert_string_equal(elided("lockbox codes=64 / reinforce lr=1", 15), "lockbox\xe2\x80\xa6" "ce lr=1");
  assert_int_equal(text_width(elided("lockbox codes=64 / reinforce lr=1", 15)), 15);
  assert_string_equal(elided("abc", 3), "abc");
  assert_string_equal(elided("abc", 0), "");
}

static void text_never_writes_past_its_room(void **state) {
  (void)state;
  static char line[10001];
  memset(line, 'x', sizeof line - 1);
  char out[9] = "";
  memset(out, 'Z', sizeof out);
  text_elide(out, 8, line, 5000);
  assert_true(strlen(out) < 8);
  assert_int_equal(out[8], 'Z');
}

static void numbers_keep_to_their_cells_and_nothing_reads_as_zero_that_is_not(void **state) {
  (void)state;
  static const double values[] = {0,     1,     -1,  0.0808, 0.000266, 9.999, 27.04, 144,
                                  99.96, 12345, 1e7, -1e7,   1e30,     1e-30, -0.5,  9999.96};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    char out[40];
    text_number(out, sizeof out, values[i], 6);
    assert_true(strlen(out) <= 6);
    double read;
    assert_int_equal(sscanf(out, "%lf", &read), 1);
    assert_true((values[i] == 0) == (read == 0));
    assert_true(fabs(read - values[i]) <= 0.051 * fabs(values[i]));
  }
}

static void unmeasured_is_a_dash(void **state) {
  (void)state;
  char out[20];
  text_number(out, sizeof out, NAN, 6);
  assert_string_equal(out, "-");
  text_number(out, sizeof out, INFINITY, 6);
  assert_string_equal(out, "inf");
}

static void durations_take_four_or_five_cells(void **state) {
  (void)state;
  static const struct { double seconds; const char *text; } cases[] = {
      {0, "0s"},        {59, "59s"},      {60, "1m00"}, {545, "9m05"}, {11520, "3h12"},
      {187200, "2d04"}, {1e9, "99d+"}, {NAN, "-"},   {-1, "-"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char out[20];
    text_duration(out, sizeof out, cases[i].seconds);
    assert_string_equal(out, cases[i].text);
  }
}

static void thousands_are_grouped(void **state) {
  (void)state;
  char out[40];
  text_thousands(out, sizeof out, 100412);
  assert_string_equal(out, "100,412");
  text_thousands(out, sizeof out, UINT64_MAX);
  assert_string_equal(out, "18,446,744,073,709,551,615");
}

int main(void) {
  setlocale(LC_ALL, "C.UTF-8");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(control_characters_and_broken_utf8_become_question_marks),
      cmocka_unit_test(what_turns_text_around_is_dropped),
      cmocka_unit_test(wide_characters_count_two_cells_and_are_never_halved),
      cmocka_unit_test(the_middle_gives_way),
      cmocka_unit_test(text_never_writes_past_its_room),
      cmocka_unit_test(numbers_keep_to_their_cells_and_nothing_reads_as_zero_that_is_not),
      cmocka_unit_test(unmeasured_is_a_dash),
      cmocka_unit_test(durations_take_four_or_five_cells),
      cmocka_unit_test(thousands_are_grouped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
