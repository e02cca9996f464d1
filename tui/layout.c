/* layout.c - panels by size: layout.h. */
#include "layout.h"

layout layout_screen(int width, int height) {
  layout l = {.header = 0, .tabs = -1, .rule = -1, .footer = -1, .body = {0, 0, 0, 0}};
  if (width < 20 || height < 4) {
    l.is_status_only = 1;
    return l;
  }
  int top = 1, bottom = height;
  if (height >= 8) l.tabs = top++;
  if (height >= 6) l.footer = --bottom;
  if (height >= 16) l.rule = --bottom;
  l.body = (rect){0, top, width, bottom - top};
  return l;
}

/* Takes `rows` from the lower end of what is left. */
static rect cut_bottom(rect *left, int rows) {
  rect r = {left->x, left->y + left->height - rows, left->width, rows};
  left->height -= rows;
  return r;
}

layout_runs layout_of_runs(rect body, enum layout_zoom zoom) {
  layout_runs l = {.list = body};
  if (zoom == LAYOUT_ALONE) return l;
  if (body.width >= 100 && body.height >= 30) {
    l.is_boxed = 1;
    l.events = cut_bottom(&l.list, body.height >= 44 ? 8 : 6);
    rect boxes = cut_bottom(&l.list, body.height >= 44 ? 16 : 13);
    int funnel = body.width >= 160 ? 60 : 46;
    l.plot = (rect){boxes.x, boxes.y, boxes.width - funnel, boxes.height};
    l.funnel = (rect){boxes.x + l.plot.width, boxes.y, funnel, boxes.height};
  } else if (body.width >= 60 && body.height >= 18) {
    l.events = cut_bottom(&l.list, 3);
    l.strip = cut_bottom(&l.list, 3);
  }
  return l;
}

/* `area` in a grid, row by row, without gaps. */
static void fill_grid(layout_run *l, rect area, int columns, int rows) {
  for (int row = 0; row < rows; row++)
    for (int column = 0; column < columns; column++) {
      int x = area.width * column / columns, y = area.height * row / rows;
      rect r = {area.x + x, area.y + y, area.width * (column + 1) / columns - x, area.height * (row + 1) / rows - y};
      l->plots[l->n_plots++] = r;
    }
}

static void one_box_and_three_plots(layout_run *l, rect rest) {
  int upper = rest.height * 20 / 34, half = rest.width * 58 / 120;
  if (upper < 19 && rest.height - 19 >= 8) upper = 19;
  l->funnel_is_box = 1;
  l->funnel = (rect){rest.x, rest.y, half, upper};
  l->plots[l->n_plots++] = (rect){rest.x + half, rest.y, rest.width - half, upper};
  fill_grid(l, (rect){rest.x, rest.y + upper, rest.width, rest.height - upper}, 2, 1);
}

layout_run layout_of_run(rect body, enum layout_zoom zoom) {
  layout_run l = {.n_plots = 0};
  rect rest = body;
  if (body.height >= 10) l.readout = cut_bottom(&rest, body.width >= 100 && body.height >= 30 ? 2 : 1);
  if (zoom == LAYOUT_ALONE) {
    l.plots[l.n_plots++] = rest;
    return l;
  }
  if (body.width >= 160 && rest.height >= 40) {
    l.funnel_is_box = 1;
    l.funnel = (rect){rest.x, rest.y, 60, rest.height};
    fill_grid(&l, (rect){rest.x + 60, rest.y, rest.width - 60, rest.height}, 2, 3);
  } else if (body.width >= 100 && rest.height >= 30) {
    one_box_and_three_plots(&l, rest);
  } else if (body.width >= 60 && body.height >= 14) {
    l.funnel = (rect){rest.x, rest.y, rest.width, 5};
    l.plots[l.n_plots++] = (rect){rest.x, rest.y + 5, rest.width, rest.height - 5};
  } else if (body.height >= 8) {
    l.plots[l.n_plots++] = rest;
  } else {
    l.funnel = rest;
  }
  return l;
}

layout_compare layout_of_compare(rect body, int marks, enum layout_zoom zoom) {
  layout_compare l = {.n_plots = 0};
  rect rest = body;
  int table = marks + 2, is_wide = body.width >= 100;
  if (rest.height >= 10) l.readout = cut_bottom(&rest, 1);
  if (rest.height >= table + 9 && zoom == LAYOUT_GRID && body.width >= 40) l.table = cut_bottom(&rest, table);
  if (rest.height >= 6) {
    int lines = marks > (is_wide ? 3 : 2) && rest.height >= 12 ? 2 : 1;
    l.legend = (rect){rest.x, rest.y, rest.width, lines};
    rest.y += lines;
    rest.height -= lines;
  }
  int columns = zoom == LAYOUT_ALONE || !is_wide ? 1
                : body.width >= 160                 ? 3
                                                    : 2,
      rows = zoom == LAYOUT_GRID && is_wide && rest.height >= 26 ? 2 : 1;
  for (int row = 0; row < rows && l.n_plots < LAYOUT_PLOTS; row++)
    for (int column = 0; column < columns; column++) {
      int x = rest.width * column / columns, y = rest.height * row / rows;
      l.plots[l.n_plots++] = (rect){rest.x + x, rest.y + y, rest.width * (column + 1) / columns - x, rest.height * (row + 1) / rows - y};
    }
  return l;
}

layout_graph layout_of_graph(rect body, enum layout_zoom zoom) {
  layout_graph l = {.tree = body};
  if (zoom == LAYOUT_ALONE) return l;
  if (body.height >= 30) l.work = cut_bottom(&l.tree, body.height >= 44 ? 14 : 11);
  if (body.width >= 100 && l.tree.height >= 8) {
    int node = body.width >= 160 ? 80 : 54;
    l.is_boxed = 1;
    l.tree.width -= node;
    l.node = (rect){body.x + l.tree.width, body.y, node, l.tree.height};
  } else if (body.height >= 16) {
    l.node = cut_bottom(&l.tree, 8);
  }
  return l;
}

layout_env layout_of_env(rect body, enum layout_zoom zoom) {
  layout_env l = {.picture = body};
  if (zoom == LAYOUT_ALONE) return l;
  if (body.height >= 28) l.plot = cut_bottom(&l.picture, body.height >= 40 ? 14 : 11);
  if (body.width >= 60 && body.height >= 8) {
    int step = body.width >= 100 ? 54 : body.width / 2;
    l.picture.width -= step;
    l.step = (rect){body.x + l.picture.width, body.y, step, l.picture.height};
  }
  return l;
}
