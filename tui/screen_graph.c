/* screen_graph.c - view 3: what starts from what, what each node is made of, and where the work lies. */
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "actions.h"
#include "keys.h"
#include "search.h"
#include "text.h"

/* Rows that are shown: all, or those that the selected one has to do with. */
static int collect(const dashboard *d, int *rows) {
  int n = 0;
  for (int i = 0; i < d->graph.n; i++)
    if (!d->is_related_only || graph_is_related(d->model.plan, d->graph.row[i].config, d->selected.config)) rows[n++] = i;
  return n;
}

static list *list_of(dashboard *d, int *rows) {
  int at[d->graph.n + 1];
  *rows = collect(d, at);
  for (int i = 0; i < *rows; i++)
    if (d->graph.row[at[i]].config == d->selected.config) d->nodes.selected = i;
  return &d->nodes;
}

/* The branches before a name: "│ └─" for each level. Returns the cells they take. */
static int draw_branches(frame *f, int x, int y, const graph_row *row) {
  for (int level = 1; level <= row->depth; level++, x += 2) {
    int is_last = (int)(row->is_last >> level & 1u), is_own = level == row->depth;
    if (is_own) {
      frame_put(f, x, y, is_last ? 0x2514 : 0x251c, STYLE_FRAME);
      frame_put(f, x + 1, y, 0x2500, STYLE_FRAME);
    } else if (!is_last) {
      frame_put(f, x, y, 0x2502, STYLE_FRAME);
    }
  }
  return 2 * row->depth;
}

static void draw_row(dashboard *d, rect area, int y, const graph_row *row, int names) {
  frame *f = &d->frame;
  const model_config *c = d->model.configs + row->config;
  const plan_config *p = d->model.plan->configs + row->config;
  char cut[300], text[100];
  frame_put(f, 3, y, (uint32_t)(unsigned char)c->status, state_style(c->status));
  int x = 5 + draw_branches(f, 5, y, row), end = area.x + area.width;
  text_elide(cut, sizeof cut, c->label, names - 2 * row->depth);
  frame_text(f, x, y, end - x, STYLE_STRONG, cut);
  x = 5 + names + 2;
  uint32_t done = c->by_state[model_state_index(STATUS_DONE)];
  snprintf(text, sizeof text, done == c->n_trials ? "%u" : "%u/%u", done, c->n_trials);
  if (end - x > 8) frame_right(f, x, y, 8, STYLE_PLAIN, text);
  x += 9;
  if (end - x > 12) frame_bar(f, x, y, 12, c->progress);
  x += 13;
  const char *node = p->node < d->model.plan->n_nodes ? d->model.plan->nodes[p->node].name : "";
  text_elide(cut, sizeof cut, node ? node : "", end - x - 1);
  if (end - x > 6) frame_text(f, x, y, end - x, STYLE_DIM, cut);
}

static void draw_tree(dashboard *d, rect area) {
  frame *f = &d->frame;
  int rows[d->graph.n + 1], n = collect(d, rows), names = 12, selected = list_of(d, &n)->selected;
  for (int i = 0; i < n; i++) {
    const graph_row *row = d->graph.row + rows[i];
    int width = text_width(d->model.configs[row->config].label) + 2 * row->depth;
    if (width > names) names = width;
  }
  int most = area.width - (area.width >= 90 ? 44 : 30);
  if (names > most) names = most > 12 ? most : 12;
  int has_heading = area.height >= 4, height = area.height - has_heading;
  list_show(&d->nodes, n, height);
  if (has_heading) {
    frame_text(f, 3, area.y, area.width - 3, STYLE_DIM, "S CONFIGURATION");
    frame_text(f, 5 + names + 6, area.y, area.width - names - 11, STYLE_DIM, area.width >= 90 ? "DONE PROGRESS     NODE" : "DONE PROGRESS");
  }
  for (int i = 0; i < height && d->nodes.top + i < n; i++) {
    int y = area.y + has_heading + i;
    draw_row(d, area, y, d->graph.row + rows[d->nodes.top + i], names);
    search_mark(d, d->nodes.top + i, y);
    if (d->nodes.top + i != selected) continue;
    frame_put(f, 0, y, 0xbb, STYLE_STRONG);
    frame_restyle(f, (rect){0, y, area.width, 1}, STYLE_SELECTED);
    f->cursor_y = y;
  }
}

/* ---- The node ------------------------------------------------------------------------------------------------- */

static int put(dashboard *d, rect in, int y, const char *name, const char *text) {
  char cut[500];
  if (y >= in.y + in.height) return y;
  frame_text(&d->frame, in.x + 1, y, 10, STYLE_DIM, name);
  text_elide(cut, sizeof cut, text, in.width - 12);
  frame_text(&d->frame, in.x + 11, y, in.width - 11, STYLE_PLAIN, cut);
  return y + 1;
}

