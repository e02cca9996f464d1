/* svg.h - a chart as a picture: Scalable Vector Graphics, for papers and pages. */
#ifndef BAUD_TUI_SVG_H
#define BAUD_TUI_SVG_H

#include <stdio.h>

#include "axis.h"
#include "charts.h"

typedef struct svg_text {
  const char *title;
  const char *x, *y;             /* what the axes say */
  const char *legend[SERIES];    /* beside each line; null: none */
} svg_text;

/* A line of text, cleaned; anchor: start, middle or end; more: further attributes, with a blank before each. */
void svg_put_text(FILE *to, double x, double y, const char *anchor, const char *more, const char *text);

/* Colour-blind safe (Okabe and Ito 2008); bands translucent, lines dashed as on the screen. */
void svg_write(FILE *to, const chart_data *data, const axis *y, const svg_text *text);

#endif
