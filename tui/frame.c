/* frame.c - cells, text, boxes and bars: frame.h. */
#include "frame.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The stand-ins of the ASCII tier; what is not here and not ASCII becomes '?'. */
static const struct { uint32_t glyph; char ascii; } stand_ins[] = {
    {0x2500, '-'}, {0x2502, '|'}, {0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'}, {0x2524, '+'},
    {0x2534, '+'}, {0x253c, '+'}, {0x2588, '#'}, {0x2591, '-'}, {0xbb, '>'},   {0x2026, '~'}, {0x2264, '<'},
    {0x2265, '>'}, {0x2190, '<'}, {0x2192, '>'}, {0x2191, '^'}, {0x2193, 'v'}, {0xb7, '.'},    {0x25cf, '@'},
    {0x25cb, 'o'},
};

static uint32_t in_ascii(uint32_t glyph) {
  if (glyph < 0x80) return glyph;
  for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++)
    if (stand_ins[i].glyph == glyph) return (uint32_t)stand_ins[i].ascii;
  return '?';
}

int frame_resize(frame *f, int width, int height) {
  if (width < 1) width = 1;
  if (height < 1) height = 1;
  if (f->cells && width == f->width && height == f->height) return 0;
  frame_cell *cells = calloc((size_t)width * (size_t)height, sizeof *cells);
  if (!cells) return BAUD_ENOMEM;
  free(f->cells);
  f->cells = cells;
  f->width = width;
  f->height = height;
  frame_clear(f);
  return 0;
}

void frame_free(frame *f) {
  free(f->cells);
  f->cells = NULL;
}

void frame_clear(frame *f) {
  for (int i = 0; i < f->width * f->height; i++) f->cells[i] = (frame_cell){' ', STYLE_PLAIN};
  f->cursor_x = f->cursor_y = 0;
}

void frame_put(frame *f, int x, int y, uint32_t glyph, unsigned style) {
  if (x < 0 || y < 0 || x >= f->width || y >= f->height) return;
  frame_cell *cell = f->cells + y * f->width + x;
  if (cell->glyph == 0 && glyph != 0 && x > 0) cell[-1].glyph = ' '; /* never half a wide glyph */
  if (x + 1 < f->width && cell[1].glyph == 0) cell[1].glyph = ' ';
  cell->glyph = f->tier == GLYPHS_ASCII ? in_ascii(glyph) : glyph;
  cell->style = style;
}

int frame_text(frame *f, int x, int y, int cells, unsigned style, const char *text) {
  int at = 0, width;
  for (uint32_t glyph; (glyph = text_next(&text, &width)) != 0; at += width) {
    if (at + width > cells) break;
    int is_wide = width == 2 && f->tier != GLYPHS_ASCII;
    if (is_wide && x + at + 2 > f->width) break;
    frame_put(f, x + at, y, glyph, style);
    if (width == 2 && !is_wide) frame_put(f, x + at + 1, y, ' ', style);
    if (is_wide && x + at >= 0 && y >= 0 && y < f->height)
      f->cells[y * f->width + x + at + 1] = (frame_cell){0, style};
  }
  return at;
}

int frame_print(frame *f, int x, int y, int cells, unsigned style, const char *format, ...) {
  char text[1200];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return frame_text(f, x, y, cells, style, text);
}

int frame_right(frame *f, int x, int y, int cells, unsigned style, const char *text) {
  int width = text_width(text);
  int at = width < cells ? x + cells - width : x;
  frame_text(f, at, y, x + cells - at, style, text);
  return at;
}

void frame_fill(frame *f, rect area, uint32_t glyph, unsigned style) {
  for (int y = area.y; y < area.y + area.height; y++)
    for (int x = area.x; x < area.x + area.width; x++) frame_put(f, x, y, glyph, style);
}

