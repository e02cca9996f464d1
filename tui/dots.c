/* dots.c - braille, quadrant blocks and ASCII as one dot canvas: dots.h. */
#include "dots.h"

#include <stdlib.h>
#include <string.h>

int dots_across(enum glyph_tier tier) { return tier == GLYPHS_ASCII ? 1 : 2; }
int dots_down(enum glyph_tier tier) { return tier == GLYPHS_BRAILLE ? 4 : 2; }

int dots_begin(dots *d, enum glyph_tier tier, int cells_x, int cells_y) {
  int n = cells_x * cells_y;
  if (n > d->room) {
    uint8_t *mask = malloc((size_t)n), *style = malloc((size_t)n), *tint = malloc((size_t)n);
    if (!mask || !style || !tint) {
      free(mask);
      free(style);
      free(tint);
      return BAUD_ENOMEM;
    }
    dots_free(d);
    d->mask = mask;
    d->style = style;
    d->tint = tint;
    d->room = n;
  }
  d->tier = tier;
  d->cells_x = cells_x;
  d->cells_y = cells_y;
  d->width = cells_x * dots_across(tier);
  d->height = cells_y * dots_down(tier);
  if (n > 0) {
    memset(d->mask, 0, (size_t)n);
    memset(d->style, 0, (size_t)n);
    memset(d->tint, 0, (size_t)n);
  }
  return 0;
}

void dots_free(dots *d) {
  free(d->mask);
  free(d->style);
  free(d->tint);
  d->mask = d->style = d->tint = NULL;
  d->room = 0;
}

/* The bit of a dot within its cell; down counts from the top. Braille: Unicode 15, table 21-1. */
static unsigned bit_of(enum glyph_tier tier, int across, int down) {
  static const uint8_t braille[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
  return tier == GLYPHS_BRAILLE ? braille[across][down] : 1u << (down * 2 + across);
}

static int is_outside(const dots *d, int x, int y) { return x < 0 || y < 0 || x >= d->width || y >= d->height; }

static int cell_of(const dots *d, int x, int y) {
  return (d->height - 1 - y) / dots_down(d->tier) * d->cells_x + x / dots_across(d->tier);
}

int dots_is_line(const dots *d, int x, int y) {
  if (is_outside(d, x, y)) return 0;
  int cell = cell_of(d, x, y);
  return d->mask[cell] && d->style[cell] < STYLE_BAND;
}

void dots_set(dots *d, int x, int y, unsigned style) {
  if (is_outside(d, x, y)) return;
  int per_x = dots_across(d->tier), per_y = dots_down(d->tier), from_top = d->height - 1 - y, cell = cell_of(d, x, y);
  d->mask[cell] |= (uint8_t)bit_of(d->tier, x % per_x, from_top % per_y);
  d->style[cell] = (uint8_t)style;
}

void dots_tint(dots *d, int x, int y, unsigned style) {
  if (!is_outside(d, x, y)) d->tint[cell_of(d, x, y)] = (uint8_t)(style + 1);
}

/* Bresenham (1965), all octants. */
void dots_line(dots *d, int x0, int y0, int x1, int y1, unsigned style, int (*is_on)(int index, int x), int index) {
  int dx = abs(x1 - x0), dy = -abs(y1 - y0), step_x = x0 < x1 ? 1 : -1, step_y = y0 < y1 ? 1 : -1, off = dx + dy;
  for (;;) {
    if (!is_on || is_on(index, x0)) dots_set(d, x0, y0, style);
    if (x0 == x1 && y0 == y1) return;
    int twice = 2 * off;
    if (twice >= dy) off += dy, x0 += step_x;
    if (twice <= dx) off += dx, y0 += step_y;
  }
}

static uint32_t glyph_of(enum glyph_tier tier, unsigned mask) {
  /* bits: upper left 1, upper right 2, lower left 4, lower right 8 */
  static const uint16_t quadrants[16] = {' ',    0x2598, 0x259d, 0x2580, 0x2596, 0x258c, 0x259e, 0x259b,
                                         0x2597, 0x259a, 0x2590, 0x259c, 0x2584, 0x2599, 0x259f, 0x2588};
  static const char ascii[] = {' ', '\'', ' ', ' ', '.', ':'}; /* bits: upper 1, lower 4 */
  if (tier == GLYPHS_BRAILLE) return 0x2800u + mask;
  return tier == GLYPHS_BLOCKS ? quadrants[mask & 15] : (uint32_t)ascii[mask % 6];
}

void dots_draw(const dots *d, frame *f, int x, int y) {
  for (int row = 0; row < d->cells_y; row++)
    for (int column = 0; column < d->cells_x; column++) {
      int cell = row * d->cells_x + column;
      unsigned tint = d->tint[cell] ? STYLE_TINTED : 0;
      if (d->mask[cell]) frame_put(f, x + column, y + row, glyph_of(d->tier, d->mask[cell]), d->style[cell] | tint);
      else if (tint) frame_put(f, x + column, y + row, ' ', (d->tint[cell] - 1u) | tint);
    }
}
