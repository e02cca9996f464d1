/* calibrate.c - baud calibrate: the ledger held against closed forms, case by case.
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "calibration/calibration.h"
#include "cli/options.h"

static cJSON *row_json(const calibration_case *c, const calibration_row *row) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "case", c->name);
  cJSON_AddNumberToObject(object, "closed_form", row->closed_form);
  cJSON_AddNumberToObject(object, "ledger", row->ledger);
  cJSON_AddNumberToObject(object, "difference", row->ledger - row->closed_form);
  cJSON_AddNumberToObject(object, "tolerance", row->tolerance);
  cJSON_AddStringToObject(object, "relation", row->relation == CALIBRATION_AT_MOST ? "<=" : "=");
  cJSON_AddBoolToObject(object, "holds", calibration_holds(row));
  return object;
}

static void print_row(const calibration_case *c, const calibration_row *row) {
  printf("%-56s %s%*.9g %16.9g %+10.2g  %s\n", c->name, row->relation == CALIBRATION_AT_MOST ? "≤" : "",
         row->relation == CALIBRATION_AT_MOST ? 15 : 16, row->closed_form, row->ledger, row->ledger - row->closed_form,
         calibration_holds(row) ? "holds" : "FAILS");
  fflush(stdout);
}

static int measure_all(const registry *r, const char *filter, cJSON *list, baud_error *error) {
  int failures = 0, any = 0;
  for (const calibration_case *c = calibration_cases; c->name; c++) {
    calibration_row row = {0};
    if (filter && !strstr(c->name, filter)) continue;
    if (!any++ && !list) printf("%-56s %16s %16s %10s\n", "case", "closed form", "ledger", "difference");
    if (c->measure(r, c, &row, error) != 0) return error_at(error, "%s", c->name), -1;
    failures += !calibration_holds(&row);
    list ? (void)cJSON_AddItemToArray(list, row_json(c, &row)) : print_row(c, &row);
  }
  if (!any) return error_set(error, BAUD_EARG, "no case has \"%s\" in its name", filter), -1;
  if (!list) printf("%s\n", failures ? "the ledger does not agree with every closed form" : "the ledger agrees with every closed form");
  return failures;
}

static int run(int argc, char **argv) {
  registry *r;
  const char *filter = NULL;
  baud_error error = {0};
  int as_json = 0, got;
  options o;
  options_init(&o, &subcommand_calibrate, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_calibrate), EXIT_OK;
    if (options_is(&o, "json")) as_json = 1;
    else if (filter) got = error_set(&error, BAUD_EARG, "unexpected \"%.100s\"; it takes one text", o.value);
    else filter = o.value;
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "calibrate", &error);
  if (registry_open(&r, &error) != 0) return cli_fail(EXIT_SYSTEM, "calibrate", &error);
  cJSON *list = as_json ? cJSON_CreateArray() : NULL;
  int failures = measure_all(r, filter, list, &error);
  if (list && failures >= 0) {
    char *text = cJSON_Print(list);
    puts(text ? text : "[]");
    cJSON_free(text);
  }
  cJSON_Delete(list);
  registry_free(r);
  if (failures < 0) return cli_fail(error.code == BAUD_EARG ? EXIT_USAGE : EXIT_TRIAL_FAILED, "calibrate", &error);
  return failures ? EXIT_CLAIM_FAILS : EXIT_OK;
}

const subcommand subcommand_calibrate = {
    "calibrate", "[--json] [TEXT]", "hold the ledger against closed forms",
    "  --json    as JSON: an array of {case, closed_form, ledger, difference, tolerance, relation, holds}\n"
    "  TEXT      only the cases whose name has TEXT in it\n", run};
