/* control.c - where a run's socket and board lie, and the client's side of the socket: control.h.
 *
 * Two runs may have folders of the same name, and a socket's path may have 107 characters at most: RUN in RUN.sock
 * is the beginning of the folder's name and a hash of its whole path.
 */
#include "control.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <xxhash.h>

enum { NAME_SHOWN = 32, LONGEST_FOLDER = 48, REPLY_SIZE = 2048, PATIENCE_SECONDS = 2 };

/* Others must not be able to put a socket of their own there. */
static int is_private_folder(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() && (info.st_mode & 077) == 0;
}

static int make_private_folder(const char *path, baud_error *error) {
  if (mkdir(path, 0700) != 0 && errno != EEXIST)
    return error_set(error, BAUD_EIO, "cannot create the runtime folder %s: %s", path, strerror(errno));
  if (is_private_folder(path)) return 0;
  return error_set(error, BAUD_EIO, "the runtime folder %s is not yours alone: chmod 700 it", path);
}

int control_runtime_folder(char *path, size_t size, baud_error *error) {
  const char *given = getenv("XDG_RUNTIME_DIR");
  char base[64];
  snprintf(base, sizeof base, "/tmp/baud-%ld", (long)geteuid());
  /* A session without a login often names a folder that is not there; sockets need a short path. */
  int is_usable = given && given[0] == '/' && strlen(given) <= LONGEST_FOLDER && access(given, W_OK | X_OK) == 0;
  if (!is_usable && make_private_folder(base, error) != 0) return error->code;
  snprintf(path, size, "%s/baud", is_usable ? given : base);
  return make_private_folder(path, error);
}

int control_paths(const char *run_folder, char *socket_path, char *board_path, size_t size, baud_error *error) {
  char folder[PATH_MAX], whole[PATH_MAX];
  if (!realpath(run_folder, whole)) return error_set(error, BAUD_ENOTFOUND, "%s: %s", run_folder, strerror(errno));
  int code = control_runtime_folder(folder, sizeof folder, error);
  if (code != 0) return code;
  const char *name = strrchr(whole, '/') + 1;
  unsigned long long hash = (unsigned long long)XXH3_64bits(whole, strlen(whole));
  snprintf(socket_path, size, "%s/%.*s-%08llx.sock", folder, NAME_SHOWN, name, hash & 0xffffffffu);
  snprintf(board_path, size, "%s/%.*s-%08llx.board", folder, NAME_SHOWN, name, hash & 0xffffffffu);
  return 0;
}

void control_who(char *who, size_t size) {
  const struct passwd *user = getpwuid(geteuid());
  char terminal[64] = "";
  for (int fd = 0; fd < 3 && !terminal[0]; fd++)
    if (isatty(fd) && ttyname_r(fd, terminal, sizeof terminal) != 0) terminal[0] = 0;
  const char *shown = strncmp(terminal, "/dev/", 5) == 0 ? terminal + 5 : terminal;
  if (shown[0]) snprintf(who, size, "%.60s (%s)", user ? user->pw_name : "?", shown);
  else snprintf(who, size, "%.60s (process %ld)", user ? user->pw_name : "?", (long)getpid());
}

static int connect_to(const char *socket_path, baud_error *error) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(socket_path) >= sizeof address.sun_path)
    return error_set(error, BAUD_EIO, "%s is too long for a socket: use a shorter XDG_RUNTIME_DIR", socket_path);
  memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return error_set(error, BAUD_EIO, "cannot make a socket: %s", strerror(errno));
  struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
  int reason = errno;
  close(fd);
  if (reason == ENOENT || reason == ECONNREFUSED)
    return error_set(error, BAUD_ENOTFOUND, "no supervisor is at work on this run (baud resume starts one)");
  return error_set(error, BAUD_EIO, "cannot reach the supervisor at %s: %s", socket_path, strerror(reason));
}

/* One line, its end '\n' in place of a nul; malloc'd. */
static char *print_request(const control_request *r, size_t *length) {
  char who[160];
  control_who(who, sizeof who);
  cJSON *request = cJSON_CreateObject();
  cJSON_AddStringToObject(request, "do", r->what);
  cJSON_AddNumberToObject(request, "trial", (double)r->trial);
  if (r->episodes) cJSON_AddNumberToObject(request, "episodes", (double)r->episodes);
  if (r->key) cJSON_AddStringToObject(request, "key", r->key);
  if (r->to) cJSON_AddStringToObject(request, "to", r->to);
  cJSON *value = r->value ? cJSON_Parse(r->value) : NULL;
  if (r->value) cJSON_AddItemToObject(request, "value", value ? value : cJSON_CreateString(r->value));
  cJSON_AddStringToObject(request, "who", who);
  char *text = cJSON_PrintUnformatted(request);
  cJSON_Delete(request);
  *length = text ? strlen(text) + 1 : 0;
  if (text) text[*length - 1] = '\n';
  return text;
}

