/* options.c - see options.h.
 */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 32, NAME_SIZE = 64 };

typedef struct declared {
  char name[NAME_SIZE];
  int takes_value;
} declared;

/* The options that the help text declares. */
static size_t read_help(const char *help, declared *list) {
  size_t n = 0;
  for (const char *line = help; line && *line && n < MOST_OPTIONS; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    if (strncmp(line, "  --", 4) != 0) continue;
    size_t length = strcspn(line + 4, " =\n");
    if (length >= NAME_SIZE) continue;
    snprintf(list[n].name, NAME_SIZE, "%.*s", (int)length, line + 4);
    const char *after = line + 4 + length;
    list[n++].takes_value = (*after == ' ' || *after == '=') && isupper((unsigned char)after[1]);
  }
  if (n < MOST_OPTIONS) list[n++] = (declared){"help", 0};
  return n;
}

void options_init(options *o, const subcommand *of, int argc, char **argv) {
  *o = (options){.of = of, .argc = argc, .at = 1, .argv = argv};
}

static int refuse(const options *o, const char *given, const declared *list, size_t n, baud_error *error) {
  const char *names[MOST_OPTIONS] = {NULL};
  for (size_t i = 0; i < n; i++) names[i] = list[i].name;
  const char *meant = error_closest(given, names, n);
  return meant ? error_set(error, BAUD_EARG, "unknown option --%.60s (did you mean --%s?)", given, meant)
               : error_set(error, BAUD_EARG, "unknown option --%.60s (baud %s --help lists them)", given, o->of->name);
}

static int read_named(options *o, const char *argument, baud_error *error) {
  declared list[MOST_OPTIONS];
  size_t n = read_help(o->of->help, list), length = strcspn(argument, "=");
  const declared *found = NULL;
  snprintf(o->name, sizeof o->name, "%.*s", (int)(length < NAME_SIZE ? length : NAME_SIZE - 1), argument);
  for (size_t i = 0; i < n; i++)
    if (strcmp(list[i].name, o->name) == 0) found = &list[i];
  if (!found) return refuse(o, o->name, list, n, error);
  o->value = argument[length] ? argument + length + 1 : NULL;
  if (!found->takes_value && o->value) return error_set(error, BAUD_EARG, "--%s takes no value", o->name);
  if (!found->takes_value || o->value) return 1;
  if (o->at == o->argc) return error_set(error, BAUD_EARG, "--%s needs a value", o->name);
  o->value = o->argv[o->at++];
  return 1;
}

int options_next(options *o, baud_error *error) {
  o->name[0] = 0;
  o->value = NULL;
  if (o->at < o->argc && !o->is_all_plain && strcmp(o->argv[o->at], "--") == 0) {
    o->is_all_plain = 1;
    o->at++;
  }
  if (o->at >= o->argc) return 0;
  const char *argument = o->argv[o->at++];
  if (o->is_all_plain || argument[0] != '-' || argument[1] == 0) {
    o->value = argument;
    return 1;
  }
  if (strcmp(argument, "-h") == 0) argument = "--help";
  if (argument[1] != '-')
    return error_set(error, BAUD_EARG, "unknown option %.60s (baud %s --help lists them)", argument, o->of->name);
  return read_named(o, argument + 2, error);
}

int options_is(const options *o, const char *name) { return strcmp(o->name, name) == 0; }

int options_run(const options *o, const char **what, baud_error *error) {
  if (*what) return error_set(error, BAUD_EARG, "unexpected \"%.100s\"; it takes one run", o->value);
  *what = o->value;
  return 0;
}

int options_count(const options *o, uint64_t low, uint64_t high, uint64_t *count, baud_error *error) {
  char *end;
  errno = 0;
  unsigned long long value = strtoull(o->value, &end, 10);
  if (!isdigit((unsigned char)o->value[0]) || *end || errno || value < low || value > high)
    return error_set(error, BAUD_EARG, "--%s %.40s: it must be a whole number from %llu to %llu", o->name, o->value,
                     (unsigned long long)low, (unsigned long long)high);
  *count = value;
  return 0;
}

int options_real(const options *o, double low, double high, double *number, baud_error *error) {
  char *end;
  double value = strtod(o->value, &end);
  if (end == o->value || *end || !(value >= low && value <= high))
    return error_set(error, BAUD_EARG, "--%s %.40s: it must be a number from %g to %g", o->name, o->value, low, high);
  *number = value;
  return 0;
}
