/* Tests of the messages between supervisor and workers: what is packed comes out as it was, and bytes that are none
 * are refused, wherever they are wrong and however they arrive.
 */
#include "../test.h"

#include <fcntl.h>
#include <unistd.h>

#include "baud/random.h"
#include "store.h"
#include "supervisor/messages.h"

enum { N = 700 };

static message_writer writer;
static float figures[FIGURES][N];
static uint64_t steps[N];
static char marks[FIGURES];

static trial_columns sample(uint64_t measured) {
  trial_columns c = {.first_episode = 1024, .n = N, .measured = measured, .steps = steps};
  for (unsigned f = 0; f < FIGURES; f++) {
    marks[f] = (measured >> f & 1u) ? '=' : '-';
    c.figure[f] = figures[f];
    for (int i = 0; i < N; i++) figures[f][i] = i % 7 == 3 ? NAN : (float)(f * 1000u) + (float)i;
  }
  for (int i = 0; i < N; i++) steps[i] = (uint64_t)(10 + 3 * i);
  return c;
}

static int open_pipe(int ends[2]) {
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  writer.fd = ends[1];
  writer.used = 0;
  return 0;
}

static void columns_arrive_as_they_were_sent(void **state) {
  int ends[2];
  message_buffer in = {NULL, 0, 0, 0};
  message_head head;
  message_columns told;
  trial_columns sent = sample(UINT64_C(0x100010005)), got;
  const void *payload;
  (void)state;
  assert_int_equal(open_pipe(ends), 0);
  assert_int_equal(message_put(&writer, MESSAGE_BEGIN, 9, NULL, 0), 0);
  assert_int_equal(message_put_columns(&writer, 9, &sent, marks), 0);
  assert_int_equal(message_flush(&writer), 0);
  while (message_buffer_fill(&in, ends[0]) > 0) {}
  assert_int_equal(message_next(&in, &head, &payload), 1);
  assert_int_equal(head.kind, MESSAGE_BEGIN);
  assert_int_equal(message_next(&in, &head, &payload), 1);
  assert_int_equal(head.trial, 9);
  assert_int_equal(message_columns_read(payload, head.size, &told, &got), 0);
  assert_int_equal(got.first_episode, 1024);
  assert_int_equal(got.n, N);
  assert_memory_equal(got.steps, steps, sizeof steps);
  for (unsigned f = 0; f < FIGURES; f++) {
    if (sent.measured >> f & 1u) assert_memory_equal(got.figure[f], figures[f], sizeof figures[f]);
    else assert_null(got.figure[f]);
  }
  assert_int_equal(message_next(&in, &head, &payload), 0);
  message_buffer_clear(&in);
  close(ends[0]);
  close(ends[1]);
}

static void messages_are_whole_when_their_bytes_trickle(void **state) {
  int ends[2];
  message_buffer in = {NULL, 0, 0, 0};
  message_head head;
  const void *payload;
  int whole = 0;
  (void)state;
  assert_int_equal(open_pipe(ends), 0);
  message_put_text(&writer, MESSAGE_EVENT, 1, "first");
  message_put_text(&writer, MESSAGE_EVENT, 2, "the second one");
  for (size_t i = 0; i < writer.used; i++) {
    assert_int_equal(write(ends[1], writer.bytes + i, 1), 1);
    assert_true(message_buffer_fill(&in, ends[0]) > 0);
    while (message_next(&in, &head, &payload) == 1) {
      whole++;
      assert_string_equal(message_text(payload, head.size), whole == 1 ? "first" : "the second one");
    }
  }
  assert_int_equal(whole, 2);
  message_buffer_clear(&in);
  close(ends[0]);
  close(ends[1]);
}

static void bytes_that_are_no_messages_are_refused(void **state) {
  int ends[2];
  message_buffer in = {NULL, 0, 0, 0};
  message_head head;
  const void *payload;
  static const char noise[] = "GET / HTTP/1.1\r\nHost: nobody\r\n\r\n";
  (void)state;
  assert_int_equal(open_pipe(ends), 0);
  assert_true(write(ends[1], noise, sizeof noise) > 0);
  message_buffer_fill(&in, ends[0]);
  assert_int_equal(message_next(&in, &head, &payload), -1);
  message_buffer_clear(&in);
  close(ends[0]);
  close(ends[1]);
}

