/* chunk.c - see chunk.h.
 */
#include "store/chunk.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "baud/plugin.h"

summary summary_none(void) { return (summary){.count = 0, .sum = 0, .low = NAN, .high = NAN}; }

summary summary_of(const float *values, uint32_t n) {
  float low = INFINITY, high = -INFINITY;
  double sum = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++) {
    float v = values[i];
    if (v != v) continue;
    low = v < low ? v : low;
    high = v > high ? v : high;
    sum += (double)v;
    count++;
  }
  return count ? (summary){.count = count, .sum = sum, .low = low, .high = high} : summary_none();
}

summary summary_join(summary a, summary b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  return (summary){.count = a.count + b.count,
                   .sum = a.sum + b.sum,
                   .low = a.low < b.low ? a.low : b.low,
                   .high = a.high > b.high ? a.high : b.high};
}

void chunk_tidy(float *to, const float *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) to[i] = from[i] == from[i] ? from[i] + 0.0f : NAN; /* -0 + 0 is 0 */
}

static void put_value(unsigned char *at, float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  bits = htole32(bits);
  memcpy(at, &bits, sizeof bits);
}

static float get_value(const unsigned char *at) {
  uint32_t bits;
  float v;
  memcpy(&bits, at, sizeof bits);
  bits = le32toh(bits);
  memcpy(&v, &bits, sizeof v);
  return v;
}

size_t chunk_encode(const float *values, uint32_t n, const summary *s, unsigned char *blob) {
  size_t flags = (n + 7) / 8;
  int is_constant = s->low == s->high;
  if (s->count == 0 || (s->count == n && is_constant)) return 0;
  if (!is_constant && flags + 4 * s->count >= 4 * (size_t)n) {
    for (uint32_t i = 0; i < n; i++) put_value(blob + 4 * (size_t)i, values[i]);
    return 4 * (size_t)n;
  }
  unsigned char *at = blob + flags;
  memset(blob, 0, flags);
  for (uint32_t i = 0; i < n; i++) {
    if (values[i] != values[i]) continue;
    blob[i / 8] |= (unsigned char)(1u << (i % 8));
    if (is_constant) continue;
    put_value(at, values[i]);
    at += 4;
  }
  return (size_t)(at - blob);
}

int chunk_decode(const void *blob, size_t size, uint32_t n, uint64_t count, double low, float *values) {
  const unsigned char *bytes = blob;
  size_t flags = (n + 7) / 8;
  float same = count ? (float)low : NAN;
  if (size == 0) {
    if (count != 0 && count != n) return BAUD_ESTATE;
    for (uint32_t i = 0; i < n; i++) values[i] = same;
    return 0;
  }
  if (size == 4 * (size_t)n) {
    for (uint32_t i = 0; i < n; i++) values[i] = get_value(bytes + 4 * (size_t)i);
    return 0;
  }
  if (size != flags && size != flags + 4 * count) return BAUD_ESTATE;
  const unsigned char *at = bytes + flags, *end = bytes + size;
  for (uint32_t i = 0; i < n; i++) {
    values[i] = NAN;
    if (!((unsigned)bytes[i / 8] >> (i % 8) & 1u)) continue;
    if (size == flags) {
      values[i] = same;
      continue;
    }
    if (at == end) return BAUD_ESTATE;
    values[i] = get_value(at);
    at += 4;
  }
  return size == flags || at == end ? 0 : BAUD_ESTATE;
}

static int are_even(uint64_t before, const uint64_t *steps, uint32_t n) {
  for (uint32_t i = 1; i < n; i++)
    if (steps[i] - steps[i - 1] != steps[0] - before) return 0;
  return 1;
}

size_t steps_encode(uint64_t before, const uint64_t *steps, uint32_t n, unsigned char *blob) {
  unsigned char *at = blob;
  if (are_even(before, steps, n)) return 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t difference = steps[i] - (i ? steps[i - 1] : before);
    for (; difference >= 0x80; difference >>= 7) *at++ = (unsigned char)(difference | 0x80);
    *at++ = (unsigned char)difference;
  }
  return (size_t)(at - blob);
}

int steps_decode(const void *blob, size_t size, uint32_t n, uint64_t before, uint64_t last, uint64_t *steps) {
  const unsigned char *at = blob, *end = at + size;
  uint64_t step = before;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t difference = size == 0 ? (last - before) / n : 0;
    for (unsigned shift = 0, more = size != 0; more; shift += 7) {
      if (at == end || shift > 63) return BAUD_ESTATE;
      difference |= (uint64_t)(*at & 0x7f) << shift;
      more = *at++ & 0x80;
    }
    steps[i] = step += difference;
  }
  return step == last && at == end ? 0 : BAUD_ESTATE;
}
