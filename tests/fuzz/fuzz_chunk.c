/* fuzz_chunk.c - the store's column chunks and step counts: no blob, whatever it is said to hold, is read beyond its end,
 * and values that were decoded are encoded to something that gives them back.
 *
 * An input is n, count and the lowest value (4 bytes each), 8 bytes before and 8 last, then the blob.
 */
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "store/chunk.h"

typedef struct facts {
  uint32_t n, count;
  float low;
  uint32_t pad;
  uint64_t before, last;
} facts;

size_t fuzz_seed(uint32_t index, uint8_t *bytes) {
  float values[CHUNK];
  uint64_t steps[CHUNK];
  facts f = {.n = index % 2 ? CHUNK : 37, .before = 100};
  if (index >= 12) return 0;
  for (uint32_t i = 0; i < f.n; i++) {
    values[i] = index / 2 == 0 ? 3.5f : index / 2 == 1 ? (float)i : index / 2 == 2 ? (i % 9 ? NAN : 7.0f) : i % 5 ? NAN : (float)i * 0.1f;
    steps[i] = f.before + (i + 1) * (index % 3 ? 1u : i * i);
  }
  if (index >= 8) {
    f.last = steps[f.n - 1];
    size_t size = steps_encode(f.before, steps, f.n, bytes + sizeof f);
    memcpy(bytes, &f, sizeof f);
    return sizeof f + size;
  }
  summary s = summary_of(values, f.n);
  f.count = (uint32_t)s.count;
  f.low = s.low;
  size_t size = chunk_encode(values, f.n, &s, bytes + sizeof f);
  memcpy(bytes, &f, sizeof f);
  return sizeof f + size;
}

static void read_values(const facts *f, const uint8_t *blob, size_t size) {
  float values[CHUNK], tidy[CHUNK], again[CHUNK];
  unsigned char packed[CHUNK_BYTES];
  if (chunk_decode(blob, size, f->n, f->count, (double)f->low, values) != 0) return;
  chunk_tidy(tidy, values, f->n);
  summary s = summary_of(tidy, f->n);
  size_t n = chunk_encode(tidy, f->n, &s, packed);
  fuzz_expect(n <= sizeof packed);
  fuzz_expect(chunk_decode(packed, n, f->n, s.count, (double)s.low, again) == 0);
  fuzz_expect(memcmp(tidy, again, f->n * sizeof *tidy) == 0);
}

static void read_steps(const facts *f, const uint8_t *blob, size_t size) {
  uint64_t steps[CHUNK], again[CHUNK];
  static unsigned char packed[STEPS_BYTES];
  if (steps_decode(blob, size, f->n, f->before, f->last, steps) != 0 || f->n == 0) return;
  for (uint32_t i = 0; i < f->n; i++) /* what wrapped around is none that would have been stored */
    if (steps[i] < (i ? steps[i - 1] : f->before)) return;
  size_t n = steps_encode(f->before, steps, f->n, packed);
  fuzz_expect(n <= sizeof packed);
  fuzz_expect(steps_decode(packed, n, f->n, f->before, f->last, again) == 0);
  fuzz_expect(memcmp(steps, again, f->n * sizeof *steps) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  facts f;
  if (size < sizeof f) return 0;
  memcpy(&f, data, sizeof f);
  f.n %= CHUNK + 1; /* the reader of the store sees to this much */
  read_values(&f, data + sizeof f, size - sizeof f);
  read_steps(&f, data + sizeof f, size - sizeof f);
  return 0;
}
