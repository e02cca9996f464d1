/* fuzz_checkpoint.c - a learner's checkpoint file: a damaged or foreign one is refused with a sentence and changes nothing.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loop/checkpoint.h"

static const baud_block table[] = {{BAUD_SIZE(baud_block), BAUD_F32, BAUD_WEIGHT, 0, 300, "weight"},
                                   {BAUD_SIZE(baud_block), BAUD_I32, BAUD_MEMORY, BAUD_PER_LANE, 5, "memory"}};
static const baud_param params[] = {BAUD_PARAM_FLOAT("lr", 0.5, 0, 1, "", "step size")};
static const baud_unit unit = {.size = BAUD_SIZE(baud_unit), .role = BAUD_LEARNER, .behaviour = 1, .state_version = 1,
                               .id = "test.learner", .params = params, .n_params = 1};
static const baud_value values[] = {{0, 0.5, NULL}};

static blocks live, before;

static void open_blocks(void) {
  baud_error error = {0};
  if (live.n) return;
  fuzz_expect(blocks_open(&live, table, 2, 3, &error) == 0 && blocks_clone(&before, &live, &error) == 0);
  for (size_t i = 0; i < live.end[BLOCKS_RESTING]; i++) live.slab[i] = (char)(i * i / 7);
  blocks_copy(&before, &live);
}

/* In memory, so that no disk slows this down: a file by its descriptor. */
static int memory_file(char path[40]) {
  int file = memfd_create("checkpoint", 0);
  fuzz_expect(file >= 0);
  snprintf(path, 40, "/proc/self/fd/%d", file);
  return file;
}

size_t fuzz_seed(uint32_t index, uint8_t *bytes) {
  static uint8_t saved[FUZZ_LARGEST];
  static size_t size;
  open_blocks();
  if (index > 0) return 0;
  if (size == 0) {
    char path[] = "/tmp/baud-fuzz-XXXXXX", file[sizeof path + 3];
    baud_error error = {0};
    fuzz_expect(mkdtemp(path));
    snprintf(file, sizeof file, "%s/c", path);
    fuzz_expect(checkpoint_save(&live, &unit, values, file, &error) == 0);
    FILE *from = fopen(file, "rb");
    fuzz_expect(from);
    size = fread(saved, 1, sizeof saved, from);
    fclose(from);
    unlink(file);
    rmdir(path);
  }
  memcpy(bytes, saved, size);
  return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[40];
  baud_error error = {0};
  open_blocks();
  int file = memory_file(path);
  fuzz_expect(size == 0 || write(file, data, size) == (ssize_t)size);
  int code = checkpoint_load(&live, &unit, values, path, &error);
  if (code != 0) {
    fuzz_expect(error.text[0] != 0);
    fuzz_expect(memcmp(live.slab, before.slab, live.end[BLOCKS_RESTING]) == 0);
    for (const char *c = error.text; *c; c++) fuzz_expect((unsigned char)*c >= ' ' || *c == '\n'); /* nothing that moves a cursor */
  }
  blocks_copy(&live, &before);
  close(file);
  return 0;
}
