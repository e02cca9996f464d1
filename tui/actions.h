/* actions.h - what keys do. Each takes the dashboard and the argument of its line in the key table. */
#ifndef BAUD_TUI_ACTIONS_H
#define BAUD_TUI_ACTIONS_H

#include "dashboard.h"

/* actions.c: everywhere */
void act_help(dashboard *d, int unused);
void act_view(dashboard *d, int digit);
void act_back(dashboard *d, int unused);
void act_freeze(dashboard *d, int unused);
void act_detach(dashboard *d, int unused);
void act_redraw(dashboard *d, int unused);
void act_command(dashboard *d, int unused);
void act_filter(dashboard *d, int unused);
void act_move(dashboard *d, int rows);
void act_page(dashboard *d, int halves);
void act_end(dashboard *d, int which); /* -1 top, 1 end */
sieve *filter_of_view(dashboard *d);
list *list_of_view(dashboard *d, int *rows);
void act_copy(dashboard *d, int unused);
void show_screen(dashboard *d, const screen *s);
/* steer.c: what changes the run */
void act_pause(dashboard *d, int unused);
void act_ask(dashboard *d, int which); /* 'S' stop, 'R' re-run */
void act_step(dashboard *d, int unused);
void act_change(dashboard *d, int unused);
void act_measure(dashboard *d, int unused);
void steer_answer(dashboard *d, int key);
/* screen_runs.c */
void act_open(dashboard *d, int unused);
void act_fold(dashboard *d, int how); /* 0 toggle, 1 fold, -1 unfold, 2 all */
void act_sort(dashboard *d, int step);
void act_reverse(dashboard *d, int unused);
void act_mark(dashboard *d, int unused);
void act_compare(dashboard *d, int unused);
void act_track(dashboard *d, int unused);
/* screen_run.c */
void act_plot(dashboard *d, int step); /* in the Runs view: the figure that is shown */
void act_zoom_panel(dashboard *d, int unused);
enum layout_zoom zoom_of_view(const dashboard *d);
void act_zoom(dashboard *d, int step); /* 0: fit */
void act_cursor(dashboard *d, int cells);
void act_log_axis(dashboard *d, int unused);
void act_smooth(dashboard *d, int unused);
void act_band(dashboard *d, int unused);
void act_each_seed(dashboard *d, int unused);
void act_axis(dashboard *d, int unused);
void act_totals(dashboard *d, int unused);
void act_seed(dashboard *d, int step); /* another row, without leaving the view */
/* screen_graph.c */
void graph_choose(dashboard *d, int row);
void act_related(dashboard *d, int unused);
/* screen_env.c */
void act_play(dashboard *d, int unused);
void act_frame(dashboard *d, int step);
void act_speed(dashboard *d, int step);
void act_latest(dashboard *d, int unused);
void act_other_trial(dashboard *d, int step);
void act_goto(dashboard *d, int unused);
void act_wide(dashboard *d, int unused);
/* screen_log.c */
void act_follow(dashboard *d, int unused);
void act_level(dashboard *d, int unused);
void act_log_selected(dashboard *d, int unused);
void act_log_wrap(dashboard *d, int unused);
void act_warning(dashboard *d, int step);
void act_open_event(dashboard *d, int unused);
/* search.c */
void act_search(dashboard *d, int step); /* the next match, -1 the one before */

#endif
