/* commands.c - what changes the run: pause, resume, stop, run again, by key or by ":" line; and ":dump".
 *
 * Nothing is changed here: a command goes over the run's control socket, and what became of it shows on the board.
 */
#include "actions.h"

#include <stdio.h>
#include <string.h>

#include "control.h"
#include "text.h"

enum { WHOLE_RUN = -1 };

static int can_pause(char s) { return s == STATUS_RUNNING || s == STATUS_QUEUED; }
static int can_resume(char s) { return s == STATUS_PAUSED; }
static int can_stop(char s) { return s == STATUS_RUNNING || s == STATUS_QUEUED || s == STATUS_PAUSED; }
static int can_rerun(char s) { return s == STATUS_DONE || s == STATUS_FAILED || s == STATUS_STOPPED; }

static const struct command {
  const char *name, *done; /* as control.h has it; as the message says it */
  int (*fits)(char status);
} commands[] = {
    {"pause", "paused", can_pause},
    {"resume", "resumed", can_resume},
    {"stop", "stopped", can_stop},
    {"rerun", "to run again", can_rerun},
};

static const struct command *command_of(const char *name) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0) return commands + i;
  return NULL;
}

static uint32_t count_fitting(const dashboard *d, target what, const struct command *c) {
  const model_config *config = d->model.configs + what.config;
  uint32_t n = 0;
  for (uint32_t i = 0; i < config->n_trials; i++) {
    uint32_t trial = config->trials[i];
    n += (what.trial < 0 || what.trial == trial) && c->fits(d->model.trials[trial].status);
  }
  return n;
}

static void send_whole(dashboard *d, const struct command *c) {
  baud_error error;
  if (control_command(d->model.socket_path, c->name, WHOLE_RUN, &error) != 0) dashboard_complain(d, "%s", error.text);
  else dashboard_say(d, "the whole run: %s", c->done);
}

static void send_selected(dashboard *d, target what, const struct command *c) {
  const model_config *config = d->model.configs + what.config;
  baud_error error;
  char name[300];
  int sent = 0;
  for (uint32_t i = 0; i < config->n_trials; i++) {
    uint32_t trial = config->trials[i];
    if ((what.trial >= 0 && what.trial != trial) || !c->fits(d->model.trials[trial].status)) continue;
    if (control_command(d->model.socket_path, c->name, trial, &error) != 0) {
      dashboard_complain(d, "%s", error.text);
      return;
    }
    sent++;
  }
  target_name(d, what, name, sizeof name);
  if (what.trial >= 0) dashboard_say(d, "%s: %s", name, c->done);
  else dashboard_say(d, "%s: %d %s %s", name, sent, sent == 1 ? "trial" : "trials", c->done);
}

void act_pause(dashboard *d, int unused) {
  (void)unused;
  const struct command *pause = command_of("pause"), *resume = command_of("resume");
  if (count_fitting(d, d->selected, pause) > 0) send_selected(d, d->selected, pause);
  else if (count_fitting(d, d->selected, resume) > 0) send_selected(d, d->selected, resume);
  else dashboard_complain(d, "nothing to pause here: it has ended");
}

void act_ask(dashboard *d, int which) {
  const struct command *c = command_of(which == 'S' ? "stop" : "rerun");
  if (count_fitting(d, d->selected, c) == 0 && which == 'R') {
    dashboard_complain(d, "nothing to run again here: it has not ended");
    return;
  }
  d->question = c->name;
  d->mode = MODE_ASK;
}

void command_answer(dashboard *d, int key) {
  const struct command *c = command_of(d->question);
  d->mode = MODE_BROWSE;
  if (key == 'y' || key == 'Y') {
    if (count_fitting(d, d->selected, c) == 0) dashboard_complain(d, "nothing to do here: it has ended");
    else send_selected(d, d->selected, c);
  } else if (key == 'a' && c->fits == can_stop) {
    send_whole(d, c);
  } else {
    dashboard_say(d, "nothing was changed");
  }
}

static void dump(dashboard *d, const char *path) {
  FILE *to = *path ? fopen(path, "w") : NULL;
  chrome_draw(d);
  if (to) frame_write(&d->frame, to);
  if (!to || fclose(to) != 0) dashboard_complain(d, "dump: \"%s\" could not be written; name a file", path);
  else dashboard_say(d, "this frame is in %s", path);
}

void command_typed(dashboard *d, const char *line) {
  while (*line == ' ') line++;
  const struct command *c = command_of(line);
  if (!*line) return;
  if (strcmp(line, "q") == 0 || strcmp(line, "detach") == 0) d->is_leaving = 1;
  else if (strncmp(line, "dump ", 5) == 0) dump(d, line + 5);
  else if (!c || c->fits == can_rerun) dashboard_complain(d, ":%s is none of pause, resume, stop, dump FILE, q", line);
  else if (d->options.read_only) dashboard_complain(d, "%s: refused, this screen only reads (--ro)", line);
  else send_whole(d, c);
}
