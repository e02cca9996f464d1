/* screen_env.c - view 4: the agent seen playing, step by step, with the bits of each step. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "keys.h"
#include "plot.h"
#include "text.h"

/* ---- The picture -------------------------------------------------------------------------------------------- */

/* Words are not to be pulled apart: a picture that holds any is drawn as it is. */
static int has_words(const cJSON *rows) {
  const cJSON *row;
  cJSON_ArrayForEach(row, rows) for (const char *c = row->valuestring; c && c[0] && c[1]; c++)
    if (c[0] >= 'a' && c[0] <= 'z' && c[1] >= 'a' && c[1] <= 'z') return 1;
  return 0;
}

/* How a cell is shown: walls solid, the floor dim, letters strong. */
static void cell_look(char c, int is_wide, int is_text, uint32_t *glyph, unsigned *style) {
  *glyph = (uint32_t)(unsigned char)c;
  *style = STYLE_PLAIN;
  if (is_text) return;
  if (c == '#' && is_wide) *glyph = 0x2588, *style = STYLE_FRAME;
  else if (c == '#') *style = STYLE_FRAME;
  else if (c == '.') *glyph = 0xb7, *style = STYLE_DIM;
  else if (c == 'A' || c == '@') *style = STYLE_FIRST;
  else if (c == 'G' || c == '*') *style = STYLE_SECOND;
  else if (c >= 'A' && c <= 'Z') *style = STYLE_STRONG;
}

static void draw_picture(dashboard *d, rect in, const cJSON *rows) {
  frame *f = &d->frame;
  int height = cJSON_GetArraySize(rows), width = 0, scale = 1;
  const cJSON *row;
  cJSON_ArrayForEach(row, rows) if ((int)strlen(row->valuestring) > width) width = (int)strlen(row->valuestring);
  int is_text = has_words(rows), is_wide = d->is_wide_picture && !is_text && 2 * width <= in.width;
  while (is_wide && 2 * width * (scale + 1) <= in.width && height * (scale + 1) <= in.height && scale < 4) scale++;
  int across = is_wide ? 2 * scale : 1, down = is_wide ? scale : 1;
  int left = in.x + (in.width - width * across) / 2, top = in.y + (in.height - height * down) / 2;
  if (left < in.x) left = in.x;
  if (top < in.y) top = in.y;
  int y = 0;
  cJSON_ArrayForEach(row, rows) {
    for (int x = 0; row->valuestring[x]; x++) {
      uint32_t glyph;
      unsigned style;
      cell_look(row->valuestring[x], is_wide, is_text, &glyph, &style);
      for (int i = 0; i < across * down; i++) {
        int at_x = left + x * across + i % across, at_y = top + y * down + i / across;
        int is_solid = glyph == 0x2588 || (style != STYLE_DIM && glyph != ' '), is_first = i == 0;
        if (at_x < in.x + in.width && at_y < in.y + in.height) frame_put(f, at_x, at_y, is_solid || is_first ? glyph : ' ', style);
      }
    }
    y++;
  }
}

/* ---- The step in words --------------------------------------------------------------------------------------- */

static void list_text(const cJSON *numbers, char *out, size_t size) {
  const cJSON *item;
  size_t used = 0;
  out[0] = 0;
  cJSON_ArrayForEach(item, numbers) if (used + 16 < size) used +=
      (size_t)snprintf(out + used, size - used, used ? " %.4g" : "%.4g", item->valuedouble);
}

static int put_line(dashboard *d, rect in, int y, const char *name, const char *value) {
  if (y >= in.y + in.height) return y;
  frame_text(&d->frame, in.x + 1, y, 10, STYLE_DIM, name);
  frame_text(&d->frame, in.x + 11, y, in.width - 11, STYLE_PLAIN, value);
  return y + 1;
}

static const char *number_text(const cJSON *item, char out[32]) {
  if (cJSON_IsNumber(item)) text_number(out, 32, fabs(item->valuedouble) < 1e-9 ? 0 : item->valuedouble, 7);
  else snprintf(out, 32, "-");
  return out;
}

/* Offered and received by channel, in the order in which the funnel has them. */
static int draw_channels(dashboard *d, rect in, int y, const char *title, const cJSON *bits) {
  static const int order[BAUD_CHANNELS] = {BAUD_CH_REWARD, BAUD_CH_OBSERVATION, BAUD_CH_DEMONSTRATION};
  static const char *const stages[] = {"offered", "received"};
  char number[32];
  if (y >= in.y + in.height) return y;
  frame_print(&d->frame, in.x + 1, y++, in.width - 1, STYLE_STRONG, "%-20sr      o      d", title);
  for (int s = 0; s < 2 && y < in.y + in.height; s++, y++) {
    const cJSON *channels = cJSON_GetObjectItemCaseSensitive(bits, stages[s]);
    frame_text(&d->frame, in.x + 3, y, 10, STYLE_DIM, stages[s]);
    for (int k = 0; k < BAUD_CHANNELS; k++)
      frame_right(&d->frame, in.x + 15 + 7 * k, y, 7, STYLE_PLAIN, number_text(cJSON_GetArrayItem(channels, order[k]), number));
  }
  return y;
}

