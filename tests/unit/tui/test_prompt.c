/* test_prompt.c - one line being typed: editing, history, completion; and what a filter lets through. */
#define NCURSES_NOMACROS
#include <curses.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tui/prompt.h"
#include "tui/sieve.h"
#include "tui/text.h"

enum { TAB = 9, RETURN = 13, ESCAPE = 27, BACK = 127 };

static prompt p;
static history h;

static enum prompt_end press(int code) { return prompt_key(&p, code, &h, NULL, NULL); }

static void type(const char *text) {
  for (; *text; text++) assert_int_equal(press((unsigned char)*text), PROMPT_GOES_ON);
}

static void what_is_typed_stands_at_the_cursor(void **state) {
  (void)state;
  prompt_set(&p, "");
  type("bd");
  press(KEY_LEFT);
  type("c");
  press(KEY_HOME);
  type("a");
  assert_string_equal(p.text, "abcd");
  press(KEY_END);
  type("e");
  press(KEY_LEFT);
  press(BACK);
  press(KEY_DC);
  assert_string_equal(p.text, "abc");
  assert_int_equal(press(RETURN), PROMPT_TAKEN);
  assert_int_equal(press(ESCAPE), PROMPT_LEFT);
}

static void the_cursor_never_stands_within_a_character(void **state) {
  (void)state;
  prompt_set(&p, "");
  type("x\xc3\xa9\xe6\xbc\xa2y"); /* x, e acute, a wide one, y */
  assert_int_equal(prompt_cursor_cells(&p), 5);
  press(KEY_LEFT);
  press(KEY_LEFT);
  assert_int_equal(prompt_cursor_cells(&p), 2);
  press(BACK);
  assert_string_equal(p.text, "x\xe6\xbc\xa2y");
  press(KEY_RIGHT);
  press(BACK);
  assert_string_equal(p.text, "xy");
}

static void words_and_lines_go_at_one_stroke(void **state) {
  (void)state;
  prompt_set(&p, "change lr = 0.3");
  press(23);
  assert_string_equal(p.text, "change lr = ");
  press(21);
  assert_string_equal(p.text, "");
  assert_int_equal(press(BACK), PROMPT_LEFT); /* of nothing, the prompt itself goes */
}

static void no_line_is_too_long(void **state) {
  (void)state;
  prompt_set(&p, "");
  for (int i = 0; i < 2 * PROMPT_SIZE; i++) press('x');
  assert_int_equal(strlen(p.text), PROMPT_SIZE - 1);
  for (int i = 0; i < 4 * PROMPT_SIZE; i++) press(BACK);
  assert_string_equal(p.text, "");
}

static void lines_are_remembered_once_newest_last(void **state) {
  (void)state;
  history_clear(&h);
  history_add(&h, "pause");
  history_add(&h, "save a.txt");
  history_add(&h, "   ");
  history_add(&h, "pause");
  assert_int_equal(h.n, 2);
  prompt_set(&p, "half typ");
  press(KEY_UP);
  assert_string_equal(p.text, "pause");
  press(KEY_UP);
  press(KEY_UP);
  assert_string_equal(p.text, "save a.txt");
  press(KEY_DOWN);
  press(KEY_DOWN);
  assert_string_equal(p.text, "half typ");
  for (int i = 0; i < 3 * HISTORY_LINES; i++) {
    char line[20];
    snprintf(line, sizeof line, "line %d", i);
    history_add(&h, line);
  }
  assert_int_equal(h.n, HISTORY_LINES);
  assert_string_equal(h.line[h.n - 1], "line 299");
  history_clear(&h);
}

static int colours(void *owner, const char *text, size_t length, char out[COMPLETIONS][COMPLETION_SIZE], size_t *word) {
  static const char *const all[] = {"red", "rose", "green"};
  int n = 0;
  (void)owner;
  *word = 0;
  for (int i = 0; i < 3; i++)
    if (strncmp(all[i], text, length) == 0) strcpy(out[n++], all[i]);
  return n;
}

static void tab_goes_round_what_the_word_may_become(void **state) {
  (void)state;
  prompt_set(&p, "r!");
  press(KEY_LEFT);
  prompt_key(&p, TAB, NULL, colours, NULL);
  assert_string_equal(p.text, "red!");
  prompt_key(&p, TAB, NULL, colours, NULL);
  assert_string_equal(p.text, "rose!");
  prompt_key(&p, TAB, NULL, colours, NULL);
  assert_string_equal(p.text, "red!");
  prompt_key(&p, KEY_BTAB, NULL, colours, NULL);
  assert_string_equal(p.text, "rose!");
  type("s"); /* goes on from there */
  assert_string_equal(p.text, "roses!");
  prompt_set(&p, "blue");
  prompt_key(&p, TAB, NULL, colours, NULL);
  assert_string_equal(p.text, "blue");
}

static void a_filter_is_a_regex_and_may_be_inverted(void **state) {
  (void)state;
  sieve s = {.is_set = 0};
  char why[100];
  assert_true(sieve_passes(&s, "anything"));
  assert_int_equal(sieve_set(&s, "codes=(4|16) ", why, sizeof why), 0);
  assert_true(sieve_passes(&s, "lockbox CODES=16 / x") && !sieve_passes(&s, "lockbox codes=64 / x"));
  assert_int_equal(sieve_set(&s, "!codes", why, sizeof why), 0);
  assert_true(!sieve_passes(&s, "codes=1") && sieve_passes(&s, "maze"));
  assert_int_equal(sieve_set(&s, "a(b", why, sizeof why), -1);
  assert_true(why[0] && !sieve_passes(&s, "codes=1")); /* as it was */
  assert_int_equal(sieve_set(&s, "", why, sizeof why), 0);
  assert_true(sieve_passes(&s, "codes=1"));
  sieve_clear(&s);
}

int main(void) {
  setlocale(LC_ALL, "C.UTF-8");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_typed_stands_at_the_cursor),
      cmocka_unit_test(the_cursor_never_stands_within_a_character),
      cmocka_unit_test(words_and_lines_go_at_one_stroke),
      cmocka_unit_test(no_line_is_too_long),
      cmocka_unit_test(lines_are_remembered_once_newest_last),
      cmocka_unit_test(tab_goes_round_what_the_word_may_become),
      cmocka_unit_test(a_filter_is_a_regex_and_may_be_inverted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
