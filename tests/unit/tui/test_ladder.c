/* test_ladder.c - what a claim's figures say, read again, in cells and as SVG. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/ladder.h"

static const char *const figures =
    "outcome: 0.0144 [0.0129, 0.0159] an episode, 0.000262 [0.000235, 0.000288] a token; "
    "dense: 0.331 [0.306, 0.355] an episode, 0.00602 [0.00557, 0.00645] a token; "
    "ideal: 25 [20, 31] an episode, 0.0635 [0.0632, 0.0638] a token";

static ladder read(const char *text) {
  ladder l;
  assert_int_equal(ladder_read(&l, text), 1);
  return l;
}

/* ---- Reading -------------------------------------------------------------------------------------------- */

static void a_ladder_is_read_as_it_was_written(void **state) {
  (void)state;
  ladder l = read(figures);
  assert_int_equal(l.n_rows, 3);
  assert_int_equal(l.n_figures, 2);
  assert_string_equal(l.unit[0], "an episode");
  assert_string_equal(l.unit[1], "a token");
  assert_string_equal(l.row[0].name, "outcome");
  assert_string_equal(l.row[2].name, "ideal");
  assert_true(l.row[1].figure[0].value == 0.331 && l.row[1].figure[0].low == 0.306 && l.row[1].figure[0].high == 0.355);
  assert_true(l.row[2].figure[1].value == 0.0635);
  l = read("a: 1 [1, 1] bits; b: 1e-3 [-0.5, 2] bits");
  assert_int_equal(l.n_figures, 1);
}

static void what_is_no_ladder_is_not_taken_for_one(void **state) {
  (void)state;
  static const char *const texts[] = {
      "", "thinking=10 received in 32 3.25 [2.25, 4.25], = 3.5; thinking=100 received in 32 4.25 [3.25, 5.25], = 3.5",
      "absorbed 45.2 [43.0 47.1], received 87.1", "a: 1 [0.5, 2] bits", "a: 1 [0.5, 2] bits; ", "a: 1 [0.5, 2] bits; b",
      "a: 1 [0.5, 2] bits; b: 1 [0.5, 2] nats", "a: 1 [0.5, 2] bits; b: 1 [0.5, 2] bits, 1 [0.5, 2] bits",
      "a: 1 [0.5, 2] bits; b: nan [0.5, 2] bits", "a: 1 [0.5, inf] bits; b: 1 [0.5, 2] bits", "a: 0 [0, 0] bits; b: -1 [-2, 0] bits",
      "a: 1 (0.5, 2) bits; b: 1 [0.5, 2] bits", "a: 1 [1, 1] x, 1 [1, 1] y, 1 [1, 1] z; b: 1 [1, 1] x, 1 [1, 1] y, 1 [1, 1] z",
  };
  ladder l;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (ladder_read(&l, texts[i])) fail_msg("\"%s\" is no ladder", texts[i]);
  char cut[400];
  for (size_t n = 0; n < strlen(figures); n++) { /* cut anywhere, it never has a row that is not whole */
    snprintf(cut, sizeof cut, "%.*s", (int)n, figures);
    if (ladder_read(&l, cut)) assert_true(l.n_rows >= 2 && l.n_figures == 2 && l.row[l.n_rows - 1].figure[1].high > 0);
  }
  char many[4000] = "r0: 1 [1, 1] bits";
  for (int i = 1; i <= LADDER_ROWS; i++) snprintf(many + strlen(many), sizeof many - strlen(many), "; r%d: 1 [1, 1] bits", i);
  assert_int_equal(ladder_read(&l, many), 0);
}

