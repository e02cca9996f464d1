/* list.h - which rows of a long list are in view: a selection that never leaves the window. */
#ifndef BAUD_TUI_LIST_H
#define BAUD_TUI_LIST_H

typedef struct list {
  int selected, top; /* row indices */
} list;

/* Moves the selection by `step` rows, within [0, rows). */
void list_move(list *l, int step, int rows);
/* Scrolls so that the selection lies within `height` rows and no room is wasted at the end. */
void list_show(list *l, int rows, int height);

#endif
