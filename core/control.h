/* control.h - the supervisor's control socket: one JSON object a line each way, Unix stream socket, 0600, in the
 * user's runtime folder (${XDG_RUNTIME_DIR}/baud, or /tmp/baud-UID/baud where that is missing, not writable or too
 * long), beside RUN.board. RUN is the beginning of the folder's name and a hash of its path: names may collide.
 *
 * Requests: {"do":"pause"|"resume"|"stop"|"rerun","trial":N}  trial absent or -1: the whole run
 *           {"do":"step","trial":N,"episodes":1}              a paused trial goes on by so many episodes
 *           {"do":"change","trial":N,"key":"learner.lr","value":0.3}   loop/change.h has the keys
 *           {"do":"watch","trial":N,"to":"PATH"}  a copy of the trial plays to the socket that listens there: play.h
 *           {"do":"ping"}  {"do":"shutdown"}
 *           plus "who": a short text saying who asks, for the event log.
 * Replies:  {"ok":true, ...} or {"ok":false,"error":"one sentence"}, in the order of the requests. To a change comes
 *           {"ok":true,"text":"learner.lr 1 -> 0.3 from episode 512 on"} once the trial's worker has made it.
 */
#ifndef BAUD_CORE_CONTROL_H
#define BAUD_CORE_CONTROL_H

#include "error.h"

/* Where the sockets and boards of this user's runs lie; created 0700. */
int control_runtime_folder(char *path, size_t size, baud_error *error);
/* The paths of one run, from its folder's own name. */
int control_paths(const char *run_folder, char *socket_path, char *board_path, size_t size, baud_error *error);

typedef struct control_request {
  const char *what;        /* "pause" and the like, as above */
  int64_t trial;           /* -1: the whole run */
  uint64_t episodes;       /* of "step"; 0: one */
  const char *key, *value; /* of "change", else null; a value that is no JSON is taken as a string */
  const char *to;          /* of "watch", else null */
} control_request;

/* Who asks, as requests say it: "ann (pts/4)". */
void control_who(char *who, size_t size);

/* Client: sends one command and waits for its reply, two seconds at most. */
int control_command(const char *socket_path, const char *what, int64_t trial, baud_error *error);

/* A client that never waits: requests are queued, answers taken as they come, in the order of the requests. */
typedef struct control control;
int control_open(control **out, const char *socket_path, baud_error *error);
void control_close(control *c); /* null is fine */
int control_descriptor(const control *c); /* to be polled for reading while answers are due */
int control_ask(control *c, const control_request *r, baud_error *error);
/* The next answer: 1, *is_ok and its text ("" where there is nothing to say); 0: none has come yet; negative: the
 * supervisor is gone, and with it all answers that were due. */
int control_take(control *c, int *is_ok, char *text, size_t size);

#endif
