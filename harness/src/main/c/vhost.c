/*
 * The reference beside `ringside bench vhost`: random reads of 4 KiB through one split virtqueue of a
 * vhost-user-blk backend, so many in flight, with EVENT_IDX and interrupts by eventfd. What comes back
 * together goes out together; the call descriptor is waited for when nothing has come back.
 *
 *   vhost SOCKET DEPTH SECONDS      prints reads per second
 *
 * Messages are those of vhost-user's specification, rings those of virtio 1.4, section 2.7.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
  SIZE = 256,
  READ_BYTES = 4096,
  READ_SECTORS = READ_BYTES / 512,
  PLACES = 1 << 14, /* of reads, within 64 MiB */
  MEMORY = 8 << 20
};

#define F_PROTOCOL (1ull << 30)
#define F_EVENT_IDX (1ull << 29)
#define F_VERSION_1 (1ull << 32)
#define F_INDIRECT (1ull << 28)
#define P_REPLY_ACK (1ull << 3)
#define P_CONFIG (1ull << 9)

enum { GET_FEATURES = 1, SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 5, SET_VRING_NUM = 8, SET_VRING_ADDR,
       SET_VRING_BASE, SET_VRING_KICK = 12, SET_VRING_CALL, GET_PROTOCOL_FEATURES = 15,
       SET_PROTOCOL_FEATURES, SET_VRING_ENABLE = 18 };

struct descriptor { uint64_t addr; uint32_t len; uint16_t flags, next; };
struct header { uint32_t type, reserved; uint64_t sector; };
struct used { uint32_t id, len; };

/* The memory that the backend maps. */
struct shared {
  struct descriptor table[SIZE];
  struct descriptor indirect[SIZE][4]; /* header, data, status; one to spare */
  struct header headers[SIZE];
  uint8_t status[SIZE];
  _Alignas(4096) struct { uint16_t flags, idx, ring[SIZE], used_event; } avail;
  _Alignas(4096) struct { uint16_t flags, idx; struct used ring[SIZE]; uint16_t avail_event; } used;
  _Alignas(4096) uint8_t data[SIZE][READ_BYTES];
};

static int channel;
static int acknowledges;

static void die(const char *what) {
  fprintf(stderr, "vhost: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void send_message(uint32_t request, uint32_t flags, const void *payload, uint32_t size, int fd) {
  char bytes[12 + 256];
  uint32_t head[3] = {request, 1 | flags, size};
  memcpy(bytes, head, 12);
  if (size > 0) memcpy(bytes + 12, payload, size);
  struct iovec part = {bytes, 12 + size};
  union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd >= 0) {
    message.msg_control = control.room;
    message.msg_controllen = sizeof control.room;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  if (sendmsg(channel, &message, MSG_NOSIGNAL) != (ssize_t)(12 + size)) die("sendmsg");
}

static uint64_t answer(uint32_t request) {
  struct { uint32_t request, flags, size; } __attribute__((packed)) head;
  uint64_t value;
  if (recv(channel, &head, sizeof head, MSG_WAITALL) != sizeof head) die("recv");
  if (head.request != request || head.size != sizeof value) die("an answer to something else");
  if (recv(channel, &value, sizeof value, MSG_WAITALL) != sizeof value) die("recv");
  return value;
}

static uint64_t ask(uint32_t request) {
  send_message(request, 0, NULL, 0, -1);
  return answer(request);
}

static void tell(uint32_t request, const void *payload, uint32_t size, int fd) {
  send_message(request, acknowledges ? 8 : 0, payload, size, fd);
  if (acknowledges && answer(request) != 0) die("a refusal");
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: vhost SOCKET DEPTH SECONDS\n");
    return 2;
  }
  int depth = atoi(arguments[2]);
  double seconds = atof(arguments[3]);
  if (depth < 1 || depth > SIZE || seconds <= 0) {
    fprintf(stderr, "vhost: a depth of 1 to %d, and seconds\n", SIZE);
    return 2;
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
  channel = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(channel, (struct sockaddr *)&address, sizeof address) != 0) die("connect");

  int file = memfd_create("vhost-reference", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, MEMORY) != 0) die("memfd");
  struct shared *m = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (m == MAP_FAILED) die("mmap");
  memset(m, 0, MEMORY);
  uint64_t base = (uint64_t)m;

  uint64_t wanted = F_PROTOCOL | F_EVENT_IDX | F_VERSION_1 | F_INDIRECT;
  uint64_t features = ask(GET_FEATURES) & wanted;
  if (features != wanted) die("a feature is missing");
  uint64_t protocol = ask(GET_PROTOCOL_FEATURES) & (P_REPLY_ACK | P_CONFIG);
  tell(SET_PROTOCOL_FEATURES, &protocol, sizeof protocol, -1);
  acknowledges = (protocol & P_REPLY_ACK) != 0;
  tell(SET_OWNER, NULL, 0, -1);
  tell(SET_FEATURES, &features, sizeof features, -1);
  struct { uint32_t regions, padding; uint64_t guest, size, user, offset; } table = {1, 0, 0, MEMORY, base, 0};
  tell(SET_MEM_TABLE, &table, sizeof table, file);

  int kick = eventfd(0, EFD_CLOEXEC), call = eventfd(0, EFD_CLOEXEC);
  uint32_t number[2] = {0, SIZE}, zero[2] = {0, 0}, one[2] = {0, 1};
  tell(SET_VRING_NUM, number, sizeof number, -1);
  tell(SET_VRING_BASE, zero, sizeof zero, -1);
  struct { uint32_t index, flags; uint64_t descriptors, used, available, log; } ring = {
      0, 0, (uint64_t)m->table, (uint64_t)&m->used, (uint64_t)&m->avail, 0};
  tell(SET_VRING_ADDR, &ring, sizeof ring, -1);
  uint64_t queue = 0;
  tell(SET_VRING_CALL, &queue, sizeof queue, call);
  tell(SET_VRING_KICK, &queue, sizeof queue, kick);
  tell(SET_VRING_ENABLE, one, sizeof one, -1);

  /* Where the backend sees what a descriptor names: guest addresses begin at 0. */
