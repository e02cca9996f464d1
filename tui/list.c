/* list.c - selection and scrolling: list.h. */
#include "list.h"

void list_move(list *l, int step, int rows) {
  long at = (long)l->selected + step;
  if (at > rows - 1) at = rows - 1;
  if (at < 0) at = 0;
  l->selected = (int)at;
}

void list_show(list *l, int rows, int height) {
  if (height < 1) height = 1;
  list_move(l, 0, rows);
  if (l->top > l->selected) l->top = l->selected;
  if (l->top < l->selected - height + 1) l->top = l->selected - height + 1;
  if (l->top > rows - height) l->top = rows - height;
  if (l->top < 0) l->top = 0;
}
