/* test_screens.c - whole frames of a made-up run: any size, any key, any value; what keys may and may not do. */
#define NCURSES_NOMACROS
#include <curses.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_run.h"
#include "tui/actions.h"
#include "tui/columns.h"
#include "tui/keys.h"
#include "tui/text.h"

static void draw(dashboard *d) {
  d->now += 1;
  curves_begin_frame(&d->model.curves, d->now, 10, d->model.store_version);
  chrome_draw(d);
}

static dashboard *open_dashboard(int width, int height) {
  dashboard *d = calloc(1, sizeof *d);
  baud_error error;
  assert_int_equal(model_open(&d->model, "/", &error), 0);
  assert_int_equal(dashboard_init(d), 0);
  d->frame.tier = GLYPHS_BRAILLE;
  d->now = 100;
  d->unix_now = 50531;
  assert_int_equal(frame_resize(&d->frame, width, height), 0);
  draw(d);
  return d;
}

static void close_dashboard(dashboard *d) {
  dashboard_clear(d);
  free(d);
  fake_run_restore();
}

static void press(dashboard *d, int code) {
  keys_dispatch(d, code);
  draw(d);
}

static char *row_text(const dashboard *d, int y) {
  static char out[4000];
  size_t used = 0;
  for (int x = 0; x < d->frame.width; x++) {
    char bytes[4];
    uint32_t glyph = d->frame.cells[y * d->frame.width + x].glyph;
    if (!glyph) continue;
    int n = text_encode(bytes, glyph);
    memcpy(out + used, bytes, (size_t)n);
    used += (size_t)n;
  }
  out[used] = 0;
  return out;
}

/* The first row that holds the text, or -1. */
static int find_row(const dashboard *d, const char *text) {
  for (int y = 0; y < d->frame.height; y++)
    if (strstr(row_text(d, y), text)) return y;
  return -1;
}

static void rows_are_exactly_as_wide_as_the_screen(const dashboard *d) {
  for (int y = 0; y < d->frame.height; y++) assert_int_equal(text_width(row_text(d, y)), d->frame.width);
}

static void every_view_is_right_at_any_size(void **state) {
  (void)state;
  static const int views[] = {'1', '2', '5', '7', '?'};
  dashboard *d = open_dashboard(80, 24);
  for (int width = 1; width <= 210; width += width < 90 ? 7 : 23)
    for (int height = 1; height <= 62; height += 3)
      for (int v = 0; v < 5; v++) {
        assert_int_equal(frame_resize(&d->frame, width, height), 0);
        d->mode = MODE_BROWSE;
        press(d, views[v]);
        rows_are_exactly_as_wide_as_the_screen(d);
      }
  close_dashboard(d);
}

static void any_value_is_drawn_without_harm(void **state) {
  (void)state;
  static const float values[] = {NAN, INFINITY, -INFINITY, 0, 7, -7, 3e38f, -3e38f, 1e-38f};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    fake_run_force(values[i]);
    dashboard *d = open_dashboard(200, 50);
    static const int keys[] = {'e', '2', 'y', 'w', 't', '+', '+', KEY_LEFT, 'z', '-', 'b'};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) press(d, keys[k]);
    rows_are_exactly_as_wide_as_the_screen(d);
    close_dashboard(d);
  }
}

static void a_run_that_has_not_begun_shows_dashes_not_zeros(void **state) {
  (void)state;
  fake_run_set_progress(0);
  dashboard *d = open_dashboard(120, 40);
  char *row = row_text(d, find_row(d, "all channels"));
  assert_non_null(strstr(row, "-"));
  assert_null(strstr(row, "0.0"));
  close_dashboard(d);
}

static void lower_case_never_sends_a_command(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  fake_run_commands();
  for (int view = 0; view < SCREENS; view++)
    for (int code = 0; code < 0640; code++) {
      if (code >= 'A' && code <= 'Z') continue;
      d->view = screens[view];
      d->mode = MODE_BROWSE;
      press(d, code);
    }
  assert_string_equal(fake_run_commands(), "");
  close_dashboard(d);
}