/* "baud.lockbox codes=64 thinking=0" */
static void unit_text(const cJSON *config, const char *role, char *out, size_t size) {
  const cJSON *item, *unit = cJSON_GetObjectItemCaseSensitive(config, role);
  size_t used = (size_t)snprintf(out, size, "%s", units_text(unit, "id"));
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(unit, "params")) {
    char *value = cJSON_PrintUnformatted(item);
    if (used < size && value) used += (size_t)snprintf(out + used, size - used, "  %s=%s", item->string, value);
    cJSON_free(value);
  }
}

static int put_states(dashboard *d, rect in, int y) {
  const model_config *c = d->model.configs + d->selected.config;
  char text[120];
  size_t used = 0;
  text[0] = 0;
  for (int i = 0; i < STATES; i++)
    if (c->by_state[i]) used += (size_t)snprintf(text + used, sizeof text - used, "%c %u  ", model_states[i], c->by_state[i]);
  snprintf(text + used, sizeof text - used, " of %u seeds", c->n_trials);
  return put(d, in, y, "state", text);
}

static int put_neighbours(dashboard *d, rect in, int y) {
  const plan *p = d->model.plan;
  int32_t from = p->configs[d->selected.config].from;
  char text[500];
  size_t used = 0;
  y = put(d, in, y, "from", from >= 0 ? d->model.configs[from].label : "nothing: it begins untrained");
  text[0] = 0;
  for (uint32_t c = 0; c < p->n_configs && used < sizeof text; c++)
    if (p->configs[c].from == (int32_t)d->selected.config)
      used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "", d->model.configs[c].label);
  return *text ? put(d, in, y, d->model.configs[d->selected.config].status == STATUS_DONE ? "then" : "blocks", text) : y;
}

static int put_work(dashboard *d, rect in, int y) {
  graph_work w = graph_work_of(&d->model, d->selected.config);
  char spent[16], left[16], text[80];
  text_duration(spent, sizeof spent, w.spent);
  text_duration(left, sizeof left, w.left);
  snprintf(text, sizeof text, "%s spent, %s left", spent, left);
  return put(d, in, y, "work", text);
}

static int put_failure(dashboard *d, rect in, int y) {
  const model_config *c = d->model.configs + d->selected.config;
  if (!c->by_state[model_state_index(STATUS_FAILED)]) return y;
  for (uint32_t i = d->model.n_events; i-- > 0;) {
    const store_event_row *e = d->model.events + i;
    if (e->severity == 'E' && e->trial >= 0 && e->trial < (int64_t)d->model.n_trials && d->model.trials[e->trial].config == d->selected.config)
      return put(d, in, y, "why F", e->text);
  }
  return y;
}

static void draw_node(dashboard *d, rect in) {
  char text[900];
  const plan_config *p = d->model.plan->configs + d->selected.config;
  cJSON *config = p->json ? cJSON_Parse(p->json) : NULL;
  static const struct { const char *name, *role; } roles[] = {{"env", "env"}, {"reward", "reward"}, {"learner", "learner"}};
  int y = put_states(d, in, in.y);
  y = put_work(d, in, y);
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
    unit_text(config, roles[i].role, text, sizeof text);
    if (*text) y = put(d, in, y, roles[i].name, text);
  }
  y = put_neighbours(d, in, y);
  if (p->n_seeds > 0 && d->model.configs[d->selected.config].n_trials)
    y = put(d, in, y, "first id", d->model.plan->trials[d->model.configs[d->selected.config].trials[0]].id);
  put_failure(d, in, y);
  cJSON_Delete(config);
}

/* ---- The work -------------------------------------------------------------------------------------------------- */

