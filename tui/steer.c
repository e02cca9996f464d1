/* steer.c - requests to the supervisor, in batches: steer.h. */
#include "steer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "text.h"
#include "units.h"

enum { WHOLE_RUN = -1 };

static int can_pause(const model_trial *t) { return t->status == STATUS_RUNNING || t->status == STATUS_QUEUED; }
static int can_resume(const model_trial *t) { return t->status == STATUS_PAUSED; }
static int can_stop(const model_trial *t) { return can_pause(t) || can_resume(t); }
static int can_rerun(const model_trial *t) { return model_has_ended(t->status); }
static int can_step(const model_trial *t) { return t->status == STATUS_PAUSED && t->steps > 0; }
static int can_change(const model_trial *t) { return t->status == STATUS_RUNNING || can_step(t); }

/* Who may be meant, and what is said when nobody is. */
static const struct command {
  const char *name, *done, *nobody; /* name: as control.h has it */
  int (*fits)(const model_trial *t);
  int asks;
} commands[] = {
    {"pause", "paused", "nothing runs here", can_pause, 0},
    {"resume", "resumed", "nothing is paused here", can_resume, 0},
    {"stop", "stopped", "nothing to stop here: it has ended", can_stop, 1},
    {"rerun", "to run again", "nothing to run again here: it has not ended", can_rerun, 1},
    {"step", "stepped", "nothing to step here: P pauses a trial that runs", can_step, 0},
    {"change", "changed", "nothing to change here: it does not run", can_change, 0},
};

static const struct command *command_of(const char *name) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0) return commands + i;
  return NULL;
}

static int is_meant(const dashboard *d, target what, const struct command *c, uint32_t trial) {
  return (what.trial < 0 || what.trial == trial) && c->fits(d->model.trials + trial);
}

static uint32_t count_fitting(const dashboard *d, target what, const struct command *c) {
  const model_config *config = d->model.configs + what.config;
  uint32_t n = 0;
  for (uint32_t i = 0; i < config->n_trials; i++) n += is_meant(d, what, c, config->trials[i]) ? 1 : 0;
  return n;
}

/* ---- Requests and answers ------------------------------------------------------------------------------ */

void steer_close(steering *s) {
  control_close(s->line);
  s->line = NULL;
  s->n = 0;
}

int steer_descriptor(const dashboard *d) {
  return d->steering.line && d->steering.n > 0 ? control_descriptor(d->steering.line) : -1;
}

/* The supervisor may have been replaced since: a line that broke is opened anew, once. */
static int ask(dashboard *d, const control_request *r, baud_error *error) {
  int is_fresh = d->steering.line == NULL, code = 0;
  if (is_fresh) code = control_open(&d->steering.line, d->model.socket_path, error);
  return code ? code : control_ask(d->steering.line, r, error);
}

static steer_batch *open_batch(dashboard *d, const char *name, const char *what) {
  steering *s = &d->steering;
  if (s->n == STEER_BATCHES) return NULL;
  steer_batch *b = &s->batch[(s->first + s->n++) % STEER_BATCHES];
  *b = (steer_batch){.what = what};
  text_elide(b->name, sizeof b->name, name, 60);
  return b;
}

static void conclude(dashboard *d, const steer_batch *b) {
  if (!b->what && b->done) return;
  if (b->done == 0) dashboard_complain(d, "%s", b->text);
  else if (b->sent == 1 && b->text[0]) dashboard_say(d, "%s: %s", b->name, b->text);
  else if (b->sent == 1) dashboard_say(d, "%s: %s", b->name, b->what);
  else if (b->done == b->sent) dashboard_say(d, "%s: %d trials %s", b->name, b->done, b->what);
  else dashboard_complain(d, "%s: %d of %d trials %s; %s", b->name, b->done, b->sent, b->what, b->text);
}

int steer_poll(dashboard *d) {
  steering *s = &d->steering;
  char text[400];
  int is_ok, code, any = 0;
  while (s->n > 0 && s->line && (code = control_take(s->line, &is_ok, text, sizeof text)) != 0) {
    steer_batch *b = &s->batch[s->first];
    any = 1;
    if (code < 0) {
      dashboard_complain(d, "%s: no answer, the supervisor is gone", b->name);
      steer_close(s);
      break;
    }
    b->answered++;
    b->done += is_ok;
    if (is_ok ? b->done == b->answered : b->answered - b->done == 1) snprintf(b->text, sizeof b->text, "%s", text);
    if (b->answered < b->sent) continue;
    conclude(d, b);
    s->first = (s->first + 1) % STEER_BATCHES;
    s->n--;
  }
  return any;
}