static void capitals_act_on_what_is_selected_and_stopping_asks(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  fake_run_commands();
  press(d, 'e');
  press(d, KEY_DOWN); /* seed 0 of configuration 0: trial 0 */
  press(d, 'P');
  assert_string_equal(fake_run_commands(), "pause 0;");
  press(d, 'S');
  assert_string_equal(fake_run_commands(), "");
  assert_int_equal(d->mode, MODE_ASK);
  assert_true(find_row(d, "stop all channels / seed 0?") >= 0);
  command_answer(d, 'n');
  assert_string_equal(fake_run_commands(), "");
  press(d, 'S');
  command_answer(d, 'y');
  assert_string_equal(fake_run_commands(), "stop 0;");
  press(d, 'S');
  command_answer(d, 'a');
  assert_string_equal(fake_run_commands(), "stop -1;");
  close_dashboard(d);
}

static void reading_only_refuses_capitals_and_commands(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  d->options.read_only = 1;
  fake_run_commands();
  press(d, 'P');
  press(d, 'S');
  press(d, 'R');
  command_typed(d, "stop");
  assert_int_equal(d->mode, MODE_BROWSE);
  assert_string_equal(fake_run_commands(), "");
  assert_true(d->message_is_error);
  close_dashboard(d);
}

static void sorting_and_filtering_keep_the_selection(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, 'e');
  for (int i = 0; i < 3; i++) press(d, KEY_DOWN);
  target before = d->selected;
  for (int i = 0; i < 12; i++) {
    press(d, i % 3 ? '>' : 'r');
    assert_true(d->rows[d->list.selected].config == before.config && d->rows[d->list.selected].trial == before.trial);
  }
  snprintf(d->filter, sizeof d->filter, "channels");
  draw(d);
  assert_int_equal(d->n_rows, 1 + FAKE_SEEDS);
  snprintf(d->filter, sizeof d->filter, "!channels");
  draw(d);
  assert_int_equal(d->n_rows, FAKE_CONFIGS - 1);
  snprintf(d->filter, sizeof d->filter, "no such thing");
  draw(d);
  assert_int_equal(d->n_rows, 0);
  assert_true(find_row(d, "nothing matches") >= 0);
  press(d, KEY_ESCAPE);
  assert_int_equal(d->n_rows, FAKE_CONFIGS + FAKE_SEEDS);
  assert_true(d->selected.trial == before.trial);
  close_dashboard(d);
}

static void sorted_rows_descend(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  while (d->sort_column != COLUMN_RECEIVED) press(d, '>');
  for (int i = 1; i < d->n_rows; i++)
    assert_true(column_value(d, d->rows[i - 1], COLUMN_RECEIVED) >= column_value(d, d->rows[i], COLUMN_RECEIVED));
  close_dashboard(d);
}

static void hostile_names_are_shown_harmless(void **state) {
  (void)state;
  static char label[10001];
  memset(label, 'x', sizeof label - 1);
  static const char attack[] = "\033[2J\033]0;pwned\007\t\xff\xfe\xe6\xbc\xa2";
  memcpy(label, attack, sizeof attack - 1);
  fake_run_set_label(label);
  dashboard *d = open_dashboard(80, 24);
  press(d, '2');
  press(d, '1');
  for (int i = 0; i < 80 * 24; i++) {
    uint32_t glyph = d->frame.cells[i].glyph;
    assert_false((glyph > 0 && glyph < ' ') || (glyph >= 0x7f && glyph < 0xa0));
  }
  rows_are_exactly_as_wide_as_the_screen(d);
  close_dashboard(d);
}

static void the_ascii_tier_is_ascii(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  d->frame.tier = GLYPHS_ASCII;
  static const int keys[] = {'e', '2', '?', '5', '7'};
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
    d->mode = MODE_BROWSE;
    press(d, keys[k]);
    for (int i = 0; i < 120 * 40; i++) assert_true(d->frame.cells[i].glyph < 0x7f);
  }
  close_dashboard(d);
}