/* One bar after another (a path) or all from one edge, on one scale: what is done solid, what is left light. */
static void draw_path(dashboard *d, rect in, const uint32_t *path, int n, int is_path) {
  frame *f = &d->frame;
  double total = 0, at = 0;
  int names = in.width / 4, bars = in.width - names - 12;
  for (int i = 0; i < n; i++) {
    graph_work w = graph_work_of(&d->model, path[i]);
    double own = w.spent + (isfinite(w.left) ? w.left : 0);
    total = is_path ? total + own : fmax(total, own);
  }
  for (int i = 0; i < n && i < in.height && bars > 4; i++) {
    graph_work w = graph_work_of(&d->model, path[i]);
    double left = isfinite(w.left) ? w.left : 0;
    char name[300], length[16];
    text_elide(name, sizeof name, d->model.configs[path[i]].label, names - 1);
    frame_text(f, in.x + 1, in.y + i, names, STYLE_PLAIN, name);
    int from = total > 0 ? (int)(at / total * bars) : 0, to = total > 0 ? (int)((at + w.spent) / total * bars + 0.5) : 0;
    int end = total > 0 ? (int)((at + w.spent + left) / total * bars + 0.5) : 0;
    for (int x = from; x < end && x < bars; x++)
      frame_put(f, in.x + names + 1 + x, in.y + i, x < to ? 0x2588 : 0x2591, x < to ? STYLE_BAR : STYLE_TROUGH);
    text_duration(length, sizeof length, w.spent + w.left);
    frame_right(f, in.x + in.width - 8, in.y + i, 7, STYLE_DIM, length);
    if (is_path) at += w.spent + left;
  }
}

/* Where nothing follows on anything, the configurations that take most. */
static int most_work(const dashboard *d, uint32_t most[GRAPH_DEEPEST]) {
  double work[GRAPH_DEEPEST];
  int n = 0;
  for (uint32_t c = 0; c < d->model.n_configs; c++) {
    graph_work w = graph_work_of(&d->model, c);
    double own = w.spent + (isfinite(w.left) ? w.left : 0);
    int at = n < GRAPH_DEEPEST ? n : GRAPH_DEEPEST - 1;
    if (n == GRAPH_DEEPEST && own <= work[at]) continue;
    for (; at > 0 && work[at - 1] < own; at--) work[at] = work[at - 1], most[at] = most[at - 1];
    work[at] = own;
    most[at] = c;
    if (n < GRAPH_DEEPEST) n++;
  }
  return n;
}

static void draw_work(dashboard *d, rect box) {
  uint32_t path[GRAPH_DEEPEST];
  int n = graph_critical(&d->model, path), is_path = n > 1;
  if (!is_path) n = most_work(d, path);
  rect in = frame_box(&d->frame, box, is_path ? "critical path" : "most work", "running time of all its trials: spent, left", STYLE_TITLE);
  draw_path(d, in, path, n, is_path);
}

static void draw(dashboard *d, rect body) {
  layout_graph l = layout_of_graph(body, zoom_of_view(d));
  draw_tree(d, l.tree);
  if (l.node.height > 0) {
    char title[300];
    text_elide(title, sizeof title, d->model.configs[d->selected.config].label, l.node.width - 12);
    if (l.is_boxed) draw_node(d, frame_box(&d->frame, l.node, title, "", STYLE_STRONG));
    else frame_rule(&d->frame, l.node.y, title), draw_node(d, (rect){l.node.x, l.node.y + 1, l.node.width, l.node.height - 1});
  }
  if (l.work.height > 0) draw_work(d, l.work);
}

static void note(dashboard *d, char *out, size_t size) {
  uint32_t failed = 0;
  for (uint32_t c = 0; c < d->model.n_configs; c++) failed += d->model.configs[c].by_state[model_state_index(STATUS_FAILED)] > 0;
  size_t used = (size_t)snprintf(out, size, "%s%u configuration%s", d->is_related_only ? "related only   " : "",
                                 d->model.n_configs, d->model.n_configs == 1 ? "" : "s");
  if (d->frame.width < 100) used = (size_t)snprintf(out, size, "%s%u nodes", d->is_related_only ? "related   " : "", d->model.n_configs);
  if (failed && used < size) used += (size_t)snprintf(out + used, size - used, ", %u failed", failed);
  if (used < size) search_note(d, out + used, size - used);
}

static void row_text(dashboard *d, int row, char *out, size_t size) {
  int rows[d->graph.n + 1], n = collect(d, rows);
  if (row < n) snprintf(out, size, "%s", d->model.configs[d->graph.row[rows[row]].config].label);
}

static void enter(dashboard *d) { d->selected.trial = -1; }

void graph_choose(dashboard *d, int row) {
  int rows[d->graph.n + 1], n = collect(d, rows);
  if (row >= 0 && row < n) d->selected = (target){d->graph.row[rows[row]].config, -1};
}

static void click(dashboard *d, int x, int y) {
  (void)x;
  graph_choose(d, d->nodes.top + y - (d->frame.cursor_y - (d->nodes.selected - d->nodes.top)));
}

/* ---- Keys ------------------------------------------------------------------------------------------------------ */

void act_related(dashboard *d, int unused) {
  (void)unused;
  d->is_related_only = !d->is_related_only;
}

const screen screen_graph = {3, "Graph", "Graph", IN_GRAPH, draw, note, click, list_of, enter, row_text};