static void its_axis_holds_all_and_one(void **state) {
  (void)state;
  static const char *const texts[] = {"a: 1e-9 [1e-12, 1e-8] b; c: 2 [1, 400] b", "a: 20 [11, 30] b; c: 90 [80, 95] b",
                                      "a: 0.02 [-3, 0.1] b; c: 0.5 [0.4, 0.6] b"};
  for (int i = 0; i < 3; i++) {
    ladder l = read(texts[i]);
    assert_true(l.axis.kind == AXIS_LOG && l.axis.low <= 1 && l.axis.high >= 1);
    for (int row = 0; row < l.n_rows; row++) {
      double share = axis_share(&l.axis, l.row[row].figure[0].value), top = axis_share(&l.axis, l.row[row].figure[0].high);
      assert_true(share >= -1e-9 && top <= 1 + 1e-9);
    }
  }
}

static void numbers_have_two_digits(void **state) {
  (void)state;
  static const struct { double value; const char *text; } numbers[] = {
      {3.49, "3.5"}, {0.00602, "0.0060"}, {0.0144, "0.014"}, {25, "25"}, {0.000262, "0.00026"}, {1.2e-7, "1.2e-07"}};
  char text[40];
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    ladder_number(text, sizeof text, numbers[i].value);
    assert_string_equal(text, numbers[i].text);
  }
}

/* ---- Cells ---------------------------------------------------------------------------------------------- */

/* The cell of the first `glyph` in a row; -1: none. */
static int find(const frame *f, int y, uint32_t glyph) {
  for (int x = 0; x < f->width; x++)
    if (f->cells[y * f->width + x].glyph == glyph) return x;
  return -1;
}

static frame drawn(const ladder *l, int width, int height, enum glyph_tier tier) {
  frame f = {.tier = tier};
  assert_int_equal(frame_resize(&f, width, height), 0);
  ladder_draw(&f, (rect){0, 0, width, height}, l);
  return f;
}

static void marks_stand_where_their_values_are(void **state) {
  (void)state;
  ladder l = read(figures);
  frame f = drawn(&l, 80, ladder_height(&l), GLYPHS_BRAILLE);
  int episode[3], token[3];
  for (int row = 0; row < 3; row++) {
    episode[row] = find(&f, 3 - row, 0x25cf); /* the last row on top */
    token[row] = find(&f, 3 - row, 0x25cb);
    assert_true(token[row] > 0 && token[row] < episode[row]);
  }
  assert_true(episode[0] < episode[1] && episode[1] < episode[2] && token[0] < token[1] && token[1] < token[2]);
  int one = find(&f, 2, 0x2502); /* at 1, on the axis from 1e-4 to 100: two thirds of it */
  assert_true(episode[1] < one && one < episode[2]);
  int first = find(&f, 4, 0x2534), last = first;
  for (int x = first; x < 80; x++)
    if (f.cells[4 * 80 + x].glyph == 0x2534) last = x;
  double share = (double)(one - first) / (last - first);
  assert_true(fabs(share - 4.0 / 6.0) < 0.03);
  double expected = first + (last - first) * axis_share(&l.axis, 0.331);
  assert_true(fabs(episode[1] - expected) <= 0.5 + 1e-9);
  frame_free(&f);
}

static void what_is_not_above_0_has_no_mark_and_its_number_all_the_same(void **state) {
  (void)state;
  ladder l = read("lost: -2.5 [-3, -2] bits; won: 2 [-1, 3] bits");
  frame f = drawn(&l, 60, ladder_height(&l), GLYPHS_ASCII);
  char text[4000];
  FILE *to = fmemopen(text, sizeof text, "w");
  frame_write(&f, to);
  fclose(to);
  assert_int_equal(find(&f, 2, '@'), -1);
  assert_true(find(&f, 1, '@') > 0);
  assert_non_null(strstr(text, "-2.5"));
  frame_free(&f);
}

static void no_size_is_refused(void **state) {
  (void)state;
  ladder l = read(figures);
  for (int width = 1; width <= 200; width += width < 60 ? 1 : 20)
    for (int height = 1; height <= 12; height++) {
      frame f = drawn(&l, width, height, GLYPHS_BRAILLE);
      int is_drawn = find(&f, height > 1 ? 1 : 0, 0x25cf) >= 0;
      if (height < ladder_height(&l)) assert_false(is_drawn);
      if (height >= ladder_height(&l) && width >= 60) assert_true(is_drawn);
      frame_free(&f);
    }
}

