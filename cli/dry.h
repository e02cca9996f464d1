/* dry.h - a plan as text: what `baud run NAME --dry` shows. */
#ifndef BAUD_CLI_DRY_H
#define BAUD_CLI_DRY_H

#include <stdio.h>

#include "plan.h"

/* Nodes with their configurations (what varies), seeds and trials, then the claims. */
void dry_print(FILE *to, const plan *p);

#endif
