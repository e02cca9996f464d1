/* control.h - the supervisor's control socket: one JSON object a line each way, Unix stream socket, 0600, in the
 * user's runtime folder (${XDG_RUNTIME_DIR}/baud, or /tmp/baud-UID/baud where that is missing, not writable or too
 * long), beside RUN.board. RUN is the beginning of the folder's name and a hash of its path: names may collide.
 *
 * Requests: {"do":"pause"|"resume"|"stop"|"rerun","trial":N}  trial absent or -1: the whole run
 *           {"do":"ping"}  {"do":"shutdown"}
 *           plus "who": a short text saying who asks, for the event log.
 * Replies:  {"ok":true, ...} or {"ok":false,"error":"one sentence"}.
 */
#ifndef BAUD_CORE_CONTROL_H
#define BAUD_CORE_CONTROL_H

#include "error.h"

/* Where the sockets and boards of this user's runs lie; created 0700. */
int control_runtime_folder(char *path, size_t size, baud_error *error);
/* The paths of one run, from its folder's own name. */
int control_paths(const char *run_folder, char *socket_path, char *board_path, size_t size, baud_error *error);

/* Client: sends one command and waits for its reply, two seconds at most. */
int control_command(const char *socket_path, const char *what, int64_t trial, baud_error *error);

#endif
