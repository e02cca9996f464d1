/* funnel.c - drawing the funnel at four sizes: funnel.h. */
#include "funnel.h"

#include <math.h>
#include <stdio.h>

#include "text.h"

static const char *const stage_name[STAGES] = {"offered", "received", "absorbed", "useful"};
static const char *const stage_verb[STAGES] = {"offer", "receive", "absorb", "use"};
/* In the order in which streams are shown; BAUD_CHANNELS stands for all together. */
static const int shown[STREAMS] = {BAUD_CH_REWARD, BAUD_CH_OBSERVATION, BAUD_CH_DEMONSTRATION, BAUD_CHANNELS};

static const char *stream_name(int stream) { return stream == BAUD_CHANNELS ? "all" : channel_name[stream]; }

static unsigned figure_of(int stream, int stage) {
  static const unsigned all[STAGES] = {FIGURE_OFFERED_ALL, FIGURE_RECEIVED_ALL, FIGURE_ABSORBED_ALL, FIGURE_USEFUL};
  static const unsigned each[STAGES] = {FIGURE_OFFERED, FIGURE_RECEIVED, FIGURE_ABSORBED, FIGURES};
  if (stream == BAUD_CHANNELS) return all[stage];
  return stage == 3 ? (unsigned)FIGURES : figure_of_channel(each[stage], (unsigned)stream);
}

void funnel_read(dashboard *d, target what, int over, funnel *out) {
  model *m = &d->model;
  const model_config *c = m->configs + what.config;
  const model_trial *t = what.trial >= 0 ? m->trials + what.trial : NULL;
  const float *recent = t ? t->recent : c->recent;
  for (int s = 0; s < STREAMS; s++)
    for (int g = 0; g < STAGES; g++) {
      unsigned figure = figure_of(s, g);
      double bits = NAN;
      if (figure >= FIGURES) bits = NAN;
      else if (over == FUNNEL_TOTALS) bits = chart_total(m, what, figure);
      else if (s == BAUD_CHANNELS) bits = (double)recent[RECENT_OFFERED + g];
      else bits = (double)(t ? t->funnel : c->funnel)[s][g];
      if (t && t->episodes == 0) bits = NAN;
      out->bits[s][g] = bits;
      out->marks[s][g] = isnan(bits) ? '-' : chart_mark(m, what, figure);
    }
}

void funnel_read_places(dashboard *d, target what, funnel *out) {
  out->known = chart_latest(&d->model, what, FIGURE_KNOWN);
  out->known_wiped = chart_latest(&d->model, what, FIGURE_KNOWN_WIPED);
  out->compute = chart_total(&d->model, what, FIGURE_COMPUTE);
}

int funnel_largest_loss(const funnel *u, double *bits) {
  int worst = -1;
  const double *all = u->bits[BAUD_CHANNELS];
  *bits = 0;
  for (int g = 1; g < STAGES; g++)
    if (all[g - 1] - all[g] > *bits) *bits = all[g - 1] - all[g], worst = g;
  return worst;
}

static double largest(const funnel *u) {
  double most = 0;
  for (int s = 0; s < STREAMS; s++)
    for (int g = 0; g < STAGES; g++)
      if (isfinite(u->bits[s][g])) most = fmax(most, u->bits[s][g]);
  return most;
}

/* "24.6=", or "-". */
static void figure_text(char *out, size_t size, double bits, char mark) {
  char number[32];
  text_number(number, sizeof number, bits, 6);
  snprintf(out, size, "%s%s", number, isnan(bits) ? "" : mark_text(mark));
}

/* "77%" of the stage before, "lost" where bits are below zero, "!" where they are more than that by what could be seen, ""
 * where there is nothing to compare. */
