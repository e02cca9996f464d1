/* serve.c - the control socket: a line of JSON in, a line of JSON out, for several clients at once.
 *
 * Nothing that comes from a client can stop the run: a line that is no request gets an error as its answer, a line
 * that is too long or a client that does not read its answers is hung up on.
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "supervisor/parts.h"

int serve_open(supervisor *s, baud_error *error) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  for (int i = 0; i < MAX_CLIENTS; i++) s->clients[i].fd = -1;
  s->listen_fd = -1;
  if (strlen(s->socket_path) >= sizeof address.sun_path)
    return error_set(error, BAUD_EIO, "%s is too long for a socket: use a shorter XDG_RUNTIME_DIR", s->socket_path);
  memcpy(address.sun_path, s->socket_path, strlen(s->socket_path) + 1);
  unlink(s->socket_path); /* the lock says that no other supervisor is at this run */
  s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mode_t before = umask(0177);
  int code = bind(s->listen_fd, (const struct sockaddr *)&address, sizeof address);
  umask(before);
  if (code != 0 || listen(s->listen_fd, MAX_CLIENTS) != 0)
    return error_set(error, BAUD_EIO, "cannot listen at %s: %s", s->socket_path, strerror(errno));
  return 0;
}

static void hang_up(client *c) {
  close(c->fd);
  *c = (client){.fd = -1};
}

void serve_close(supervisor *s) {
  for (int i = 0; i < MAX_CLIENTS; i++)
    if (s->clients[i].fd >= 0) hang_up(&s->clients[i]);
  if (s->listen_fd >= 0) {
    close(s->listen_fd);
    unlink(s->socket_path);
  }
  s->listen_fd = -1;
}

void serve_accept(supervisor *s) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  int is_ours = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == geteuid() || peer.uid == 0);
  for (int i = 0; i < MAX_CLIENTS && is_ours; i++) {
    if (s->clients[i].fd >= 0) continue;
    s->clients[i] = (client){.fd = fd};
    return;
  }
  close(fd);
}

/* ---- One request --------------------------------------------------------------------------------------- */

static int ping(supervisor *s, cJSON *reply) {
  cJSON_AddStringToObject(reply, "name", s->plan->name);
  cJSON_AddNumberToObject(reply, "pid", (double)getpid());
  cJSON_AddStringToObject(reply, "state", s->is_paused ? "paused" : s->is_stopping ? "stopping" : "running");
  return 0;
}

/* "trial": absent means the whole run. */
static int read_index(const cJSON *request, int64_t *index, baud_error *error) {
  const cJSON *given = cJSON_GetObjectItemCaseSensitive(request, "trial");
  *index = -1;
  if (!given) return 0;
  if (!cJSON_IsNumber(given) || given->valuedouble != floor(given->valuedouble) || fabs(given->valuedouble) > 1e9)
    return error_set(error, BAUD_EARG, "\"trial\" must be a whole number");
  *index = (int64_t)given->valuedouble;
  return 0;
}

/* Printable and short, whatever was sent. */
static void read_who(const cJSON *request, char who[WHO_SIZE]) {
  const char *given = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(request, "who"));
  snprintf(who, WHO_SIZE, "%.*s", WHO_SIZE - 1, given && given[0] ? given : "someone");
  for (char *c = who; *c; c++)
    if ((unsigned char)*c < ' ' || (unsigned char)*c > 126) *c = '?'; /* a cut may lie within a character */
}

static int answer(supervisor *s, const char *line, cJSON *reply, baud_error *error) {
  char who[WHO_SIZE];
  int64_t index;
  cJSON *request = cJSON_Parse(line);
  const char *what = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(request, "do"));
  int code = 0;
  if (!what) {
    code = error_set(error, BAUD_EARG, "a request is a line of JSON like {\"do\":\"pause\",\"trial\":3}");
  } else if (read_index(request, &index, error) != 0) {
    code = error->code;
  } else if (strcmp(what, "ping") == 0) {
    code = ping(s, reply);
  } else {
    read_who(request, who);
    if (strcmp(what, "shutdown") == 0) {
      s->is_leaving = 1;
      record_event(s, -1, 'W', "supervisor shut down by %s; baud resume goes on", who);
    } else {
      code = command_do(s, what, index, who, error);
    }
  }
  cJSON_Delete(request);
  return code;
}

static void reply_to(supervisor *s, client *c, const char *line) {
  baud_error error = {0};
  cJSON *reply = cJSON_CreateObject();
  int code = answer(s, line, reply, &error);
  cJSON_AddBoolToObject(reply, "ok", code == 0);
  if (code != 0) cJSON_AddStringToObject(reply, "error", error.text);
  char *text = cJSON_PrintUnformatted(reply);
  cJSON_Delete(reply);
  size_t length = text ? strlen(text) : 0;
  if (text) text[length++] = '\n';
  if (!text || send(c->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) hang_up(c);
  free(text);
}

void serve_read(supervisor *s, client *c) {
  ssize_t n = recv(c->fd, c->line + c->used, sizeof c->line - 1 - c->used, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    hang_up(c);
    return;
  }
  c->used += (size_t)n;
  for (char *end; c->fd >= 0 && (end = memchr(c->line, '\n', c->used));) {
    size_t length = (size_t)(end - c->line) + 1;
    *end = 0;
    reply_to(s, c, c->line);
    if (c->fd < 0) return;
    c->used -= length;
    memmove(c->line, c->line + length, c->used);
  }
  if (c->used == sizeof c->line - 1) hang_up(c);
}
