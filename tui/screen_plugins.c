/* screen_plugins.c - view 6: the plugins that there are, where they lie, what they take, and why some are not loaded. */
#include <string.h>

#include "actions.h"
#include "keys.h"
#include "search.h"
#include "text.h"

static void draw_row(dashboard *d, rect area, int y, const cJSON *unit) {
  frame *f = &d->frame;
  const char *reason = units_text(unit, "reason"), *name = units_text(unit, "name");
  char cut[400];
  int x = area.x + 2, end = area.x + area.width;
  frame_text(f, x, y, 2, *reason ? STYLE_FAILED : STYLE_RUNNING, *reason ? "F" : "+");
  text_elide(cut, sizeof cut, name, 20);
  frame_text(f, x + 2, y, 20, STYLE_STRONG, cut);
  x += 24;
  frame_text(f, x, y, 12, STYLE_DIM, units_text(unit, "role"));
  x += 12;
  if (area.width >= 100) frame_text(f, x, y, 8, STYLE_PLAIN, units_text(unit, "version")), x += 8;
  text_elide(cut, sizeof cut, *reason ? reason : units_text(unit, "title"), end - x - 1);
  if (end - x > 8) frame_text(f, x, y, end - x - 1, *reason ? STYLE_FAILED : STYLE_PLAIN, cut);
}

/* Text over several lines, broken between words. Returns the line below. */
static int put_words(dashboard *d, rect in, int y, unsigned style, const char *text) {
  char line[400];
  while (*text && y < in.y + in.height) {
    size_t used = 0, last = 0;
    for (const char *at = text; *at && used + 1 < sizeof line && (int)used < in.width; at++) {
      if (*at == ' ') last = used;
      line[used++] = *at;
    }
    if (!text[used]) last = used;
    if (last == 0) last = used;
    line[last] = 0;
    frame_text(&d->frame, in.x, y++, in.width, style, line);
    text += last;
    text += strspn(text, " ");
  }
  return y;
}

static void put_parameter(dashboard *d, rect in, int y, const cJSON *param) {
  frame *f = &d->frame;
  char value[60], cut[200];
  const cJSON *initial = cJSON_GetObjectItemCaseSensitive(param, "default");
  int is_live = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(param, "live"));
  if (cJSON_IsString(initial)) snprintf(value, sizeof value, "%.50s", initial->valuestring);
  else if (cJSON_IsBool(initial)) snprintf(value, sizeof value, "%s", cJSON_IsTrue(initial) ? "true" : "false");
  else snprintf(value, sizeof value, "%.6g", initial ? initial->valuedouble : 0.0);
  frame_text(f, in.x + 2, y, 16, STYLE_KEY, units_text(param, "key"));
  frame_text(f, in.x + 19, y, 10, STYLE_PLAIN, value);
  frame_text(f, in.x + 30, y, 5, STYLE_PAUSED, is_live ? "live" : "");
  text_elide(cut, sizeof cut, units_text(param, "help"), in.width - 36);
  frame_text(f, in.x + 35, y, in.width - 35, STYLE_DIM, cut);
}

static void draw_detail(dashboard *d, rect in, const cJSON *unit) {
  const cJSON *item;
  char text[600];
  size_t used = 0;
  const char *reason = units_text(unit, "reason");
  int y = put_words(d, in, in.y, STYLE_DIM, units_text(unit, "path"));
  if (*reason) {
    put_words(d, in, y, STYLE_FAILED, reason);
    return;
  }
  y = put_words(d, in, y, STYLE_PLAIN, units_text(unit, "doc"));
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(unit, "params"))
    if (y < in.y + in.height) put_parameter(d, in, y++, item);
  text[0] = 0;
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(unit, "extensions"))
    if (used + 40 < sizeof text) used += (size_t)snprintf(text + used, sizeof text - used, "%s  ", cJSON_IsString(item) ? item->valuestring : "");
  if (*text) put_words(d, in, y, STYLE_DIM, text);
}

static void draw(dashboard *d, rect body) {
  frame *f = &d->frame;
  int n = units_count(d), detail = body.height >= 14 && n > 0 ? body.height / 2 : 0;
  rect area = {body.x, body.y, body.width, body.height - detail};
  if (n == 0) frame_text(f, 2, body.y + 1, body.width - 3, STYLE_DIM, d->units.why[0] ? d->units.why : "asking what plugins there are ...");
  list_show(&d->plugins, n, area.height);
  for (int i = 0; i < area.height && d->plugins.top + i < n; i++) {
    int row = d->plugins.top + i;
    draw_row(d, area, area.y + i, units_at(d, row));
    search_mark(d, row, area.y + i);
    if (row != d->plugins.selected) continue;
    frame_put(f, 0, area.y + i, 0xbb, STYLE_STRONG);
    frame_restyle(f, (rect){0, area.y + i, body.width, 1}, STYLE_SELECTED);
    f->cursor_y = area.y + i;
  }
  if (!detail) return;
  const cJSON *unit = units_at(d, d->plugins.selected);
  char title[200];
  snprintf(title, sizeof title, "%s", *units_text(unit, "id") ? units_text(unit, "id") : units_text(unit, "name"));
  rect box = {body.x, body.y + body.height - detail, body.width, detail};
  rect in = frame_box(f, box, title, units_text(unit, "license"), STYLE_STRONG);
  in.x++, in.width -= 2;
  draw_detail(d, in, unit);
}

static void note(dashboard *d, char *out, size_t size) {
  int n = units_count(d), failed = 0;
  for (int i = 0; i < n; i++) failed += *units_text(units_at(d, i), "reason") != 0;
  out[0] = 0;
  char matches[80];
  search_note(d, matches, sizeof matches);
  if (n > 0 && failed) snprintf(out, size, "%d plugins, %d failed%s", n, failed, matches);
  else if (n > 0) snprintf(out, size, "%d plugins%s", n, matches);
}

static list *list_of(dashboard *d, int *rows) {
  *rows = units_count(d);
  return &d->plugins;
}

static void click(dashboard *d, int x, int y) {
  (void)x;
  int row = d->plugins.top + y - (d->frame.cursor_y - (d->plugins.selected - d->plugins.top));
  if (row >= 0 && row < units_count(d)) d->plugins.selected = row;
}

static void row_text(dashboard *d, int row, char *out, size_t size) {
  const cJSON *unit = units_at(d, row);
  snprintf(out, size, "%s  %s  %s  %s", units_text(unit, "name"), units_text(unit, "role"), units_text(unit, "title"), units_text(unit, "reason"));
}

const screen screen_plugins = {6, "Plugins", "Plug", IN_PLUGINS, draw, note, click, list_of, units_ask, row_text};