static void the_help_lists_every_key_of_its_view(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 60);
  for (int v = 0; v < SCREENS; v++) {
    d->view = screens[v];
    d->mode = MODE_HELP;
    draw(d);
    for (int i = 0; i < key_count; i++) {
      const key *k = key_table + i;
      if (k->help && (k->scope & d->view->scope) && find_row(d, k->help) < 0)
        fail_msg("%s: %s", d->view->name, k->help);
    }
  }
  close_dashboard(d);
}

static void every_alias_has_a_listed_key_with_the_same_action(void **state) {
  (void)state;
  for (int i = 0; i < key_count; i++) {
    int found = 0;
    for (int j = 0; j < key_count; j++)
      found |= key_table[j].help && key_table[j].act == key_table[i].act && (key_table[j].scope & key_table[i].scope);
    if (!found && key_table[i].act != act_back) fail_msg("key %d is listed nowhere", key_table[i].code);
  }
}

static void no_two_lines_of_the_table_claim_one_key_on_one_screen(void **state) {
  (void)state;
  for (int i = 0; i < key_count; i++)
    for (int j = 0; j < i; j++)
      if (key_table[i].code == key_table[j].code) assert_int_equal(key_table[i].scope & key_table[j].scope, 0);
}

static void an_unchanged_board_reads_nothing_from_the_store(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, '2');
  unsigned before = fake_run_curve_reads();
  for (int i = 0; i < 20; i++) {
    model_refresh(&d->model);
    draw(d);
  }
  assert_int_equal(fake_run_curve_reads(), before);
  close_dashboard(d);
}

static void zooming_keeps_the_cursor_in_view_and_zero_fits_all(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  press(d, '2');
  double whole = d->plotted.end;
  for (int i = 0; i < 30; i++) press(d, KEY_LEFT);
  for (int i = 0; i < 20; i++) {
    press(d, '+');
    assert_true(d->cursor >= (double)d->plotted.from - 1e-9 && d->cursor <= d->plotted.end);
  }
  assert_true(d->plotted.width == 1); /* raw episodes */
  press(d, '0');
  assert_true(d->plotted.end == whole && d->plotted.from == 0);
  close_dashboard(d);
}

static void silence_is_shown_as_stale_and_a_finished_run_as_done(void **state) {
  (void)state;
  dashboard *d = open_dashboard(120, 40);
  assert_true(find_row(d, "LIVE") == 0);
  fake_run_set_silence(12);
  model_refresh(&d->model);
  draw(d);
  assert_true(find_row(d, "STALE 12s") == 0);
  close_dashboard(d);
  fake_run_set_progress(1);
  d = open_dashboard(120, 40);
  assert_true(find_row(d, "DONE") == 0 && find_row(d, "claims: 1 holds, 1 fails") > 0);
  close_dashboard(d);
}

int main(void) {
  setlocale(LC_ALL, "C.UTF-8");
  setenv("TZ", "UTC", 1);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_view_is_right_at_any_size),
      cmocka_unit_test(any_value_is_drawn_without_harm),
      cmocka_unit_test(a_run_that_has_not_begun_shows_dashes_not_zeros),
      cmocka_unit_test(lower_case_never_sends_a_command),
      cmocka_unit_test(capitals_act_on_what_is_selected_and_stopping_asks),
      cmocka_unit_test(reading_only_refuses_capitals_and_commands),
      cmocka_unit_test(sorting_and_filtering_keep_the_selection),
      cmocka_unit_test(sorted_rows_descend),
      cmocka_unit_test(hostile_names_are_shown_harmless),
      cmocka_unit_test(the_ascii_tier_is_ascii),
      cmocka_unit_test(the_help_lists_every_key_of_its_view),
      cmocka_unit_test(every_alias_has_a_listed_key_with_the_same_action),
      cmocka_unit_test(no_two_lines_of_the_table_claim_one_key_on_one_screen),
      cmocka_unit_test(an_unchanged_board_reads_nothing_from_the_store),
      cmocka_unit_test(zooming_keeps_the_cursor_in_view_and_zero_fits_all),
      cmocka_unit_test(silence_is_shown_as_stale_and_a_finished_run_as_done),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