void frame_restyle(frame *f, rect area, unsigned ored) {
  for (int y = area.y < 0 ? 0 : area.y; y < area.y + area.height && y < f->height; y++)
    for (int x = area.x < 0 ? 0 : area.x; x < area.x + area.width && x < f->width; x++)
      f->cells[y * f->width + x].style |= ored;
}

void frame_rule(frame *f, int y, const char *title) {
  frame_fill(f, (rect){0, y, f->width, 1}, 0x2500, STYLE_FRAME);
  if (!title) return;
  int n = frame_print(f, 2, y, f->width - 4, STYLE_TITLE, " %s", title);
  frame_put(f, 2 + n, y, ' ', STYLE_TITLE);
}

static void box_edges(frame *f, rect r) {
  int right = r.x + r.width - 1, bottom = r.y + r.height - 1;
  for (int x = r.x + 1; x < right; x++) {
    frame_put(f, x, r.y, 0x2500, STYLE_FRAME);
    frame_put(f, x, bottom, 0x2500, STYLE_FRAME);
  }
  for (int y = r.y + 1; y < bottom; y++) {
    frame_put(f, r.x, y, 0x2502, STYLE_FRAME);
    frame_put(f, right, y, 0x2502, STYLE_FRAME);
  }
  frame_put(f, r.x, r.y, 0x250c, STYLE_FRAME);
  frame_put(f, right, r.y, 0x2510, STYLE_FRAME);
  frame_put(f, r.x, bottom, 0x2514, STYLE_FRAME);
  frame_put(f, right, bottom, 0x2518, STYLE_FRAME);
}

rect frame_box(frame *f, rect r, const char *title, const char *note, unsigned title_style) {
  rect inside = {r.x + 1, r.y + 1, r.width - 2, r.height - 2};
  if (inside.width < 0) inside.width = 0;
  if (inside.height < 0) inside.height = 0;
  if (r.width < 2 || r.height < 2) return inside;
  box_edges(f, r);
  int room = r.width - 4; /* a dash stays beside each corner */
  int note_width = note && *note ? text_width(note) + 2 : 0;
  if (note_width > room - 8) note_width = 0;
  if (note_width) frame_print(f, r.x + r.width - 2 - note_width, r.y, note_width, STYLE_DIM, " %s ", note);
  if (title && *title && room - note_width > 4) {
    char cut[400];
    text_elide(cut, sizeof cut, title, room - note_width - 3);
    frame_print(f, r.x + 2, r.y, room, title_style, " %s ", cut);
  }
  return inside;
}

void frame_bar(frame *f, int x, int y, int cells, double share) {
  int from = 0, inner = cells;
  if (f->tier == GLYPHS_ASCII && cells > 4) {
    frame_put(f, x, y, '[', STYLE_TROUGH);
    frame_put(f, x + cells - 1, y, ']', STYLE_TROUGH);
    from = 1;
    inner -= 2;
  }
  int filled = share > 0 ? (int)(fmin(share, 1) * inner + 0.5) : 0;
  if (filled == 0 && share > 0 && inner > 0) filled = 1; /* a little is not nothing */
  for (int i = 0; i < inner; i++)
    frame_put(f, x + from + i, y, i < filled ? 0x2588 : 0x2591, i < filled ? STYLE_BAR : STYLE_TROUGH);
}

uint32_t frame_spark(const frame *f, double level) {
  static const char ascii[] = "_.,-=+*#";
  int step = level > 0 ? (int)(fmin(level, 1) * 7 + 0.5) : 0;
  return f->tier == GLYPHS_ASCII ? (uint32_t)ascii[step] : 0x2581u + (uint32_t)step;
}

void frame_write(const frame *f, FILE *to) {
  for (int y = 0; y < f->height; y++) {
    for (int x = 0; x < f->width; x++) {
      char bytes[4];
      uint32_t glyph = f->cells[y * f->width + x].glyph;
      if (glyph) fwrite(bytes, 1, (size_t)text_encode(bytes, glyph), to);
    }
    fputc('\n', to);
  }
}
