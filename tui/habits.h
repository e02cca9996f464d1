/* habits.h - what a person has settled on, kept from one time to the next: for each experiment how its rows are sorted,
 * filtered and folded and how its plots are drawn; for all together the commands typed and the colours.
 *
 * One JSON file an experiment, by its name, and one for all, in $XDG_STATE_HOME/baud; written when one leaves, beside their
 * places and renamed, so that two dashboards that end together leave the whole habits of one of them. What cannot be
 * read is as if it were not there.
 */
#ifndef BAUD_TUI_HABITS_H
#define BAUD_TUI_HABITS_H

struct dashboard;

void habits_load(struct dashboard *d);
void habits_save(const struct dashboard *d);

#endif