/* What of the bits that the learner knows is in its weights: what is left of them when memory is wiped. */
static int draw_bits(dashboard *d, rect in, int y, const cJSON *line) {
  static const struct { const char *name, *shown; } rows[] = {
      {"absorbed", "absorbed"}, {"useful", "useful"}, {"known", "known, in all"}, {"known_wiped", "memory wiped"}};
  const cJSON *bits = cJSON_GetObjectItemCaseSensitive(line, "bits");
  char number[32];
  if (!bits) return y;
  y = draw_channels(d, in, y, "bits this step", bits);
  for (size_t i = 0; i < sizeof rows / sizeof *rows && y < in.y + in.height; i++) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(bits, rows[i].name);
    if (!value && strcmp(rows[i].name, "known_wiped") == 0) continue;
    frame_text(&d->frame, in.x + 3, y, 13, STYLE_DIM, rows[i].shown);
    frame_right(&d->frame, in.x + 15, y++, 7, STYLE_PLAIN, number_text(value, number));
  }
  return y;
}

/* A lane that is a trial itself: how far it has come, and its ledger. */
static int draw_inner(dashboard *d, rect in, int y, const cJSON *line) {
  const cJSON *inner = cJSON_GetObjectItemCaseSensitive(line, "inner");
  const cJSON *episode = cJSON_GetObjectItemCaseSensitive(inner, "episode"), *episodes = cJSON_GetObjectItemCaseSensitive(inner, "episodes");
  char text[160], earned[32], success[32];
  if (!cJSON_IsNumber(episode) || !cJSON_IsNumber(episodes)) return y;
  snprintf(text, sizeof text, "episode %.0f of %.0f", episode->valuedouble, episodes->valuedouble);
  y = put_line(d, in, y + (in.height >= 18), "inner", text);
  snprintf(text, sizeof text, "return %s   success %s", number_text(cJSON_GetObjectItemCaseSensitive(inner, "return"), earned),
           number_text(cJSON_GetObjectItemCaseSensitive(inner, "success"), success));
  y = put_line(d, in, y, "", text);
  return draw_channels(d, in, y, "bits so far", inner);
}

static int draw_shown(dashboard *d, rect in, int y, const cJSON *line) {
  const cJSON *shown = cJSON_GetObjectItemCaseSensitive(line, "shown"), *action = cJSON_GetObjectItemCaseSensitive(line, "action");
  char text[100], with[120];
  if (!shown) return y;
  list_text(shown, text, sizeof text);
  snprintf(with, sizeof with, "%.80s   agrees: %s", text, cJSON_Compare(shown, action, 1) ? "yes" : "no");
  return put_line(d, in, y, "shown", with);
}

static void draw_step(dashboard *d, rect in, const cJSON *line) {
  char text[300], part[200], number[32], other[32];
  const cJSON *p = cJSON_GetObjectItemCaseSensitive(line, "p"), *actions = cJSON_GetObjectItemCaseSensitive(line, "actions");
  const cJSON *item, *facts = cJSON_GetObjectItemCaseSensitive(line, "facts"), *obs = cJSON_GetObjectItemCaseSensitive(line, "obs");
  const char *end = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, "end"));
  int y = in.y;
  list_text(cJSON_GetObjectItemCaseSensitive(line, "action"), part, sizeof part);
  snprintf(text, sizeof text, "%s", part[0] ? part : "- (the beginning)");
  if (cJSON_IsNumber(p)) snprintf(text, sizeof text, "%.80s   p %.3g", part, p->valuedouble);
  else if (part[0] && cJSON_IsNumber(actions) && actions->valuedouble > 0) snprintf(text, sizeof text, "%.80s of %.0f", part, actions->valuedouble);
  y = put_line(d, in, y, "action", text);
  snprintf(text, sizeof text, "%s   return %s", number_text(cJSON_GetObjectItemCaseSensitive(line, "reward"), number),
           number_text(cJSON_GetObjectItemCaseSensitive(line, "return"), other));
  y = put_line(d, in, y, "reward", text);
  y = draw_shown(d, in, y, line);
  if (end) y = put_line(d, in, y, "end", end);
  y = draw_bits(d, in, y + (in.height >= 14), line);
  y = draw_inner(d, in, y, line);
  y += in.height >= 18;
  cJSON_ArrayForEach(item, obs) {
    list_text(item, part, sizeof part);
    y = put_line(d, in, y, item == obs->child ? "obs" : "", part);
  }
  cJSON_ArrayForEach(item, facts) {
    if (y >= in.y + in.height) break;
    frame_text(&d->frame, in.x + 1, y, 20, STYLE_DIM, item->string);
    frame_right(&d->frame, in.x + 15, y++, 7, STYLE_PLAIN, number_text(item, number));
  }
}

/* ---- The episode's bits -------------------------------------------------------------------------------------- */

