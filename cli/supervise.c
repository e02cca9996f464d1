/* supervise.c - see supervise.h. Two forks and a session of its own cut every tie to the terminal; then exec, so that
 * nothing of the starter's state (loaded plugins, Lua) lives on in it.
 */
#include "cli/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lua/language.h"

enum { LINE_FD = 3 };

static uint32_t count_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int n = CPU_COUNT(&set);
  return n > 0 ? (uint32_t)n : 1;
}

/* The grandchild: session leader's child, nothing but its log. */
static void become_supervisor(const char *folder, const supervise_options *o, int line_fd) {
  char log[600], line[16], jobs[16], limit[32], again[8], *folder_copy = strdup(folder);
  char *named = strdup(o->named ? o->named : ""), *who = strdup(o->who ? o->who : "someone");
  snprintf(log, sizeof log, "%s/logs/supervisor.log", folder);
  snprintf(line, sizeof line, "%d", LINE_FD);
  snprintf(jobs, sizeof jobs, "%u", o->jobs ? o->jobs : count_processors());
  snprintf(limit, sizeof limit, "%.17g", o->limit_seconds);
  snprintf(again, sizeof again, "%d", (int)o->again);
  int kept = fcntl(line_fd, F_DUPFD_CLOEXEC, 10), null = open("/dev/null", O_RDWR | O_CLOEXEC);
  int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(null, 0);
  dup2(out >= 0 ? out : null, 1);
  dup2(out >= 0 ? out : null, 2);
  if (dup2(kept, LINE_FD) < 0 || chdir("/") != 0) _exit(EXIT_SYSTEM);
  char program[] = "baud", command[] = "supervise";
  char *arguments[] = {program, command, line, jobs, limit, again, folder_copy, named, who, NULL};
  execv("/proc/self/exe", arguments);
  dprintf(LINE_FD, "cannot start the supervisor: %s\n", strerror(errno));
  _exit(EXIT_SYSTEM);
}

/* Reads one line; what comes after it stays. */
static void read_line(int fd, char *line, size_t size) {
  size_t n = 0;
  char c;
  for (;;) {
    ssize_t got = read(fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') break;
    if (n < size - 1) line[n++] = c;
  }
  line[n] = 0;
}

int supervise_start(const char *folder, const supervise_options *options, int *line_fd, baud_error *error) {
  int ends[2];
  char line[1000];
  if (supervisor_is_alive(folder))
    return error_set(error, BAUD_EBUSY, "a supervisor is at work on %s already: baud attach shows it", folder);
  if (pipe2(ends, O_CLOEXEC) != 0) return error_set(error, BAUD_EIO, "cannot make a pipe: %s", strerror(errno));
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    setsid();
    pid_t grandchild = fork();
    if (grandchild == 0) become_supervisor(folder, options, ends[1]);
    _exit(grandchild > 0 ? 0 : 1);
  }
  close(ends[1]);
  int status = 1;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  read_line(ends[0], line, sizeof line);
  if (strcmp(line, "ready") == 0) {
    *line_fd = ends[0];
    return 0;
  }
  close(ends[0]);
  if (child < 0 || status != 0) return error_set(error, BAUD_EIO, "cannot start the supervisor: no process for it");
  if (line[0]) return error_set(error, BAUD_EIO, "%s", line);
  return error_set(error, BAUD_EIO, "the supervisor ended at once: see %s/logs/supervisor.log", folder);
}

int supervise_recall(const char *folder, supervise_options *options, baud_error *error) {
  char path[600], text[64];
  store *s;
  baud_error absent;
  snprintf(path, sizeof path, "%s/store.db", folder);
  int code = store_open_readonly(&s, path, error);
  if (code != 0) return code;
  if (store_get_run(s, "jobs", text, sizeof text, &absent) == 0) options->jobs = (uint32_t)strtoul(text, NULL, 10);
  if (store_get_run(s, "limit_seconds", text, sizeof text, &absent) == 0) options->limit_seconds = strtod(text, NULL);
  store_close(s);
  return 0;
}

/* ---- The hidden subcommand ------------------------------------------------------------------------------- */

static int take_verdict(void *ctx, const language_verdict *verdict, baud_error *error) {
  return store_set_claim(ctx, verdict->claim, verdict->verdict ? verdict->verdict : "undecided",
                         verdict->figures ? verdict->figures : "", error);
}

static int judge(const char *folder, store *results, baud_error *error) {
  registry *plugins;
  int code = registry_open(&plugins, error);
  if (code != 0) return code;
  code = language_claims(folder, results, plugins, take_verdict, results, error);
  registry_free(plugins);
  return code;
}

static int run(int argc, char **argv) {
  baud_error error = {0};
  enum run_outcome outcome;
  if (argc != 8) {
    fprintf(stderr, "baud supervise: this is for baud's own use; baud run starts a run\n");
    return EXIT_USAGE;
  }
  supervisor_options options = {.folder = argv[5],
                                .jobs = (uint32_t)strtoul(argv[2], NULL, 10),
                                .limit_seconds = strtod(argv[3], NULL),
                                .again = (enum supervisor_again)atoi(argv[4]),
                                .named = argv[6],
                                .who = argv[7],
                                .worker_command = "worker",
                                .ready_fd = atoi(argv[1]),
                                .judge = judge};
  fcntl(options.ready_fd, F_SETFD, FD_CLOEXEC);
  int code = supervisor_run(&options, &outcome, &error);
  return code ? cli_fail(EXIT_SYSTEM, "supervise", &error) : (int)outcome;
}

const subcommand subcommand_supervise = {"supervise", "", "the process behind a run (baud's own use)", "", run};
