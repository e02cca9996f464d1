/* test_layout.c - panels of every size from 1x1 to 240x80: inside the screen, apart from each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tui/layout.h"
#include "tui/list.h"

enum { WIDEST = 240, TALLEST = 80 };
static unsigned char taken[TALLEST][WIDEST];

static void claim_area(rect r, int width, int height) {
  assert_true(r.width >= 0 && r.height >= 0);
  if (r.width == 0 || r.height == 0) return;
  assert_true(r.x >= 0 && r.y >= 0 && r.x + r.width <= width && r.y + r.height <= height);
  for (int y = r.y; y < r.y + r.height; y++)
    for (int x = r.x; x < r.x + r.width; x++) assert_int_equal(taken[y][x]++, 0);
}

static void claim_row(int row, int width, int height) {
  if (row >= 0) claim_area((rect){0, row, width, 1}, width, height);
}

static void claim_chrome(const layout *l, int width, int height) {
  memset(taken, 0, sizeof taken);
  claim_row(l->header, width, height);
  claim_row(l->tabs, width, height);
  claim_row(l->rule, width, height);
  claim_row(l->footer, width, height);
}

static void panels_never_overlap_nor_leave_the_screen_at_any_size(void **state) {
  (void)state;
  for (int width = 1; width <= WIDEST; width++)
    for (int height = 1; height <= TALLEST; height++) {
      layout l = layout_screen(width, height);
      if (l.is_status_only) continue;
      layout_runs runs = layout_of_runs(l.body, LAYOUT_GRID);
      claim_chrome(&l, width, height);
      rect of_runs[] = {runs.list, runs.plot, runs.funnel, runs.strip, runs.events};
      for (int i = 0; i < 5; i++) claim_area(of_runs[i], width, height);
      for (int zoom = 0; zoom < 2; zoom++) {
        layout_run run = layout_of_run(l.body, (enum layout_zoom)zoom);
        claim_chrome(&l, width, height);
        claim_area(run.funnel, width, height);
        claim_area(run.readout, width, height);
        assert_true(run.n_plots <= LAYOUT_PLOTS);
        for (int i = 0; i < run.n_plots; i++) claim_area(run.plots[i], width, height);
      }
    }
}

static void common_sizes_show_what_is_promised(void **state) {
  (void)state;
  layout_run wide = layout_of_run(layout_screen(200, 50).body, LAYOUT_GRID);
  assert_int_equal(wide.n_plots, 6);
  layout_run usual = layout_of_run(layout_screen(120, 40).body, LAYOUT_GRID);
  assert_true(usual.n_plots == 3 && usual.funnel_is_box && usual.funnel.height >= 20);
  layout_run small = layout_of_run(layout_screen(80, 24).body, LAYOUT_GRID);
  assert_true(small.n_plots == 1 && small.funnel.height == 5);
  assert_true(layout_screen(19, 10).is_status_only && layout_screen(80, 3).is_status_only);
}

static void the_selection_is_always_in_the_window(void **state) {
  (void)state;
  for (int rows = 0; rows < 40; rows++)
    for (int height = 1; height < 30; height++) {
      list l = {0, 0};
      static const int steps[] = {1, 7, -3, 1000, -1, -1000, 5};
      for (int i = 0; i < 7; i++) {
        list_move(&l, steps[i], rows);
        list_show(&l, rows, height);
        assert_true(l.selected >= 0 && (rows == 0 || l.selected < rows));
        assert_true(l.top >= 0 && l.selected >= l.top && l.selected < l.top + height);
        assert_true(rows < height ? l.top == 0 : l.top + height <= rows);
      }
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(panels_never_overlap_nor_leave_the_screen_at_any_size),
      cmocka_unit_test(common_sizes_show_what_is_promised),
      cmocka_unit_test(the_selection_is_always_in_the_window),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
