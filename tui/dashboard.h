/* dashboard.h - what all screens share: the state of the dashboard, and what a screen is.
 *
 * A screen is an object of a few functions in a file of its own; a new one is a file, a line in `screens` and its
 * rows in the key table. Screens draw from model and state into the frame and do nothing else; only key actions
 * change the state, and only those marked CHANGES_RUN send a command.
 */
#ifndef BAUD_TUI_DASHBOARD_H
#define BAUD_TUI_DASHBOARD_H

#include "charts.h"
#include "dots.h"
#include "feed.h"
#include "sieve.h"
#include "graph.h"
#include "layout.h"
#include "list.h"
#include "model.h"
#include "prompt.h"
#include "steer.h"
#include "units.h"
#include "verdicts.h"

typedef struct dashboard dashboard;

typedef struct screen {
  int digit;                      /* the key that shows it */
  const char *name, *short_name;
  unsigned scope;                 /* its bit in the key table */
  void (*draw)(dashboard *d, rect body);
  void (*note)(dashboard *d, char *out, size_t size); /* what stands at the right of the tabs */
  void (*click)(dashboard *d, int x, int y);          /* a click or null; relative to the screen */
  list *(*list_of)(dashboard *d, int *rows);          /* what the keys that move act on; null: the rows of the Runs view */
  void (*enter)(dashboard *d);                        /* when somebody goes there; or null */
  void (*row_text)(dashboard *d, int row, char *out, size_t size); /* what is searched in a row of the list; null: nothing is */
} screen;

enum { IN_RUNS = 1, IN_RUN = 2, IN_GRAPH = 4, IN_ENV = 8, IN_LOG = 16, IN_PLUGINS = 32, IN_CLAIMS = 64, IN_COMPARE = 128, EVERYWHERE = 255 };
enum { SCREENS = 8 };
extern const screen screen_runs, screen_run, screen_graph, screen_env, screen_log, screen_plugins, screen_claims, screen_compare;
extern const screen *const screens[SCREENS];

enum mode { MODE_BROWSE, MODE_HELP, MODE_FILTER, MODE_COMMAND, MODE_ASK };
enum sort_order { ASCENDING, DESCENDING };
enum { SMOOTHINGS = 4, MARKS = SERIES };

typedef struct question { /* MODE_ASK: a command that waits for yes */
  const char *command;
  int is_whole, can_be_whole; /* of the whole run; may become so */
  target about;
  char text[400];
} question;

struct dashboard {
  tui_options options;
  model model;
  frame frame;
  dots canvas;
  const screen *view;
  int is_leaving;                     /* detach at the end of this turn */
  int has_drawn;                      /* there was a frame: the first one waits for nothing */
  int is_answering;                   /* the next frame answers a key: it waits for little */

  target selected;                    /* survives sorting and filtering */
  target *rows;                       /* what the list shows, top to bottom */
  int n_rows;
  list list;
  uint8_t *is_folded;                 /* [n_configs] */
  uint8_t *passes;                    /* [n_trials + n_configs] by the filter, as of passes_of */
  char passes_of[PROMPT_SIZE];
  int sort_column;
  enum sort_order sort_order;
  sieve filter;
  char filter_before[PROMPT_SIZE];    /* while another is being typed */
  int is_tracking;                    /* the selection follows what runs */
  int shown_chart;                    /* of the Runs view's plot and sparklines */
  target marks[MARKS];                /* to be compared: a, b, c ... */
  int n_marks;

  int plot, plot_page;                /* of the Run view: the chart in focus, the first one on the page */
  int compared;                       /* of the Compare view */
  enum layout_zoom zoom_panel;
  unsigned alone;                     /* scopes of the other views whose list, tree or picture has the screen to itself */
  enum x_axis axis;
  enum seeds_shown seeds, seeds_before; /* before: what `i` goes back to */
  span span;
  int has_cursor, is_log, smoothing, has_totals;
  double cursor;                      /* on the axis */
  domain plotted;                     /* of the focused plot as last drawn, and its box */
  rect plotted_box;
  char readout[600];                  /* the values that the screen shows in words: what is copied */
  int is_copying;                     /* at the end of this turn */

  list log;
  int is_following, log_level, log_is_selected_only, log_is_wrapped;
  sieve search;
  list claims;
  verdicts verdicts;

  graph graph;
  list nodes;
  int is_related_only;
  feed feed;
  int is_wide_picture;
  list plugins;

  steering steering;
  units units;
  target measured;                    /* the trials whose scoring was raised last */

  enum mode mode;
  prompt prompt;
  history history;
  question question;
  int help_top;
  char help_find[24];                 /* the help shows the keys that have this in them */
  int help_finds;                     /* what is typed goes there */
  char message[400];
  int message_is_error;
  double message_until;               /* seconds of `now` */
  int palette;
  int is_frozen;
  int64_t frozen_unix;
  double now;                         /* monotonic seconds */
  double key_at;                      /* when somebody last pressed a key, on the same clock */
  int64_t unix_now;
};

/* rows.c: the tree as a list. */
void rows_build(dashboard *d);
void rows_select(dashboard *d, int row);
int mark_of(const dashboard *d, target what); /* its place among the marks, or -1 */

/* chrome.c: header, tabs, footer, help: all that surrounds a screen. */
void chrome_draw(dashboard *d); /* the whole frame */
void help_draw(dashboard *d);   /* help.c */
void help_key(dashboard *d, int code);

/* What is looked at in words: "LABEL / seed 3" or "LABEL (8 seeds)". */
void target_name(const dashboard *d, target what, char *out, size_t size);
unsigned state_style(char status);

void dashboard_say(dashboard *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dashboard_complain(dashboard *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Another axis to the right: zoom and cursor, which were on the one before, begin anew. */
void set_axis(dashboard *d, enum x_axis axis);
/* The chart that the keys for charts change in the present view. */
int *chart_of_view(dashboard *d);

/* The state that a dashboard begins with, once its model is open. BAUD_ENOMEM or 0. */
int dashboard_init(dashboard *d);
void dashboard_clear(dashboard *d);

#endif