static void a_head_that_promises_too_much_is_refused(void **state) {
  const message_head heads[] = {{MESSAGE_MAGIC, MESSAGE_EVENT, 0, MESSAGE_LARGEST + 8},
                                {MESSAGE_MAGIC, MESSAGE_EVENT, 0, 0xfffffff8u},
                                {MESSAGE_MAGIC, MESSAGE_EVENT, 0, 7}};
  (void)state;
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    message_head head = heads[i], read;
    message_buffer in = {(unsigned char *)&head, sizeof head, 0, sizeof head};
    const void *payload;
    assert_int_equal(message_next(&in, &read, &payload), -1);
  }
}

/* A thousand times: bytes of a good payload are overwritten at random. Whatever is accepted must lie within it. */
static void no_damaged_columns_lead_outside_their_payload(void **state) {
  trial_columns sent = sample(UINT64_C(0xffff)), got;
  message_columns told;
  uint64_t random = 5;
  unsigned accepted = 0, refused = 0;
  (void)state;
  writer.used = 0;
  message_put_columns(&writer, 0, &sent, marks);
  size_t size = writer.used - sizeof(message_head);
  unsigned char *good = writer.bytes + sizeof(message_head), *damaged = aligned_alloc(64, 1 << 18);
  for (int round = 0; round < 1000; round++) {
    memcpy(damaged, good, size);
    for (int k = 0; k < 3; k++)
      damaged[baud_below(&random, sizeof(message_columns))] = (unsigned char)baud_below(&random, 256);
    size_t shown = round % 3 ? size : 8 * (size_t)baud_below(&random, (uint32_t)(size / 8));
    if (message_columns_read(damaged, shown, &told, &got) != 0) {
      refused++;
      continue;
    }
    accepted++;
    for (unsigned f = 0; f < FIGURES; f++)
      if (got.figure[f]) assert_true((const unsigned char *)(got.figure[f] + got.n) <= damaged + shown);
    assert_true((const unsigned char *)(got.steps + got.n) <= damaged + shown);
  }
  assert_true(accepted > 0 && refused > 0);
  free(damaged);
}

static void step_counts_that_fall_are_refused(void **state) {
  trial_columns sent = sample(1), got;
  message_columns told;
  (void)state;
  steps[N / 2] = 1;
  writer.used = 0;
  message_put_columns(&writer, 0, &sent, marks);
  assert_int_equal(
      message_columns_read(writer.bytes + sizeof(message_head), writer.used - sizeof(message_head), &told, &got), -1);
}

static void an_end_without_a_nul_or_with_another_status_is_refused(void **state) {
  unsigned char payload[sizeof(message_end) + 8];
  message_end end = {.status = STATUS_DONE}, got;
  const char *reason;
  (void)state;
  memcpy(payload, &end, sizeof end);
  memset(payload + sizeof end, 'x', 8);
  assert_int_equal(message_end_read(payload, sizeof payload, &got, &reason), -1);
  payload[sizeof payload - 1] = 0;
  assert_int_equal(message_end_read(payload, sizeof payload, &got, &reason), 0);
  assert_string_equal(reason, "xxxxxxx");
  end.status = STATUS_QUEUED;
  memcpy(payload, &end, sizeof end);
  assert_int_equal(message_end_read(payload, sizeof payload, &got, &reason), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_arrive_as_they_were_sent),
      cmocka_unit_test(messages_are_whole_when_their_bytes_trickle),
      cmocka_unit_test(bytes_that_are_no_messages_are_refused),
      cmocka_unit_test(a_head_that_promises_too_much_is_refused),
      cmocka_unit_test(no_damaged_columns_lead_outside_their_payload),
      cmocka_unit_test(step_counts_that_fall_are_refused),
      cmocka_unit_test(an_end_without_a_nul_or_with_another_status_is_refused),
  };
  return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
