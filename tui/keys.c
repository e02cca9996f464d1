/* keys.c - the key table, and its readers: keys.h. Within a screen the order is that of the footer. */
#include "keys.h"

#include <curses.h>
#include <string.h>

#include "actions.h"
#include "commands.h"
#include "text.h"

#define SEARCHED (IN_LOG | IN_GRAPH | IN_CLAIMS | IN_PLUGINS)
#define LISTS (IN_RUNS | SEARCHED)
#define PLOTS (IN_RUN | IN_COMPARE)
#define STEERED (IN_RUNS | IN_RUN | IN_GRAPH | IN_ENV)

const key key_table[] = {
    {'?', EVERYWHERE, 0, "?", "help", "this help (also F1)", act_help, 0},
    {KEY_F(1), EVERYWHERE, SAME_LINE, "", NULL, NULL, act_help, 0},

    {KEY_RETURN, IN_RUNS, 0, "Enter", "open", "open what is selected", act_open, 0},
    {KEY_NEWLINE, IN_RUNS, SAME_LINE, "", NULL, NULL, act_open, 0},
    {KEY_ENTER, IN_RUNS, SAME_LINE, "", NULL, NULL, act_open, 0},
    {' ', IN_RUNS, 0, "Space", "mark", "mark with a letter, or unmark", act_mark, 0},
    {'c', IN_RUNS | IN_RUN, 0, "c", "compare", "compare what is marked", act_compare, 0},
    {'e', IN_RUNS, 0, "e", "fold", "fold or expand (\xe2\x86\x90 \xe2\x86\x92)", act_fold, 0},
    {KEY_LEFT, IN_RUNS, SAME_LINE, "", NULL, NULL, act_fold, 1},
    {KEY_RIGHT, IN_RUNS, SAME_LINE, "", NULL, NULL, act_fold, -1},
    {'h', IN_RUNS, SAME_LINE, "", NULL, NULL, act_fold, 1},
    {'l', IN_RUNS, SAME_LINE, "", NULL, NULL, act_fold, -1},
    {'a', IN_RUNS, 0, "a", NULL, "fold or expand all", act_fold, 2},
    {'/', IN_RUNS, 0, "/", "filter", "filter by a regex; ! inverts", act_filter, 0},
    {'<', IN_RUNS, 0, "< >", "sort", "sort by another column", act_sort, -1},
    {'>', IN_RUNS, SAME_LINE, "", NULL, NULL, act_sort, 1},
    {'r', IN_RUNS, 0, "r", NULL, "reverse the order", act_reverse, 0},
    {'F', IN_RUNS, 0, "F", NULL, "the cursor follows what runs", act_track, 0},

    {'[', PLOTS | IN_RUNS, 0, "[ ]", "plot", "previous, next figure", act_plot, -1},
    {']', PLOTS | IN_RUNS, SAME_LINE, "", NULL, NULL, act_plot, 1},
    {KEY_TABULATOR, PLOTS, 0, "Tab", NULL, "next panel (S-Tab back)", act_plot, 1},
    {KEY_BTAB, PLOTS, SAME_LINE, "", NULL, NULL, act_plot, -1},
    {'z', PLOTS, 0, "z", "zoom", "this panel alone", act_zoom_panel, 0},
    {'z', IN_RUNS | IN_GRAPH | IN_ENV, 0, "z", NULL, "this panel alone", act_zoom_panel, 0},
    {'+', PLOTS, 0, "+ - 0", "x-zoom", "zoom in, out, fit", act_zoom, 1},
    {'=', PLOTS, SAME_LINE, "", NULL, NULL, act_zoom, 1},
    {'-', PLOTS, SAME_LINE, "", NULL, NULL, act_zoom, -1},
    {'0', PLOTS, SAME_LINE, "", NULL, NULL, act_zoom, 0},
    {KEY_RIGHT, PLOTS, 0, "\xe2\x86\x90 \xe2\x86\x92", "cursor", "cursor (h l)", act_cursor, 1},
    {KEY_LEFT, PLOTS, SAME_LINE, "", NULL, NULL, act_cursor, -1},
    {'l', PLOTS, SAME_LINE, "", NULL, NULL, act_cursor, 1},
    {'h', PLOTS, SAME_LINE, "", NULL, NULL, act_cursor, -1},
    {'y', PLOTS, 0, "y", "log", "log or linear y", act_log_axis, 0},
    {'x', PLOTS, 0, "x", "axis", "x: episode, step, time, bits", act_axis, 0},
    {'w', PLOTS, 0, "w", "smooth", "smooth: 1 5 17 65 bins", act_smooth, 0},
    {'b', PLOTS, 0, "b", "band", "seeds: mean, IQM, range, off", act_band, 0},
    {'i', PLOTS, 0, "i", "seeds", "each seed by itself", act_each_seed, 0},
    {'v', PLOTS, 0, "v", NULL, "copy the values shown", act_copy, 0},
    {'t', PLOTS | IN_RUNS, 0, "t", "total", "recent episodes or whole run", act_totals, 0},
    {KEY_DOWN, IN_RUN, 0, "\xe2\x86\x91 \xe2\x86\x93", NULL, "another row (k j)", act_seed, 1},
    {KEY_UP, IN_RUN, SAME_LINE, "", NULL, NULL, act_seed, -1},
    {'j', IN_RUN, SAME_LINE, "", NULL, NULL, act_seed, 1},
    {'k', IN_RUN, SAME_LINE, "", NULL, NULL, act_seed, -1},

    {KEY_RETURN, IN_GRAPH, 0, "Enter", "open", "open what is selected", act_open, 0},
    {KEY_NEWLINE, IN_GRAPH, SAME_LINE, "", NULL, NULL, act_open, 0},
    {KEY_ENTER, IN_GRAPH, SAME_LINE, "", NULL, NULL, act_open, 0},
    {'d', IN_GRAPH, 0, "d", "related", "only what it has to do with", act_related, 0},

    {' ', IN_ENV, 0, "Space", "play", "play or hold", act_play, 0},
    {'.', IN_ENV, 0, ", .", "step", "a step back, a step on", act_frame, 1},
    {',', IN_ENV, SAME_LINE, "", NULL, NULL, act_frame, -1},
    {KEY_RIGHT, IN_ENV, SAME_LINE, "", NULL, NULL, act_frame, 1},
    {KEY_LEFT, IN_ENV, SAME_LINE, "", NULL, NULL, act_frame, -1},
    {'+', IN_ENV, 0, "+ -", "speed", "faster, slower", act_speed, 1},
    {'=', IN_ENV, SAME_LINE, "", NULL, NULL, act_speed, 1},
    {'-', IN_ENV, SAME_LINE, "", NULL, NULL, act_speed, -1},
    {'[', IN_ENV, 0, "[ ]", "trial", "previous, next row", act_other_trial, -1},
    {']', IN_ENV, SAME_LINE, "", NULL, NULL, act_other_trial, 1},
    {KEY_UP, IN_ENV, SAME_LINE, "", NULL, NULL, act_other_trial, -1},
    {KEY_DOWN, IN_ENV, SAME_LINE, "", NULL, NULL, act_other_trial, 1},
    {'g', IN_ENV, 0, "g", "go to", "go to an episode", act_goto, 0},
    {'L', IN_ENV, 0, "L", "latest", "what the trial does now", act_latest, 0},
    {'a', IN_ENV, 0, "a", NULL, "cells wide or as they are", act_wide, 0},
    {'v', IN_ENV, 0, "v", NULL, "copy this step's bits", act_copy, 0},

    {KEY_RETURN, IN_LOG, 0, "Enter", "open", "open the event's trial", act_open_event, 0},
    {KEY_NEWLINE, IN_LOG, SAME_LINE, "", NULL, NULL, act_open_event, 0},
    {KEY_ENTER, IN_LOG, SAME_LINE, "", NULL, NULL, act_open_event, 0},
    {'F', IN_LOG, 0, "F", "follow", "follow the newest", act_follow, 0},
    {'v', IN_LOG, 0, "v", "level", "least severity: D I W E", act_level, 0},
    {'t', IN_LOG, 0, "t", "selected", "all or selected row's", act_log_selected, 0},
    {'/', SEARCHED, 0, "/", "search", "search for a regex; ! inverts", act_filter, 0},
    {'n', SEARCHED, 0, "n N", "match", "next, previous match", act_search, 1},
    {'n', IN_RUNS, 0, "n N", NULL, "next, previous match", act_search, 1},
    {'N', SEARCHED | IN_RUNS, SAME_LINE, "", NULL, NULL, act_search, -1},
    {'w', IN_LOG, 0, "w", "wrap", "all of a long line, below", act_log_wrap, 0},

    {'P', STEERED, CHANGES_RUN, "P", "pause", "pause or resume", act_pause, 0},
    {'E', STEERED, CHANGES_RUN, "E", NULL, "one episode on, when paused", act_step, 0},
    {'S', STEERED, CHANGES_RUN, "S", "stop", "stop (asks)", act_ask, 'S'},
    {'R', STEERED, CHANGES_RUN, "R", NULL, "run again (asks)", act_ask, 'R'},
    {'C', STEERED, CHANGES_RUN, "C", NULL, "change a live parameter", act_change, 0},
    {'M', STEERED, CHANGES_RUN, "M", NULL, "measure every episode, or not", act_measure, 0},

    {'f', EVERYWHERE, 0, "f", "freeze", "freeze screen, not run", act_freeze, 0},
    {KEY_ESCAPE, EVERYWHERE & ~IN_RUNS, 0, "Esc", "back", "back one layer", act_back, 0},
    {KEY_ESCAPE, IN_RUNS, SAME_LINE, "", NULL, NULL, act_back, 0},
    {'q', EVERYWHERE, 0, "q", "detach", "detach; the run goes on", act_detach, 0},
    {KEY_F(10), EVERYWHERE, SAME_LINE, "", NULL, NULL, act_detach, 0},

    {'1', EVERYWHERE, 0, "1 - 8", NULL, "view; again: zoom", act_view, 1},
    {'2', EVERYWHERE, SAME_LINE, "", NULL, NULL, act_view, 2},
    {'3', EVERYWHERE, SAME_LINE, "", NULL, NULL, act_view, 3},
    {'4', EVERYWHERE, SAME_LINE, "", NULL, NULL, act_view, 4},
    {'5', EVERYWHERE, SAME_LINE, "", NULL, NULL, act_view, 5},
    {'6', EVERYWHERE, SAME_LINE, "", NULL, NULL, act_view, 6},
    {'7', EVERYWHERE, SAME_LINE, "", NULL, NULL, act_view, 7},
    {'8', EVERYWHERE, SAME_LINE, "", NULL, NULL, act_view, 8},
    {KEY_UP, LISTS, 0, "\xe2\x86\x91 \xe2\x86\x93 k j", NULL, "move", act_move, -1},
    {KEY_DOWN, LISTS, SAME_LINE, "", NULL, NULL, act_move, 1},
    {'k', LISTS, SAME_LINE, "", NULL, NULL, act_move, -1},
    {'j', LISTS, SAME_LINE, "", NULL, NULL, act_move, 1},
    {KEY_PPAGE, LISTS, 0, "PgUp PgDn", NULL, "page (Ctrl-U/D: half)", act_page, -2},
    {KEY_NPAGE, LISTS, SAME_LINE, "", NULL, NULL, act_page, 2},
    {KEY_CTRL_U, LISTS, SAME_LINE, "", NULL, NULL, act_page, -1},
    {KEY_CTRL_D, LISTS, SAME_LINE, "", NULL, NULL, act_page, 1},
    {'g', LISTS, 0, "g G", NULL, "top, end", act_end, -1},
    {'G', LISTS, SAME_LINE, "", NULL, NULL, act_end, 1},
    {KEY_HOME, LISTS, SAME_LINE, "", NULL, NULL, act_end, -1},
    {KEY_END, LISTS, SAME_LINE, "", NULL, NULL, act_end, 1},
    {':', EVERYWHERE, 0, ":", NULL, "command, such as :save FILE", act_command, 0},
    {KEY_CTRL_L, EVERYWHERE, 0, "Ctrl-L", NULL, "draw everything again", act_redraw, 0},
};
const int key_count = (int)(sizeof key_table / sizeof *key_table);