static int send_request(int fd, const char *what, int64_t trial, baud_error *error) {
  size_t length;
  char *text = print_request(&(control_request){.what = what, .trial = trial}, &length);
  if (!text) return error_set(error, BAUD_ENOMEM, "out of memory");
  ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
  free(text);
  if (sent == (ssize_t)length) return 0;
  return error_set(error, BAUD_EIO, "the supervisor did not take the command: %s", strerror(errno));
}

static int read_reply(int fd, baud_error *error) {
  char reply[REPLY_SIZE];
  size_t got = 0;
  while (got < sizeof reply - 1 && !memchr(reply, '\n', got)) {
    ssize_t n = recv(fd, reply + got, sizeof reply - 1 - got, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return error_set(error, BAUD_EBUSY, "the supervisor gave no answer within %d s", PATIENCE_SECONDS);
    got += (size_t)n;
  }
  reply[got] = 0;
  cJSON *answer = cJSON_Parse(reply);
  const char *why = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "error"));
  int code = 0;
  if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok")))
    code = error_set(error, BAUD_ESTATE, "%s", why ? why : "the supervisor's answer makes no sense");
  cJSON_Delete(answer);
  return code;
}

int control_command(const char *socket_path, const char *what, int64_t trial, baud_error *error) {
  int fd = connect_to(socket_path, error);
  if (fd < 0) return fd;
  int code = send_request(fd, what, trial, error);
  if (code == 0) code = read_reply(fd, error);
  close(fd);
  return code;
}

/* ---- The client that never waits ------------------------------------------------------------------------- */

enum { MOST_IN_FLIGHT = 32 }; /* answers that the socket holds for sure while nobody reads them */

struct control {
  int fd;
  char in[REPLY_SIZE];
  size_t got;
  char *out; /* requests that were not sent yet, whole lines but for the first */
  size_t out_used, out_room;
  uint32_t in_flight;
};

int control_open(control **out, const char *socket_path, baud_error *error) {
  *out = NULL;
  int fd = connect_to(socket_path, error);
  if (fd < 0) return fd;
  control *c = calloc(1, sizeof *c);
  if (!c) {
    close(fd);
    return error_set(error, BAUD_ENOMEM, "out of memory");
  }
  c->fd = fd;
  *out = c;
  return 0;
}

void control_close(control *c) {
  if (!c) return;
  close(c->fd);
  free(c->out);
  free(c);
}

int control_descriptor(const control *c) { return c->fd; }

/* Sends what may be sent now. */
static void pump(control *c) {
  while (c->out_used > 0 && c->in_flight < MOST_IN_FLIGHT) {
    const char *end = memchr(c->out, '\n', c->out_used);
    size_t length = (size_t)(end - c->out) + 1;
    ssize_t n = send(c->fd, c->out, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0) return; /* full, or gone: control_take finds out */
    c->out_used -= (size_t)n;
    memmove(c->out, c->out + n, c->out_used);
    if ((size_t)n < length) return;
    c->in_flight++;
  }
}

int control_ask(control *c, const control_request *r, baud_error *error) {
  size_t length;
  char *text = print_request(r, &length);
  if (text && c->out_used + length > c->out_room) {
    size_t room = 2 * (c->out_used + length);
    char *more = realloc(c->out, room);
    if (!more) free(text), text = NULL;
    else c->out = more, c->out_room = room;
  }
  if (!text) return error_set(error, BAUD_ENOMEM, "out of memory");
  memcpy(c->out + c->out_used, text, length);
  c->out_used += length;
  free(text);
  pump(c);
  return 0;
}

int control_take(control *c, int *is_ok, char *text, size_t size) {
  char *end = memchr(c->in, '\n', c->got);
  if (!end) {
    pump(c);
    ssize_t n = recv(c->fd, c->in + c->got, sizeof c->in - c->got, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (n <= 0) return BAUD_EIO;
    c->got += (size_t)n;
    end = memchr(c->in, '\n', c->got);
  }
  if (!end) return c->got < sizeof c->in ? 0 : BAUD_EIO;
  *end = 0;
  cJSON *answer = cJSON_Parse(c->in);
  *is_ok = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok"));
  const char *said = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, *is_ok ? "text" : "error"));
  snprintf(text, size, "%s", said ? said : *is_ok ? "" : "the supervisor's answer makes no sense");
  cJSON_Delete(answer);
  c->got -= (size_t)(end - c->in) + 1;
  memmove(c->in, end + 1, c->got);
  if (c->in_flight) c->in_flight--;
  pump(c);
  return 1;
}