static void send_batch(dashboard *d, const struct command *c, target what, control_request request) {
  const model_config *config = d->model.configs + what.config;
  baud_error error = {0};
  char name[300];
  target_name(d, what, name, sizeof name);
  steer_batch *b = open_batch(d, request.trial == WHOLE_RUN ? "the whole run" : name, c->done);
  if (!b) {
    dashboard_complain(d, "too much at once: wait for the answers");
    return;
  }
  int code = 0, is_whole = request.trial == WHOLE_RUN;
  for (uint32_t i = 0; !is_whole && i < config->n_trials && code == 0; i++) {
    request.trial = config->trials[i];
    if (!is_meant(d, what, c, config->trials[i])) continue;
    code = ask(d, &request, &error);
    b->sent += code == 0;
  }
  if (is_whole) b->sent = (code = ask(d, &request, &error)) == 0;
  if (code != 0) dashboard_complain(d, "%s", error.text);
  if (b->sent == 0) d->steering.n--;
  steer_poll(d); /* who answers at once is heard at once */
}

void steer_watch(dashboard *d, uint32_t trial, const char *path) {
  baud_error error = {0};
  char name[300];
  model_trial_name(&d->model, trial, name, sizeof name);
  steer_batch *b = open_batch(d, name, NULL);
  if (!b) return;
  b->sent = 1;
  if (ask(d, &(control_request){.what = "watch", .trial = trial, .to = path}, &error) == 0) return;
  d->steering.n--;
  snprintf(d->feed.why, sizeof d->feed.why, "%.290s", error.text);
}

/* ---- A run that has no supervisor -------------------------------------------------------------------------- */

/* "3,7-9" */
static char *list_trials(const dashboard *d, target what, const struct command *c) {
  const model_config *config = d->model.configs + what.config;
  char *text = malloc((size_t)config->n_trials * 24 + 1);
  size_t used = 0;
  if (!text) return NULL;
  text[0] = 0;
  for (uint32_t i = 0; i < config->n_trials;) {
    uint32_t first = config->trials[i], last = first;
    if (!is_meant(d, what, c, first)) {
      i++;
      continue;
    }
    while (++i < config->n_trials && config->trials[i] == last + 1 && is_meant(d, what, c, config->trials[i])) last++;
    used += (size_t)sprintf(text + used, first == last ? "%s%u" : "%s%u-%u", used ? "," : "", first, last);
  }
  return text;
}

static void rerun_anew(dashboard *d, target what, const struct command *c) {
  baud_error error = {0};
  char who[160], name[300];
  if (!d->options.rerun) {
    dashboard_complain(d, "no supervisor is at work on this run (baud resume starts one)");
    return;
  }
  char *trials = list_trials(d, what, c);
  control_who(who, sizeof who);
  target_name(d, what, name, sizeof name);
  int code = trials ? d->options.rerun(d->model.folder, trials, who, &error) : error_set(&error, BAUD_ENOMEM, "out of memory");
  free(trials);
  steer_close(&d->steering);
  if (code != 0) dashboard_complain(d, "%s", error.text);
  else dashboard_say(d, "%s: to run again, by a supervisor of its own", name);
}

/* ---- Commands ---------------------------------------------------------------------------------------------- */

static int has_supervisor(const dashboard *d) { return d->model.board && (d->model.liveness == LIVE || d->model.liveness == STALE); }

static void do_now(dashboard *d, const struct command *c, target what, const control_request *request) {
  if (c->fits == can_rerun && !has_supervisor(d)) rerun_anew(d, what, c);
  else send_batch(d, c, what, *request);
}

static void question_text(const dashboard *d, const struct command *c, target what, int is_whole, char *out, size_t size) {
  char name[300], cut[300];
  const char *verb = c->fits == can_stop ? "stop" : "run again";
  uint32_t n = count_fitting(d, what, c);
  target_name(d, what, name, sizeof name);
  text_elide(cut, sizeof cut, is_whole ? "the whole run" : name, d->frame.width < 64 ? 16 : d->frame.width - 48);
  if (is_whole || what.trial >= 0) snprintf(out, size, "%s %s?", verb, cut);
  else snprintf(out, size, "%s %s, %u trial%s?", verb, cut, n, n == 1 ? "" : "s");
}

