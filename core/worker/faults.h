/* faults.h - last words: when a plugin crashes or ends the worker, the supervisor is told where and how.
 *
 * The report on the pipe is lines: the place ("learner baud.reinforce in predict"), what happened, then a backtrace.
 * Handlers run on a stack of their own and use async-signal-safe calls only. What cannot be caught (SIGKILL, _exit)
 * leaves no report; the supervisor then goes by the process's exit status.
 */
#ifndef BAUD_CORE_FAULTS_H
#define BAUD_CORE_FAULTS_H

/* Takes over the signals of faults and exit(). `rescue` is called first, from the handler: what it does must be
 * async-signal-safe. Call before plugins are loaded. */
void faults_install(int report_fd, void (*rescue)(void));

/* Between these two, exit() is a fault of the plugin that is running. */
void faults_begin(void);
void faults_end(void);

/* The signal by which the supervisor ends a trial that is over its time and does not come back by itself. */
int faults_limit_signal(void);

#endif
