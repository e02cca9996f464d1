/* board.c - making and mapping the board: board.h.
 *
 * A new board is built under a name of its own and renamed into place, so that a viewer maps either the old file or
 * the whole new one. `magic` is stored last, with release order: whoever sees it sees the rest of the header.
 */
#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const uint32_t board_figures[8] = {FIGURE_RETURN,       FIGURE_SUCCESS,      FIGURE_STEPS,  FIGURE_OFFERED_ALL,
                                   FIGURE_RECEIVED_ALL, FIGURE_ABSORBED_ALL, FIGURE_USEFUL, FIGURE_KNOWN};

uint64_t board_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t board_bytes(uint32_t n_trials) { return sizeof(board) + (size_t)n_trials * sizeof(board_trial); }

static void clear_entry(board_trial *t) {
  atomic_store_explicit(&t->status, 'Q', memory_order_relaxed);
  for (int i = 0; i < BOARD_FIGURES; i++) atomic_store_explicit(&t->recent[i], NAN, memory_order_relaxed);
  for (int c = 0; c < BAUD_CHANNELS; c++)
    for (int i = 0; i < 3; i++) atomic_store_explicit(&t->funnel[c][i], NAN, memory_order_relaxed);
}

int board_create(board **out, const char *path, uint32_t n_trials, baud_error *error) {
  char fresh[1100];
  size_t size = board_bytes(n_trials);
  snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
  int file = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return error_set(error, BAUD_EIO, "cannot create the live board %s: %s", fresh, strerror(errno));
  /* Allocated, not only sized: a full disk must show here and not as SIGBUS at a later store to the mapping. */
  int refused = posix_fallocate(file, 0, (off_t)size);
  void *map = refused ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (!refused && map == MAP_FAILED) refused = errno;
  close(file);
  if (!refused && rename(fresh, path) != 0) {
    refused = errno;
    munmap(map, size);
  }
  if (refused) {
    unlink(fresh);
    return error_set(error, BAUD_EIO, "cannot create the live board %s: %s", path, strerror(refused));
  }
  board *b = map;
  for (uint32_t i = 0; i < n_trials; i++) clear_entry(&b->trial[i]);
  b->version = BOARD_VERSION;
  b->n_trials = n_trials;
  b->state = 'R';
  atomic_store_explicit(&b->magic, BOARD_MAGIC, memory_order_release);
  *out = b;
  return 0;
}

static int board_map(board **out, const char *path, int flags, int protection, baud_error *error) {
  struct stat info;
  int file = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return error_set(error, BAUD_ENOTFOUND, "cannot open the live board %s: %s", path, strerror(errno));
  void *map = MAP_FAILED;
  size_t size = 0;
  if (fstat(file, &info) == 0 && info.st_size >= (off_t)sizeof(board)) {
    size = (size_t)info.st_size;
    map = mmap(NULL, size, protection, MAP_SHARED, file, 0);
  }
  close(file);
  if (map == MAP_FAILED) return error_set(error, BAUD_EIO, "%s is no live board", path);
  board *b = map;
  if (atomic_load_explicit(&b->magic, memory_order_acquire) != BOARD_MAGIC || b->version != BOARD_VERSION ||
      board_bytes(b->n_trials) != size) {
    munmap(map, size);
    return error_set(error, BAUD_EIO, "%s is no live board of this baud's version", path);
  }
  *out = b;
  return 0;
}

int board_open(board **out, const char *path, baud_error *error) {
  return board_map(out, path, O_RDWR, PROT_READ | PROT_WRITE, error);
}

int board_open_readonly(const board **out, const char *path, baud_error *error) {
  board *b;
  int code = board_map(&b, path, O_RDONLY, PROT_READ, error);
  if (code == 0) *out = b;
  return code;
}

size_t board_size(const board *b) { return board_bytes(b->n_trials); }

void board_close(const board *b) {
  if (b) munmap((void *)(uintptr_t)b, board_bytes(b->n_trials));
}