void keys_dispatch(dashboard *d, int code) {
  for (int i = 0; i < key_count; i++) {
    const key *k = key_table + i;
    if (k->code != code || !(k->scope & d->view->scope)) continue;
    if ((k->flags & CHANGES_RUN) && d->options.read_only)
      dashboard_complain(d, "%s: refused, this screen only reads (--ro)", k->help);
    else
      k->act(d, k->argument);
    return;
  }
}

enum { DETACH_ROOM = 11 }; /* "q detach" and what lies between hints */

static int hint_width(const key *k) { return text_width(k->label) + text_width(k->hint) + 3; }

void keys_draw_hints(dashboard *d, int y) {
  frame *f = &d->frame;
  int x = 1, last_room = f->width;
  for (int i = 0; i < key_count; i++) {
    const key *k = key_table + i;
    if (!k->hint || !(k->scope & d->view->scope)) continue;
    if (d->options.read_only && (k->flags & CHANGES_RUN)) continue;
    int is_detach = k->code == 'q'; /* always there: it keeps its room */
    if (x + hint_width(k) > last_room - (is_detach ? 0 : DETACH_ROOM)) continue;
    int n = frame_text(f, x, y, f->width - x, STYLE_KEY, k->label);
    x += n + (k->label[1] && n > 0 ? 1 : 0);
    if (!k->label[1]) x += 1;
    x += frame_text(f, x, y, f->width - x, STYLE_PLAIN, k->hint) + (f->width >= 100 ? 2 : 1);
  }
}

/* "Runs, Run": where a key works, "" where it does everywhere. */
static void scope_text(unsigned scope, char *out, size_t size) {
  size_t used = 0;
  out[0] = 0;
  if (scope == EVERYWHERE) return;
  for (int s = 0; s < SCREENS; s++)
    if ((scope & screens[s]->scope) && used < size)
      used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : " (", screens[s]->name);
  if (used < size) snprintf(out + used, size - used, ")");
}

void tui_print_keys(FILE *to) {
  char where[120];
  for (int i = 0; i < key_count; i++) {
    const key *k = key_table + i;
    if (k->flags & SAME_LINE || !k->help) continue;
    scope_text(k->scope, where, sizeof where);
    fprintf(to, "  %s%*s  %s%s\n", k->label, 20 - text_width(k->label), "", k->help, where);
  }
  for (int i = 0; i < command_count; i++) {
    const command *c = command_table + i;
    fprintf(to, "  :%s%s%s%*s  %s\n", c->name, *c->usage ? " " : "", c->usage,
            19 - (int)(strlen(c->name) + strlen(c->usage)) - (*c->usage != 0), "", c->help);
  }
}
