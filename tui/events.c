/* events.c - events and claims as lines: events.h. */
#include "events.h"

#include <string.h>
#include <time.h>

#include "text.h"

static unsigned severity_style(char severity) {
  return severity == 'E' ? STYLE_FAILED : severity == 'W' ? STYLE_PAUSED : STYLE_DIM;
}

void event_draw(dashboard *d, int x, int y, int cells, const store_event_row *event) {
  frame *f = &d->frame;
  char when[16], name[300] = "run", cut[300];
  time_t t = (time_t)event->time;
  struct tm parts;
  localtime_r(&t, &parts);
  strftime(when, sizeof when, "%H:%M:%S", &parts);
  int end = x + cells, gap = cells >= 100 ? 2 : 1, names = cells / 3 > 44 ? 44 : cells / 3;
  x += frame_text(f, x, y, end - x, STYLE_DIM, when) + gap;
  frame_put(f, x < end ? x : end, y, (uint32_t)(unsigned char)event->severity, severity_style(event->severity));
  x += 1 + gap;
  if (event->trial >= 0 && event->trial < (int64_t)d->model.n_trials)
    model_trial_name(&d->model, (uint32_t)event->trial, name, sizeof name);
  text_elide(cut, sizeof cut, name, names);
  x += frame_text(f, x, y, end - x, STYLE_PLAIN, cut) + gap;
  if (x >= end) return;
  char text[700];
  text_elide(text, sizeof text, event->text, end - x);
  frame_text(f, x, y, end - x, event->severity == 'E' ? STYLE_FAILED : STYLE_PLAIN, text);
}

void text_draw_wrapped(frame *f, rect area, const char *text) {
  char line[1600];
  size_t used = 0;
  int cells = 0, y = area.y, width;
  for (uint32_t glyph; (glyph = text_next(&text, &width)) != 0;) {
    char bytes[4];
    int n = text_encode(bytes, glyph);
    if (cells + width > area.width || used + 5 > sizeof line) {
      line[used] = 0;
      frame_text(f, area.x, y++, area.width, STYLE_DIM, line);
      used = 0;
      cells = 0;
      if (y >= area.y + area.height) return;
    }
    memcpy(line + used, bytes, (size_t)n);
    used += (size_t)n;
    cells += width;
  }
  line[used] = 0;
  if (y < area.y + area.height) frame_text(f, area.x, y, area.width, STYLE_DIM, line);
}

unsigned verdict_style(const char *verdict) {
  if (strcmp(verdict, "holds") == 0) return STYLE_RUNNING;
  if (strcmp(verdict, "fails") == 0) return STYLE_FAILED;
  return *verdict ? STYLE_PAUSED : STYLE_DIM;
}

void claim_draw(dashboard *d, int x, int y, int cells, int index) {
  frame *f = &d->frame;
  char text[400], figures[700];
  store_claim shown, *claim = &shown;
  int is_so_far = verdicts_of(d, index, claim);
  int end = x + cells;
  int n = frame_text(f, x, y, 9, verdict_style(claim->verdict), *claim->verdict ? claim->verdict : "open");
  if (is_so_far) frame_put(f, x + n, y, '?', STYLE_DIM); /* with the results so far */
  x += 11;
  int room = end - x;
  if (room <= 0) return;
  int wished = text_width(claim->text), figures_width = text_width(claim->figures);
  int texts = wished + 3 + figures_width <= room || wished <= room / 2 ? wished : room / 2;
  text_elide(text, sizeof text, claim->text, texts);
  x += frame_text(f, x, y, room, STYLE_PLAIN, text) + 3;
  if (end - x < 8) return;
  text_elide(figures, sizeof figures, claim->figures, end - x);
  frame_text(f, x, y, end - x, STYLE_DIM, figures);
}

static void draw_claims(dashboard *d, rect in) {
  const model *m = &d->model;
  int fits = (int)m->n_claims <= in.height ? (int)m->n_claims : in.height - 1;
  if (fits < 0) fits = 0;
  for (int i = 0; i < fits; i++) claim_draw(d, in.x, in.y + i, in.width, i);
  if (fits < (int)m->n_claims && in.height > 0)
    frame_print(&d->frame, in.x, in.y + fits, in.width, STYLE_DIM, "%d more   7: all claims", (int)m->n_claims - fits);
}

static void draw_newest(dashboard *d, rect in) {
  const model *m = &d->model;
  int n = (int)m->n_events < in.height ? (int)m->n_events : in.height;
  for (int i = 0; i < n; i++) event_draw(d, in.x, in.y + i, in.width, m->events + ((int)m->n_events - n + i));
  if (n == 0 && in.height > 0) frame_text(&d->frame, in.x, in.y, in.width, STYLE_DIM, "no events yet");
}

void events_draw_panel(dashboard *d, rect area, int is_boxed) {
  const model *m = &d->model;
  int counts[3], is_over = m->liveness == ENDED && m->n_claims > 0;
  char title[96] = "events";
  model_count_claims(m, counts);
  if (is_over)
    snprintf(title, sizeof title, "claims: %d hold%s, %d fail%s, %d undecided", counts[0], counts[0] == 1 ? "s" : "",
             counts[1], counts[1] == 1 ? "s" : "", counts[2]);
  rect in = {area.x + 1, area.y + 1, area.width - 2, area.height - 1};
  if (is_boxed) in = frame_box(&d->frame, area, title, is_over ? "run is over" : "newest last", STYLE_TITLE);
  else frame_rule(&d->frame, area.y, is_over ? title : NULL);
  if (is_boxed) in.x += 1, in.width -= 2;
  if (is_over) draw_claims(d, in);
  else draw_newest(d, in);
}
