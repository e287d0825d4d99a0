/*
 * The reference beside the ring benchmarks: what two cores need, in C, to hand requests to each
 * other through a split virtqueue (virtio 1.4, section 2.7), and nothing besides. A chain has three
 * descriptors, header, data and status, in a ring for 256 chains. Both sides poll. The device checks
 * each descriptor against the size of memory, reads the header, writes the status and moves no data.
 *
 *   ring closed|pipelined BATCH SECONDS      prints nanoseconds for each request
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHAINS = 256, PARTS = 3, DESCRIPTORS = 1024, MEMORY = 1 << 22, DATA = 4096 };
enum { NEXT = 1, WRITE = 2 };

struct descriptor { uint64_t address; uint32_t length; uint16_t flags; uint16_t next; };
struct available { uint16_t flags; _Atomic uint16_t index; uint16_t ring[DESCRIPTORS]; };
struct element { uint32_t id; uint32_t length; };
struct used { uint16_t flags; _Atomic uint16_t index; struct element ring[DESCRIPTORS]; };
struct header { uint32_t type; uint32_t reserved; uint64_t sector; };

static uint8_t *memory;
static struct descriptor *table;
static struct available *available;
static struct used *used;
static uint64_t headers, data, statuses;
static atomic_int stopping;
static atomic_int failures;

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static int serve(unsigned head) {
  uint64_t header = 0, status = 0;
  for (unsigned index = head, left = PARTS + 1;; left--) {
    if (index >= DESCRIPTORS || left == 0) return -1;
    struct descriptor d = table[index];
    if (d.address > MEMORY || d.length > MEMORY - d.address) return -1;
    if (d.flags & WRITE) status = d.address + d.length - 1;
    else header = d.address;
    if (!(d.flags & NEXT)) break;
    index = d.next;
  }
  struct header request;
  memcpy(&request, memory + header, sizeof request);
  memory[status] = request.type == 0 ? 0 : 2;
  return 0;
}

static void *device(void *unused) {
  (void)unused;
  uint16_t next = 0, done = 0;
  while (!atomic_load_explicit(&stopping, memory_order_relaxed)) {
    uint16_t end = atomic_load_explicit(&available->index, memory_order_acquire);
    if (next == end) { relax(); continue; }
    for (; next != end; next++) {
      uint16_t head = available->ring[next % DESCRIPTORS];
      if (serve(head)) atomic_store(&failures, 1);
      used->ring[done % DESCRIPTORS] = (struct element){head, 1};
      done++;
    }
    atomic_store_explicit(&used->index, done, memory_order_release);
  }
  return NULL;
}

static uint16_t published, reaped;
static unsigned slot;

static void submit(int batch) {
  for (int i = 0; i < batch; i++) {
    unsigned s = slot;
    slot = (slot + 1) % CHAINS;
    struct header request = {0, 0, s * 8};
    memcpy(memory + headers + 16 * s, &request, sizeof request);
    unsigned d = s * PARTS;
    table[d] = (struct descriptor){headers + 16 * s, 16, NEXT, d + 1};
    table[d + 1] = (struct descriptor){data, DATA, NEXT | WRITE, d + 2};
    table[d + 2] = (struct descriptor){statuses + s, 1, WRITE, 0};
    available->ring[(uint16_t)(published + i) % DESCRIPTORS] = d;
  }
  published += batch;
  atomic_store_explicit(&available->index, published, memory_order_release);
}

static void reap(void) {
  uint16_t end = atomic_load_explicit(&used->index, memory_order_acquire);
  if (reaped == end) { relax(); return; }
  for (; reaped != end; reaped++) {
    uint32_t id = used->ring[reaped % DESCRIPTORS].id;
    if (id >= CHAINS * PARTS || memory[statuses + id / PARTS] != 0) atomic_store(&failures, 1);
    memory[statuses + id / PARTS] = 255;
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 4) { fprintf(stderr, "usage: ring closed|pipelined BATCH SECONDS\n"); return 2; }
  int pipelined = !strcmp(arguments[1], "pipelined");
  int batch = atoi(arguments[2]);
  double seconds = atof(arguments[3]);
  if (batch < 1 || batch > CHAINS) { fprintf(stderr, "ring: a batch is 1 to %d\n", CHAINS); return 2; }
  memory = aligned_alloc(4096, MEMORY);
  memset(memory, 0, MEMORY);
  table = (struct descriptor *)memory;
  available = (struct available *)(memory + 65536);
  used = (struct used *)(memory + 131072);
  headers = 196608; statuses = 204800; data = 1 << 20;
  pthread_t thread;
  if (pthread_create(&thread, NULL, device, NULL)) { perror("ring"); return 1; }
  uint64_t requests = 0;
  double start = now(), end = start + seconds * 1e9, last = start;
  while (last < end) {
    for (int i = 0; i < 4096; i += batch) {
      if (pipelined) {
        while ((uint16_t)(published - reaped) > CHAINS - batch) reap();
        submit(batch);
        reap();
      } else {
        submit(batch);
        while (published != reaped) reap();
      }
      requests += batch;
    }
    last = now();
  }
  while (published != reaped) reap();
  atomic_store(&stopping, 1);
  pthread_join(thread, NULL);
  if (failures) { fprintf(stderr, "ring: a request failed\n"); return 1; }
  printf("%.1f\n", (last - start) / requests);
  return 0;
}
