/* export.h - what is on the screen, in files: a frame as text, a plot as a picture. */
#ifndef BAUD_TUI_EXPORT_H
#define BAUD_TUI_EXPORT_H

#include "dashboard.h"

/* Both say what became of it. */
void export_frame(dashboard *d, const char *name, const char *path);
void export_plot(dashboard *d, const char *name, const char *path);

#endif