static void share_text(char *out, size_t size, double before, double bits) {
  double least = 1e-3 * fmax(1e-3, fabs(before)); /* by what could be seen */
  if (isnan(before) || isnan(bits)) snprintf(out, size, "%s", "");
  else if (bits < -least) snprintf(out, size, "lost");
  else if (bits > before + least) snprintf(out, size, "!");
  else if (before > 0) snprintf(out, size, "%.0f%%", 100 * bits / before);
  else snprintf(out, size, "-");
}

static unsigned share_style(const char *share) { return share[0] == '!' || share[0] == 'l' ? STYLE_ALERT : STYLE_DIM; }

/* One stage: name, bar, figure, share. Returns the row after. */
static int draw_stage(frame *f, rect inside, int y, const funnel *u, int stream, int stage, double scale) {
  char figure[48], share[16] = "";
  double bits = u->bits[stream][stage];
  int bar = inside.width - 12 - 15;
  if (bar > 60) bar = 60;
  frame_text(f, inside.x + 2, y, 9, STYLE_PLAIN, stage_name[stage]);
  if (bar > 3) frame_bar(f, inside.x + 11, y, bar, scale > 0 && isfinite(bits) ? bits / scale : 0);
  int x = inside.x + 11 + (bar > 3 ? bar + 1 : 0);
  figure_text(figure, sizeof figure, bits, u->marks[stream][stage]);
  if (stage > 0) share_text(share, sizeof share, u->bits[stream][stage - 1], bits);
  frame_right(f, x, y, 8, STYLE_PLAIN, figure);
  frame_right(f, x + 9, y, 5, share_style(share), share);
  return y + 1;
}

static int is_measured(const funnel *u, int stream) {
  for (int g = 0; g < STAGES; g++)
    if (!isnan(u->bits[stream][g])) return 1;
  return 0;
}

static void draw_loss(frame *f, rect inside, int y, const funnel *u) {
  double lost;
  int stage = funnel_largest_loss(u, &lost);
  char bits[32];
  text_number(bits, sizeof bits, lost, 6);
  if (y < inside.y + inside.height && stage > 0)
    frame_print(f, inside.x + 1, y, inside.width - 1, STYLE_STRONG, "largest loss: %s, %s bits", stage_verb[stage],
                bits);
}

/* "known now 7.34: weights 5.10, memory 2.24", and what planning, or training on what was received before, has brought. */
static void draw_places(frame *f, rect inside, int y, const funnel *u) {
  char known[32], weights[32], memory[32], compute[32];
  int end = inside.y + inside.height, room = inside.width - 1;
  if (y < end && isfinite(u->known) && isfinite(u->known_wiped)) {
    text_number(known, sizeof known, u->known, 6);
    text_number(weights, sizeof weights, u->known_wiped, 6);
    text_number(memory, sizeof memory, u->known - u->known_wiped, 6);
    frame_print(f, inside.x + 1, y++, room, STYLE_PLAIN, "known now %s: weights %s, memory %s", known, weights, memory);
  }
  if (y < end && isfinite(u->compute) && fabs(u->compute) > 1e-6) {
    text_number(compute, sizeof compute, u->compute, 6);
    frame_print(f, inside.x + 1, y, room, STYLE_PLAIN, "compute: %s useful bits with nothing received", compute);
  }
}

void funnel_draw_bars(frame *f, rect inside, const funnel *u) {
  double scale = largest(u);
  int y = inside.y, end = inside.y + inside.height, used = 0;
  for (int i = 0; i < STREAMS; i++) used += is_measured(u, shown[i]) ? shown[i] == BAUD_CHANNELS ? 5 : 4 : 1;
  int is_airy = inside.height >= used + STREAMS + 1;
  for (int i = 0; i < STREAMS && y < end; i++) {
    int s = shown[i], has = is_measured(u, s);
    int n = frame_print(f, inside.x + 1, y, inside.width - 1, has ? STYLE_STRONG : STYLE_DIM, "%s", stream_name(s));
    if (!has) frame_text(f, inside.x + n + 3, y, inside.width - n - 3, STYLE_DIM, "-");
    y++;
    for (int g = 0; has && g < (s == BAUD_CHANNELS ? STAGES : STAGES - 1) && y < end; g++)
      y = draw_stage(f, inside, y, u, s, g, scale);
    y += is_airy;
  }
  draw_loss(f, inside, y, u);
  draw_places(f, inside, y + 1, u);
}

