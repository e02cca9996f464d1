/* sql.c - baud sql: one query on a run's store. The table `episode` has a row an episode; docs/store.md has the others.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cells.h"
#include "cli/options.h"
#include "store/query.h"

enum form { FORM_UNSET, FORM_TABLE, FORM_TABS, FORM_CSV, FORM_JSON };
static const struct {
  const char *option;
  enum form form;
} forms[] = {{"table", FORM_TABLE}, {"tabs", FORM_TABS}, {"csv", FORM_CSV}, {"json", FORM_JSON}};
enum { FORMS = sizeof forms / sizeof *forms, ROWS_ALIGNED = 1000 };

typedef struct printer {
  enum form form;
  cells *table;
  char **names; /* [n] for JSON */
  int n;
} printer;

static void print_separated(const printer *p, int n, const query_cell *row) {
  for (int i = 0; i < n; i++) {
    if (i) putchar(p->form == FORM_CSV ? ',' : '\t');
    if (p->form == FORM_CSV) cells_csv(stdout, row[i].text);
    else cells_plain(stdout, row[i].text);
  }
  putchar('\n');
}

static void print_aligned(printer *p, int n, const query_cell *row) {
  if (!p->table) p->table = cells_new(n);
  if (!p->table) return;
  for (int i = 0; i < n; i++) {
    int is_number = row[i].type == QUERY_INTEGER || row[i].type == QUERY_REAL;
    cells_put(p->table, is_number ? ALIGN_RIGHT : ALIGN_LEFT, row[i].text);
  }
  if (cells_rows(p->table) >= ROWS_ALIGNED) cells_print(p->table, "", stdout); /* what is wider later moves over */
}

static void print_json_value(const query_cell *cell) {
  int is_finite = !strchr("IiN", cell->text[cell->text[0] == '-']); /* SQLite writes Inf */
  if (cell->type == QUERY_NULL || (cell->type == QUERY_REAL && !is_finite)) fputs("null", stdout);
  else if (cell->type == QUERY_INTEGER || cell->type == QUERY_REAL) fputs(cell->text, stdout);
  else cells_json(stdout, cell->text);
}

static int print_json(printer *p, uint64_t at, int n, const query_cell *row) {
  if (at == 0) {
    p->names = calloc((size_t)n + 1, sizeof *p->names);
    if (!p->names) return 1;
    for (p->n = 0; p->n < n; p->n++) p->names[p->n] = strdup(row[p->n].text);
    putchar('[');
    return 0;
  }
  printf("%s{", at > 1 ? ",\n " : "");
  for (int i = 0; i < n; i++) {
    if (i) fputs(", ", stdout);
    cells_json(stdout, p->names[i] ? p->names[i] : "");
    fputs(": ", stdout);
    print_json_value(&row[i]);
  }
  putchar('}');
  return 0;
}

static int print_row(void *context, uint64_t at, int n, const query_cell *row) {
  printer *p = context;
  if (n == 0) return 0;
  if (p->form == FORM_TABLE) print_aligned(p, n, row);
  else if (p->form == FORM_JSON) return print_json(p, at, n, row);
  else print_separated(p, n, row);
  return ferror(stdout);
}

static void finish(printer *p) {
  if (p->table) cells_print(p->table, "", stdout);
  cells_free(p->table);
  if (p->names) puts("]");
  for (int i = 0; i < p->n; i++) free(p->names[i]);
  free(p->names);
}

/* ---- The query ---------------------------------------------------------------------------------------------- */

static char *read_all(FILE *from, baud_error *error) {
  char *text = NULL, piece[4096];
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  for (size_t n; to && (n = fread(piece, 1, sizeof piece, from)) > 0;) fwrite(piece, 1, n, to);
  if (!to || fclose(to) != 0 || ferror(from)) {
    error_set(error, BAUD_EIO, "the query cannot be read from standard input: %s", strerror(errno));
    free(text);
    return NULL;
  }
  return text;
}

static int query(const char *folder, const char *sql, printer *p, baud_error *error) {
  char path[PATH_MAX];
  store *s;
  snprintf(path, sizeof path, "%.3000s/store.db", folder);
  int code = store_open_readonly(&s, path, error);
  if (code) return code;
  code = store_query(s, sql, print_row, p, error);
  finish(p);
  store_close(s);
  if (!code && (fflush(stdout) != 0 || ferror(stdout)))
    code = error_set(error, BAUD_EIO, "the rows cannot be written: %s", strerror(errno));
  return code;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  char folder[PATH_MAX - 300];
  const char *plain[2] = {NULL, NULL};
  printer p = {.form = FORM_UNSET};
  int n = 0, got;
  options o;
  options_init(&o, &subcommand_sql, argc, argv);
  while ((got = options_next(&o, &error)) > 0) {
    if (options_is(&o, "help")) return cli_help(stdout, &subcommand_sql), EXIT_OK;
    for (int i = 0; i < FORMS; i++)
      if (options_is(&o, forms[i].option)) p.form = forms[i].form;
    if (o.name[0]) continue;
    if (n < 2) plain[n++] = o.value;
    else got = error_set(&error, BAUD_EARG, "unexpected \"%.100s\"; put the query in quotes", o.value);
    if (got < 0) break;
  }
  if (got < 0) return cli_fail(EXIT_USAGE, "sql", &error);
  if (p.form == FORM_UNSET) p.form = isatty(STDOUT_FILENO) ? FORM_TABLE : FORM_TABS;
  int code = cli_find_run(plain[0], folder, sizeof folder, &error);
  char *sql = code ? NULL : plain[1] ? strdup(plain[1]) : read_all(stdin, &error);
  if (!code) code = sql ? query(folder, sql, &p, &error) : BAUD_EIO;
  free(sql);
  return code ? cli_fail(cli_exit_code(&error), "sql", &error) : EXIT_OK;
}

const subcommand subcommand_sql = {
    "sql", "RUN [QUERY] [--table|--tabs|--csv|--json]", "ask a run's store in SQL",
    "  RUN       a run's folder, name or the beginning of its name, or last\n"
    "  QUERY     one statement that only reads; without it, from standard input\n"
    "  --table   aligned columns (by itself on a terminal)\n"
    "  --tabs    a tab between columns (by itself elsewhere)\n"
    "  --csv     comma-separated, with a line of names\n"
    "  --json    an array of objects\n"
    "The table episode has a row an episode: trial, episode, step, then the figures, with _ for the point in a name:\n"
    "  baud sql last \"SELECT trial, sum(received_reward) FROM episode WHERE episode < 100 GROUP BY trial\"\n"
    "Others: run, node, config, trial, figure, series, event, claim.\n",
    run};