/* Received and absorbed at each step of the episode that is shown, as far as it has been read. */
static void draw_plot(dashboard *d, rect box) {
  static double received[FEED_KEPT], absorbed[FEED_KEPT];
  const feed *f = &d->feed;
  uint64_t episode = f->step[f->at].episode;
  int from = f->at, n = 0;
  char title[100];
  while (from > 0 && f->step[from - 1].episode == episode) from--;
  for (int i = from; i < f->n && f->step[i].episode == episode; i++, n++) {
    received[n] = (double)f->step[i].received;
    absorbed[n] = (double)f->step[i].absorbed;
  }
  uint32_t first = f->step[from].step;
  chart_data data = {.domain = {.axis = X_STEP, .from = first, .width = 1, .end = (double)first + (n > 8 ? n : 8), .n = n},
                     .n_series = 2,
                     .series = {{.letter = 'r', .line = received}, {.letter = 'a', .line = absorbed}}};
  snprintf(title, sizeof title, "bits at each step of episode %llu: received, absorbed", (unsigned long long)episode);
  plot_look look = {.y = AXIS_LINEAR, .smooth = 1, .has_cursor = 1, .cursor = f->step[f->at].step, .is_focused = 1, .is_reading = !f->is_over};
  plot_draw(&d->frame, box, &d->canvas, title, "", &data, &look);
}

/* ---- All of it ----------------------------------------------------------------------------------------------- */

static void say_why(dashboard *d, rect body) {
  const feed *f = &d->feed;
  char text[400];
  if (f->why[0]) snprintf(text, sizeof text, "%s", f->why);
  else if (f->source == FEED_REPLAY && f->at_episode < f->asked_episode)
    snprintf(text, sizeof text, "playing to episode %llu: %llu ...", (unsigned long long)f->asked_episode, (unsigned long long)f->at_episode);
  else snprintf(text, sizeof text, "waiting for the first step ...");
  frame_text(&d->frame, 2, body.y + body.height / 2, body.width - 3, STYLE_DIM, text);
}

static void draw(dashboard *d, rect body) {
  const feed *f = &d->feed;
  layout_env l = layout_of_env(body, zoom_of_view(d));
  d->readout[0] = 0;
  if (f->n == 0 || f->at >= f->n) {
    say_why(d, body);
    return;
  }
  cJSON *line = cJSON_Parse(f->step[f->at].json);
  const cJSON *rows = cJSON_GetObjectItemCaseSensitive(line, "picture");
  char title[200], note[80], name[200], cut[200];
  model_trial_name(&d->model, f->trial, name, sizeof name);
  text_elide(cut, sizeof cut, name, l.picture.width - 30);
  snprintf(title, sizeof title, "%s", cut);
  snprintf(note, sizeof note, "%s %s%.3g/s", f->source == FEED_LIVE ? "live" : "replay", f->is_held ? "held " : "", f->per_second);
  rect in = frame_box(&d->frame, l.picture, title, note, STYLE_STRONG);
  if (rows) draw_picture(d, in, rows);
  else frame_text(&d->frame, in.x + 1, in.y, in.width - 1, STYLE_DIM, "this environment draws no picture (baud.draw/1)");
  if (l.step.width > 0) draw_step(d, frame_box(&d->frame, l.step, "step", "", STYLE_TITLE), line);
  if (l.plot.height > 0) draw_plot(d, l.plot);
  char *copied = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(line, "bits"));
  snprintf(d->readout, sizeof d->readout, "episode %llu step %u %.500s", (unsigned long long)f->step[f->at].episode,
           f->step[f->at].step, copied ? copied : "");
  cJSON_free(copied);
  cJSON_Delete(line);
}

static void note(dashboard *d, char *out, size_t size) {
  const feed *f = &d->feed;
  char episode[32];
  out[0] = 0;
  if (f->n == 0 || f->at >= f->n) return;
  text_thousands(episode, sizeof episode, f->step[f->at].episode);
  int is_changed = f->source == FEED_REPLAY && d->model.trials[f->trial].changes;
  snprintf(out, size, "%sep %s step %u", is_changed ? "as its id says   " : "", episode, f->step[f->at].step);
}

/* ---- Keys ---------------------------------------------------------------------------------------------------- */

void act_play(dashboard *d, int unused) {
  (void)unused;
  d->feed.is_held = !d->feed.is_held;
  d->feed.due_at = d->now;
}

void act_frame(dashboard *d, int step) { feed_step_by(&d->feed, step); }

void act_speed(dashboard *d, int step) {
  double *per_second = &d->feed.per_second;
  if (step > 0 && *per_second < 500) *per_second *= 2;
  if (step < 0 && *per_second > 0.3) *per_second /= 2;
}

void act_latest(dashboard *d, int unused) {
  (void)unused;
  feed_live(d);
}

void act_other_trial(dashboard *d, int step) {
  act_seed(d, step);
  feed_begin(d);
}

void act_goto(dashboard *d, int unused) {
  (void)unused;
  d->mode = MODE_COMMAND;
  prompt_set(&d->prompt, "episode ");
}

void act_wide(dashboard *d, int unused) {
  (void)unused;
  d->is_wide_picture = !d->is_wide_picture;
}

const screen screen_env = {4, "Env", "Env", IN_ENV, draw, note, NULL, NULL, feed_begin, NULL};