void funnel_draw_summary(frame *f, rect inside, const funnel *u) {
  int step = inside.height >= 11 ? 2 : 1, y = inside.y + (inside.height >= 11 ? 1 : 0);
  for (int g = 0; g < STAGES && y < inside.y + inside.height; g++, y += step)
    draw_stage(f, inside, y, u, BAUD_CHANNELS, g, largest(u));
  draw_loss(f, inside, step == 2 ? y : inside.y + inside.height - 1, u);
}

static void draw_table_cell(frame *f, int *x, int y, const funnel *u, int stream, int stage, int bar, double scale) {
  char figure[48], share[16];
  double bits = u->bits[stream][stage];
  figure_text(figure, sizeof figure, bits, u->marks[stream][stage]);
  frame_right(f, *x, y, 7, STYLE_PLAIN, figure);
  *x += 7;
  if (stage == 0) return;
  share_text(share, sizeof share, u->bits[stream][stage - 1], bits);
  frame_bar(f, *x + 1, y, bar, isfinite(bits) && scale > 0 ? bits / scale : 0);
  frame_right(f, *x + 1 + bar, y, 5, share_style(share), share);
  *x += bar + 6;
}

void funnel_draw_table(frame *f, rect area, const char *unit, const funnel *u) {
  int bar = (area.width - 15 - 7 - 3 * (7 + 6 + 2)) / 3;
  if (bar > 24) bar = 24;
  if (bar < 0) bar = 0;
  double scale = largest(u);
  int step = 7 + bar + 6 + 2;
  frame_text(f, area.x + 1, area.y, 13, STYLE_DIM, unit);
  frame_right(f, area.x + 15, area.y, 7, STYLE_DIM, "offered");
  for (int g = 1; g < STAGES; g++)
    frame_text(f, area.x + 24 + (g - 1) * step + 1, area.y, step, STYLE_DIM, stage_name[g]);
  for (int i = 0; i < STREAMS && i + 1 < area.height; i++) {
    int s = shown[i], y = area.y + 1 + i, x = area.x + 15;
    frame_text(f, area.x + 1, y, 14, s == BAUD_CHANNELS ? STYLE_STRONG : STYLE_PLAIN, stream_name(s));
    for (int g = 0; g < (s == BAUD_CHANNELS ? STAGES : STAGES - 1); g++) {
      if (g > 0) frame_text(f, x, y, 2, STYLE_DIM, " >");
      if (g > 0) x += 2;
      draw_table_cell(f, &x, y, u, s, g, bar, scale);
    }
  }
}

void funnel_draw_strip(frame *f, rect area, const funnel *u) {
  double scale = largest(u);
  int half = area.width / 2, bar = half - 27;
  if (bar > 40) bar = 40;
  for (int g = 0; g < STAGES; g++) {
    int x = area.x + 1 + (g % 2) * half, y = area.y + g / 2;
    char figure[48], share[16] = "";
    double bits = u->bits[BAUD_CHANNELS][g];
    if (g > 0) share_text(share, sizeof share, u->bits[BAUD_CHANNELS][g - 1], bits);
    figure_text(figure, sizeof figure, bits, u->marks[BAUD_CHANNELS][g]);
    frame_text(f, x, y, 9, STYLE_PLAIN, stage_name[g]);
    frame_bar(f, x + 9, y, bar, isfinite(bits) && scale > 0 ? bits / scale : 0);
    frame_right(f, x + 10 + bar, y, 7, STYLE_PLAIN, figure);
    frame_right(f, x + 18 + bar, y, 4, share_style(share), share);
  }
}