static void lines_are_what_is_on_the_screen_without_blanks_at_their_ends(void **state) {
  (void)state;
  ladder l = read(figures);
  char text[4000] = "";
  FILE *to = fmemopen(text, sizeof text, "w");
  assert_int_equal(ladder_print(to, &l, 80, GLYPHS_ASCII), 0);
  fclose(to);
  assert_null(strstr(text, " \n"));
  assert_non_null(strstr(text, "  ideal "));
  assert_true(strstr(text, "  ideal ") < strstr(text, "outcome "));
  int lines = 0;
  for (const char *at = text; *at; at++) {
    lines += *at == '\n';
    assert_true((unsigned char)*at < 0x80);
  }
  assert_int_equal(lines, ladder_height(&l));
}

/* ---- SVG ------------------------------------------------------------------------------------------------- */

static void write_svg(const ladder *l, const char *title, char *text, size_t size) {
  FILE *to = fmemopen(text, size, "w");
  ladder_write_svg(to, l, title);
  fclose(to);
}

static int count(const char *text, const char *part) {
  int n = 0;
  for (const char *at = text; (at = strstr(at, part)); at++) n++;
  return n;
}

static void a_picture_has_each_figure_once_in_its_place(void **state) {
  (void)state;
  static char text[20000];
  ladder l = read(figures);
  write_svg(&l, "title", text, sizeof text);
  assert_int_equal(count(text, "<circle"), 6 + 2); /* and those of the legend */
  assert_int_equal(count(text, "<text"), count(text, "</text>"));
  assert_int_equal(count(text, "nan"), 0);
  assert_int_equal(count(text, "inf"), 0);
  assert_string_equal(text + strlen(text) - 7, "</svg>\n");
  assert_non_null(strstr(text, ">0.0060</text>"));
  double x[3], y[3]; /* of the full marks, from the top: ideal, dense, outcome */
  const char *at = strstr(text, "<circle");
  for (int i = 0, n = 0; at && n < 3; at = strstr(at + 1, "<circle"), i++) {
    if (i < 2 || (i - 2) % 2 != 0) continue;
    assert_int_equal(sscanf(at, "<circle cx=\"%lf\" cy=\"%lf\"", &x[n], &y[n]), 2);
    n++;
  }
  assert_true(x[0] > x[1] && x[1] > x[2] && y[0] < y[1] && y[1] < y[2]);
  double ratio = (x[1] - x[2]) / (x[0] - x[1]); /* distances are logarithms of ratios */
  assert_true(fabs(ratio - log(0.331 / 0.0144) / log(25 / 0.331)) < 0.01);
}

static void names_in_a_picture_are_text_whatever_they_hold(void **state) {
  (void)state;
  static char text[20000];
  ladder l = read("<b>&\x1b[31m: 1 [1, 1] a<b; z: 2 [1, 3] a<b");
  write_svg(&l, "<script>", text, sizeof text);
  assert_null(strstr(text, "<b>"));
  assert_null(strstr(text, "<script>"));
  assert_null(strchr(text, '\x1b'));
}

int main(void) {
  setlocale(LC_CTYPE, "C.UTF-8");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_ladder_is_read_as_it_was_written),
      cmocka_unit_test(what_is_no_ladder_is_not_taken_for_one),
      cmocka_unit_test(its_axis_holds_all_and_one),
      cmocka_unit_test(numbers_have_two_digits),
      cmocka_unit_test(marks_stand_where_their_values_are),
      cmocka_unit_test(what_is_not_above_0_has_no_mark_and_its_number_all_the_same),
      cmocka_unit_test(no_size_is_refused),
      cmocka_unit_test(lines_are_what_is_on_the_screen_without_blanks_at_their_ends),
      cmocka_unit_test(a_picture_has_each_figure_once_in_its_place),
      cmocka_unit_test(names_in_a_picture_are_text_whatever_they_hold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
