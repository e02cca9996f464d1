/* checkpoint.c - see checkpoint.h. File: "BAUDCKP1", u64 length of the identity, identity (JSON), zstd frame.
 */
#include "loop/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "params.h"

static const char magic[8] = "BAUDCKP1";
static const char advice[] = "remove it, and baud resume --failed makes it again"; /* a run's checkpoints can be had anew */
enum { HEAD = 16, LONGEST_IDENTITY = 1 << 20 };

/* Everything that must agree between writer and reader, as canonical text. */
static char *identity(const blocks *b, const baud_unit *unit, const baud_value *values) {
  cJSON *object = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(object, "blocks");
  cJSON_AddStringToObject(object, "unit", unit->id);
  cJSON_AddNumberToObject(object, "behaviour", unit->behaviour);
  cJSON_AddNumberToObject(object, "state_version", unit->state_version);
  cJSON_AddItemToObject(object, "params", params_write(unit, values));
  cJSON_AddNumberToObject(object, "lanes", b->lanes);
  for (uint32_t i = 0; i < b->n; i++) {
    cJSON *block = cJSON_CreateObject();
    cJSON_AddStringToObject(block, "name", b->info[i].name);
    cJSON_AddNumberToObject(block, "dtype", b->info[i].dtype);
    cJSON_AddNumberToObject(block, "bytes", (double)blocks_size_of(b, i));
    cJSON_AddItemToArray(list, block);
  }
  char *text = json_canonical(object);
  cJSON_Delete(object);
  return text;
}

static int write_all(int fd, const void *data, size_t n) {
  for (const char *p = data; n > 0;) {
    ssize_t written = write(fd, p, n);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    p += written;
    n -= (size_t)written;
  }
  return 0;
}

static int write_file(const char *path, const char *who, const void *data, size_t bytes, baud_error *error) {
  char beside[4096];
  uint64_t length = strlen(who);
  snprintf(beside, sizeof beside, "%s.part", path);
  int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  int is_written = fd >= 0 && write_all(fd, magic, sizeof magic) == 0 && write_all(fd, &length, sizeof length) == 0 &&
                   write_all(fd, who, length) == 0 && write_all(fd, data, bytes) == 0 && fsync(fd) == 0;
  int why = errno;
  if (fd >= 0) close(fd);
  if (is_written && rename(beside, path) == 0) return 0;
  if (is_written) why = errno;
  unlink(beside);
  return error_set(error, BAUD_EIO, "checkpoint %s cannot be written: %s", path, strerror(why));
}

int checkpoint_save(const blocks *b, const baud_unit *unit, const baud_value *values, const char *path, baud_error *error) {
  char *who = identity(b, unit, values);
  size_t room = ZSTD_compressBound(b->end[BLOCKS_RESTING]);
  void *packed = malloc(room);
  ZSTD_CCtx *context = ZSTD_createCCtx();
  int code = who && packed && context ? 0 : error_set(error, BAUD_ENOMEM, "out of memory for a checkpoint");
  if (!code) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t bytes = ZSTD_compress2(context, packed, room, b->slab, b->end[BLOCKS_RESTING]);
    code = ZSTD_isError(bytes) ? error_set(error, BAUD_EIO, "checkpoint: %s", ZSTD_getErrorName(bytes)) : write_file(path, who, packed, bytes, error);
  }
  ZSTD_freeCCtx(context);
  free(packed);
  free(who);
  return code;
}

static char *read_file(const char *path, size_t *bytes) {
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  char *data = fd >= 0 && fstat(fd, &info) == 0 ? malloc((size_t)info.st_size + 1) : NULL;
  size_t got = 0;
  while (data && got < (size_t)info.st_size) {
    ssize_t n = read(fd, data + got, (size_t)info.st_size - got);
    if (n <= 0) break;
    got += (size_t)n;
  }
  if (fd >= 0) close(fd);
  *bytes = got;
  return data;
}

/* One member of an identity as text for people: from a file, hence nothing that could move a cursor. */
static void describe(const cJSON *identity, const char *key, char *text, size_t size) {
  char *json = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(identity, key));
  snprintf(text, size, "%s", json ? json : "nothing");
  for (char *c = text; *c; c++)
    if (*c < ' ' || *c > '~') *c = '?';
  cJSON_free(json);
}

/* The first thing in which the file's learner is another one. */
static int refuse_other(const char *theirs, size_t length, const char *mine, const char *path, baud_error *error) {
  static const char *const keys[] = {"unit", "behaviour", "state_version", "params", "lanes", "blocks"};
  cJSON *file = cJSON_ParseWithLength(theirs, length), *ours = cJSON_Parse(mine);
  char has[200], wanted[200];
  size_t at = 0, last = sizeof keys / sizeof *keys - 1;
  while (at < last && cJSON_Compare(cJSON_GetObjectItemCaseSensitive(file, keys[at]), cJSON_GetObjectItemCaseSensitive(ours, keys[at]), 1)) at++;
  describe(file, keys[at], has, sizeof has);
  describe(ours, keys[at], wanted, sizeof wanted);
  int code = cJSON_IsObject(file) ? error_set(error, BAUD_ESTATE, "checkpoint %s is another learner's: its %s is %s, not %s; %s", path,
                                              keys[at], has, wanted, advice)
                                  : error_set(error, BAUD_EIO, "checkpoint %s is damaged (its head): %s", path, advice);
  cJSON_Delete(file);
  cJSON_Delete(ours);
  return code;
}

static int unpack(blocks *b, const char *who, const char *data, size_t bytes, const char *path, baud_error *error) {
  uint64_t length = 0;
  if (bytes < HEAD || memcmp(data, magic, sizeof magic) != 0) return error_set(error, BAUD_EIO, "%s is not a checkpoint: %s", path, advice);
  memcpy(&length, data + 8, sizeof length);
  if (length > LONGEST_IDENTITY || length > bytes - HEAD) return error_set(error, BAUD_EIO, "checkpoint %s is damaged (its head): %s", path, advice);
  if (length != strlen(who) || memcmp(data + HEAD, who, length) != 0) return refuse_other(data + HEAD, length, who, path, error);
  char *whole = aligned_alloc(64, (b->end[BLOCKS_RESTING] + 127u) & ~(size_t)63u);
  if (!whole) return error_set(error, BAUD_ENOMEM, "out of memory for a checkpoint");
  size_t n = ZSTD_decompress(whole, b->end[BLOCKS_RESTING], data + HEAD + length, bytes - HEAD - length);
  int is_good = !ZSTD_isError(n) && n == b->end[BLOCKS_RESTING];
  if (is_good) memcpy(b->slab, whole, b->end[BLOCKS_RESTING]);
  free(whole);
  return is_good ? 0 : error_set(error, BAUD_EIO, "checkpoint %s is damaged (its contents): %s", path, advice);
}

int checkpoint_load(blocks *b, const baud_unit *unit, const baud_value *values, const char *path, baud_error *error) {
  size_t bytes = 0;
  char *data = read_file(path, &bytes), *who = identity(b, unit, values);
  int code = data && who ? unpack(b, who, data, bytes, path, error)
                         : error_set(error, BAUD_EIO, "checkpoint %s cannot be read: %s", path, strerror(errno));
  free(data);
  free(who);
  return code;
}