static void begin(dashboard *d, const struct command *c, control_request request) {
  int is_whole = request.trial == WHOLE_RUN;
  if (d->options.read_only) {
    dashboard_complain(d, "%s: refused, this screen only reads (--ro)", c->name);
  } else if (!is_whole && count_fitting(d, d->selected, c) == 0) {
    dashboard_complain(d, "%s", c->nobody);
  } else if (c->asks) {
    d->question = (question){.command = c->name, .is_whole = is_whole, .can_be_whole = !is_whole && c->fits == can_stop, .about = d->selected};
    question_text(d, c, d->selected, is_whole, d->question.text, sizeof d->question.text);
    d->mode = MODE_ASK;
  } else {
    do_now(d, c, d->selected, &request);
  }
}

void steer_answer(dashboard *d, int key) {
  const struct command *c = command_of(d->question.command);
  int is_whole = d->question.is_whole || (key == 'a' && d->question.can_be_whole);
  d->mode = MODE_BROWSE;
  if (key != 'y' && key != 'Y' && !(key == 'a' && d->question.can_be_whole)) dashboard_say(d, "nothing was changed");
  else if (!is_whole && count_fitting(d, d->question.about, c) == 0) dashboard_complain(d, "%s", c->nobody);
  else do_now(d, c, d->question.about, &(control_request){.what = c->name, .trial = is_whole ? WHOLE_RUN : 0});
}

/* "lr=0.3" or "lr 0.3" in two halves; a bare name is a parameter of the learner. */
static int split_change(const char *rest, char *key, size_t key_size, const char **value) {
  size_t n = strcspn(rest, "= ");
  *value = rest + n + strspn(rest + n, "= ");
  if (n == 0 || !**value) return -1;
  int is_bare = !memchr(rest, '.', n) && strncmp(rest, "score", n) != 0;
  snprintf(key, key_size, "%s%.*s", is_bare ? "learner." : "", (int)(n < 100 ? n : 100), rest);
  return 0;
}

static void change(dashboard *d, const char *rest) {
  char key[128];
  const char *value;
  if (split_change(rest, key, sizeof key, &value) != 0) {
    dashboard_complain(d, ":change NAME=VALUE, where NAME is a live parameter of the learner: Tab lists them");
    return;
  }
  begin(d, command_of("change"), (control_request){.what = "change", .key = key, .value = value});
}

static void score(dashboard *d, const char *rest) {
  const char *rate = !*rest || strcmp(rest, "default") == 0 ? "-1" : rest;
  begin(d, command_of("change"), (control_request){.what = "change", .key = "score", .value = rate});
}

int steer_command(dashboard *d, const char *name, const char *rest) {
  const struct command *c = command_of(name);
  int is_whole = strcmp(rest, "run") == 0;
  if (strcmp(name, "score") == 0) return score(d, rest), 1;
  if (!c) return 0;
  if (c->fits == can_change) return change(d, rest), 1;
  uint64_t episodes = c->fits == can_step ? strtoull(rest, NULL, 10) : 0;
  begin(d, c, (control_request){.what = c->name, .trial = is_whole ? WHOLE_RUN : 0, .episodes = episodes});
  return 1;
}

/* ---- Keys -------------------------------------------------------------------------------------------------- */

void act_pause(dashboard *d, int unused) {
  (void)unused;
  int can = count_fitting(d, d->selected, command_of("pause")) > 0;
  steer_command(d, can ? "pause" : "resume", "");
}

void act_ask(dashboard *d, int which) { steer_command(d, which == 'S' ? "stop" : "rerun", ""); }

void act_step(dashboard *d, int unused) {
  (void)unused;
  steer_command(d, "step", "1");
}

/* Every episode, and back to the default at the next press on the same trials. */
void act_measure(dashboard *d, int unused) {
  (void)unused;
  int is_back = d->measured.config == d->selected.config && d->measured.trial == d->selected.trial;
  steer_command(d, "score", is_back ? "default" : "1");
  d->measured = is_back ? (target){UINT32_MAX, -1} : d->selected;
}

/* The prompt, with the learner's first live parameter once it is known. */
void act_change(dashboard *d, int unused) {
  (void)unused;
  if (count_fitting(d, d->selected, command_of("change")) == 0) {
    dashboard_complain(d, "%s", command_of("change")->nobody);
    return;
  }
  units_ask(d);
  d->mode = MODE_COMMAND;
  prompt_set(&d->prompt, "change ");
  steer_offer_live(d);
}

void steer_offer_live(dashboard *d) {
  char first[COMPLETION_SIZE], line[PROMPT_SIZE];
  if (d->mode != MODE_COMMAND || strcmp(d->prompt.text, "change ") != 0) return;
  if (!units_live(d, d->selected.config, 0, first, sizeof first)) return;
  snprintf(line, sizeof line, "change %s=", first);
  prompt_set(&d->prompt, line);
}
