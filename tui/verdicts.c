/* verdicts.c - asking baud judge: verdicts.h. */
#include "verdicts.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard.h"

static const double least_rest_seconds = 3, rest_for_work = 20;

void verdicts_close(verdicts *v) {
  helper_stop(&v->helper);
  free(v->claim);
  *v = (verdicts){.helper = {.fd = -1}};
}

static int is_time(const dashboard *d) {
  const verdicts *v = &d->verdicts;
  if (d->view != &screen_claims || d->is_frozen || !d->options.program || d->model.n_claims == 0) return 0;
  if (helper_is_running(&v->helper) || d->now < v->rests_until || d->model.liveness == ENDED) return 0;
  return v->of_version != d->model.store_version;
}

static void start(dashboard *d) {
  const char *const arguments[] = {"judge", d->model.folder, NULL};
  verdicts *v = &d->verdicts;
  baud_error ignored = {0};
  v->of_version = d->model.store_version;
  v->asked_at = d->now;
  v->rests_until = d->now + least_rest_seconds;
  helper_start(&v->helper, d->options.program, arguments, &ignored);
}

static void take_line(verdicts *v, const char *text) {
  cJSON *line = cJSON_Parse(text);
  const cJSON *index = cJSON_GetObjectItemCaseSensitive(line, "claim");
  const char *verdict = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, "verdict"));
  const char *figures = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, "figures"));
  if (cJSON_IsNumber(index) && index->valuedouble >= 0 && index->valuedouble < v->n && verdict && figures) {
    store_claim *c = v->claim + (int)index->valuedouble;
    snprintf(c->verdict, sizeof c->verdict, "%s", verdict);
    snprintf(c->figures, sizeof c->figures, "%s", figures);
  }
  cJSON_Delete(line);
}

int verdicts_poll(dashboard *d) {
  verdicts *v = &d->verdicts;
  if (is_time(d)) start(d);
  if (!helper_is_running(&v->helper) || !helper_read(&v->helper) || helper_is_running(&v->helper)) return 0;
  size_t from = 0;
  if (!v->claim) v->claim = calloc(MODEL_CLAIMS, sizeof *v->claim);
  v->n = v->claim ? (int)d->model.n_claims : 0;
  for (char *line; (line = helper_line(&v->helper, &from));) take_line(v, line);
  helper_stop(&v->helper);
  double took = d->now - v->asked_at, rest = took * rest_for_work;
  v->rests_until = d->now + (rest > least_rest_seconds ? rest : least_rest_seconds);
  return 1;
}

int verdicts_of(const dashboard *d, int index, store_claim *out) {
  const verdicts *v = &d->verdicts;
  *out = d->model.claims[index];
  if (out->verdict[0] || index >= v->n || !v->claim || !v->claim[index].verdict[0]) return 0;
  memcpy(out->verdict, v->claim[index].verdict, sizeof out->verdict);
  memcpy(out->figures, v->claim[index].figures, sizeof out->figures);
  return 1;
}
