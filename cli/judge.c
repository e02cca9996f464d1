/* judge.c - baud judge: how a dashboard asks what the claims come to with the results so far; a line of JSON for each.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "lua/language.h"

static int print_verdict(void *ctx, const language_verdict *verdict, baud_error *error) {
  (void)ctx, (void)error;
  cJSON *line = cJSON_CreateObject();
  cJSON_AddNumberToObject(line, "claim", verdict->claim);
  cJSON_AddStringToObject(line, "verdict", verdict->verdict ? verdict->verdict : "undecided");
  cJSON_AddStringToObject(line, "figures", verdict->figures ? verdict->figures : "");
  char *text = cJSON_PrintUnformatted(line);
  if (text) puts(text);
  cJSON_free(text);
  cJSON_Delete(line);
  return 0;
}

static int judge(const char *folder, baud_error *error) {
  char path[1100];
  registry *plugins = NULL;
  store *results;
  snprintf(path, sizeof path, "%s/store.db", folder);
  int code = store_open_readonly(&results, path, error);
  if (code != 0) return code;
  code = registry_open(&plugins, error);
  if (code == 0) code = language_claims_so_far(folder, results, plugins, print_verdict, NULL, error);
  if (plugins) registry_free(plugins);
  store_close(results);
  return code;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  if (argc != 2) return fprintf(stderr, "baud judge: this is for baud's own use; baud report judges a run's claims\n"), EXIT_USAGE;
  return judge(argv[1], &error) == 0 ? EXIT_OK : cli_fail(cli_exit_code(&error), "judge", &error);
}

const subcommand subcommand_judge = {"judge", "", "judges claims while a run goes on (baud's own use)", "", run};
