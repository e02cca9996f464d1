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

/* A whole number of a request; `absent` where it is not said. */
static int read_whole(const cJSON *item, const char *key, int64_t absent, int64_t *value, baud_error *error) {
  const cJSON *given = cJSON_GetObjectItemCaseSensitive(item, key);
  *value = absent;
  if (!given) return 0;
  if (!cJSON_IsNumber(given) || given->valuedouble != floor(given->valuedouble) || fabs(given->valuedouble) > 1e9)
    return error_set(error, BAUD_EARG, "\"%s\" must be a whole number", key);
  *value = (int64_t)given->valuedouble;
  return 0;
}

/* Printable and short, whatever was sent. */
static void read_who(const cJSON *item, char who[WHO_SIZE]) {
  const char *given = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "who"));
  snprintf(who, WHO_SIZE, "%.*s", WHO_SIZE - 1, given && given[0] ? given : "someone");
  for (char *c = who; *c; c++)
    if ((unsigned char)*c < ' ' || (unsigned char)*c > 126) *c = '?'; /* a cut may lie within a character */
}

/* The request as a struct; `value` is the JSON of its value, to be freed. */
static int read_request(const cJSON *item, request *r, char **value, baud_error *error) {
  int64_t episodes;
  r->what = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "do"));
  r->key = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "key"));
  r->to = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "to"));
  if (!r->what) return error_set(error, BAUD_EARG, "a request is a line of JSON like {\"do\":\"pause\",\"trial\":3}");
  if (read_whole(item, "trial", -1, &r->index, error) != 0) return error->code;
  if (read_whole(item, "episodes", 1, &episodes, error) != 0) return error->code;
  if (episodes < 1) return error_set(error, BAUD_EARG, "\"episodes\" must be 1 or more");
  r->episodes = (uint64_t)episodes;
  const cJSON *given = cJSON_GetObjectItemCaseSensitive(item, "value");
  r->value = *value = given ? cJSON_PrintUnformatted(given) : NULL;
  return 0;
}

static int answer(supervisor *s, client *c, const char *line, cJSON *reply, baud_error *error) {
  char who[WHO_SIZE], *value = NULL;
  cJSON *item = cJSON_Parse(line);
  request r = {.who = who, .from = c};
  int code = read_request(item, &r, &value, error);
  read_who(item, who);
  if (code == 0 && strcmp(r.what, "ping") == 0) {
    code = ping(s, reply);
  } else if (code == 0 && strcmp(r.what, "shutdown") == 0) {
    s->is_leaving = 1;
    record_event(s, -1, 'W', "supervisor shut down by %s; baud resume goes on", who);
  } else if (code == 0) {
    code = command_do(s, &r, error);
  }
  free(value);
  cJSON_Delete(item);
  return code;
}

/* Sends a reply and frees it. */
static void send_reply(client *c, cJSON *reply, int is_ok, const char *why) {
  cJSON_AddBoolToObject(reply, "ok", is_ok);
  if (!is_ok) cJSON_AddStringToObject(reply, "error", why);
  char *text = cJSON_PrintUnformatted(reply);
  cJSON_Delete(reply);
  size_t length = text ? strlen(text) : 0;
  if (text) text[length++] = '\n';
  if (!text || send(c->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) hang_up(c);
  free(text);
}

static void reply_to(supervisor *s, client *c, const char *line) {
  baud_error error = {0};
  cJSON *reply = cJSON_CreateObject();
  int code = answer(s, c, line, reply, &error);
  if (code == COMMAND_PENDING) cJSON_Delete(reply);
  else send_reply(c, reply, code == 0, error.text);
}

/* The requests that have come whole, one after another. One that waits for its outcome holds up those behind it. */
static void reply_to_all(supervisor *s, client *c) {
  for (char *end; c->fd >= 0 && !c->token && (end = memchr(c->line, '\n', c->used));) {
    size_t length = (size_t)(end - c->line) + 1;
    *end = 0;
    reply_to(s, c, c->line);
    if (c->fd < 0) return;
    c->used -= length;
    memmove(c->line, c->line + length, c->used);
  }
}

static void release(supervisor *s, client *c, const char *text, const char *refusal) {
  cJSON *reply = cJSON_CreateObject();
  c->token = 0;
  if (text) cJSON_AddStringToObject(reply, "text", text);
  send_reply(c, reply, refusal == NULL, refusal);
  if (c->fd >= 0) reply_to_all(s, c);
}

void serve_answer(supervisor *s, uint64_t token, const char *text, const char *refusal) {
  for (int i = 0; i < MAX_CLIENTS; i++)
    if (s->clients[i].fd >= 0 && s->clients[i].token == token) release(s, &s->clients[i], refusal ? NULL : text, refusal);
}

void serve_give_up(supervisor *s, uint32_t index) {
  for (int i = 0; i < MAX_CLIENTS; i++)
    if (s->clients[i].fd >= 0 && s->clients[i].token && s->clients[i].asked == index)
      release(s, &s->clients[i], NULL, "the trial ended before it could be changed");
}

void serve_read(supervisor *s, client *c) {
  ssize_t n = recv(c->fd, c->line + c->used, sizeof c->line - 1 - c->used, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    hang_up(c);
    return;
  }
  c->used += (size_t)n;
  reply_to_all(s, c);
  if (c->fd >= 0 && c->used == sizeof c->line - 1) hang_up(c);
}