#define GUEST(field) ((uint64_t)(field) - base)
  for (int i = 0; i < SIZE; i++) {
    m->indirect[i][0] = (struct descriptor){GUEST(&m->headers[i]), sizeof(struct header), 1, 1};
    m->indirect[i][1] = (struct descriptor){GUEST(m->data[i]), READ_BYTES, 1 | 2, 2};
    m->indirect[i][2] = (struct descriptor){GUEST(&m->status[i]), 1, 2, 0};
    m->table[i] = (struct descriptor){GUEST(m->indirect[i]), 3 * sizeof(struct descriptor), 4, 0};
  }
  static uint32_t places[PLACES];
  srand(1);
  for (int i = 0; i < PLACES; i++) places[i] = (uint32_t)(rand() % PLACES) * READ_SECTORS;

  uint16_t idle[SIZE];
  int idle_count = 0;
  for (int i = 0; i < depth; i++) idle[idle_count++] = (uint16_t)i;
  uint16_t available = 0, published = 0, taken = 0;
  uint64_t done = 0;
  unsigned place = 0;
  double start = now(), end = start + seconds;
  for (unsigned rounds = 0;; rounds++) {
    while (idle_count > 0) {
      uint16_t slot = idle[--idle_count];
      m->headers[slot].sector = places[++place % PLACES];
      m->status[slot] = 0xff;
      m->avail.ring[available++ % SIZE] = slot;
    }
    if (available != published) {
      __atomic_store_n(&m->avail.idx, available, __ATOMIC_RELEASE);
      __atomic_thread_fence(__ATOMIC_SEQ_CST);
      uint16_t event = __atomic_load_n(&m->used.avail_event, __ATOMIC_RELAXED);
      if ((uint16_t)(available - event - 1) < (uint16_t)(available - published)) {
        uint64_t add = 1;
        if (write(kick, &add, sizeof add) != sizeof add) die("write");
      }
      published = available;
    }
    while (__atomic_load_n(&m->used.idx, __ATOMIC_ACQUIRE) == taken) {
      m->avail.used_event = taken;
      __atomic_thread_fence(__ATOMIC_SEQ_CST);
      if (__atomic_load_n(&m->used.idx, __ATOMIC_ACQUIRE) != taken) break;
      /* The backend may have made the descriptor non-blocking: poll, and then read. */
      struct pollfd waits = {call, POLLIN, 0};
      uint64_t signals;
      if (poll(&waits, 1, 5000) != 1) die("no interrupt");
      if (read(call, &signals, sizeof signals) != sizeof signals && errno != EAGAIN) die("read");
    }
    uint16_t last = __atomic_load_n(&m->used.idx, __ATOMIC_ACQUIRE);
    while (taken != last) {
      struct used *element = &m->used.ring[taken++ % SIZE];
      if (element->id >= SIZE || m->status[element->id] != 0) die("a failed read");
      idle[idle_count++] = (uint16_t)element->id;
      done++;
    }
    if (rounds % 64 == 0 && now() >= end) break;
  }
  printf("%.0f\n", done / (now() - start));
  return 0;
}
